"""The surveys that the browser fills in: one with every kind of question, one that branches."""

from __future__ import annotations

from typing import Any

from hamdel.ids import new_id

__all__ = ["branching", "every_kind"]

WHY = {
    "id": "why",
    "kind": "text",
    "text": {"fa": "چرا امتیاز {{answer:nps|کم}} دادید؟", "en": "Why did you give {{answer:nps|so little}}?"},
    "show_if": {"question": "nps", "op": "lte", "value": 6},
}
GOOD = {
    "id": "good",
    "kind": "text",
    "text": {"fa": "چه چیزی خوب بود؟", "en": "What was good?"},
    "show_if": {"question": "nps", "op": "gte", "value": 9},
}
NPS = {
    "id": "nps",
    "kind": "nps",
    "required": True,
    "text": {"fa": "چقدر ما را به دوستانتان پیشنهاد می‌کنید؟", "en": "How likely are you to recommend us?"},
}


def branching(**changes: Any) -> dict[str, Any]:
    """NPS; why, or what was good; which channel."""
    channel = {
        "id": "channel",
        "kind": "single_choice",
        "text": {"fa": "از کجا خرید کردید؟", "en": "Where did you buy?"},
        "options": _options("shop", "web", "phone"),
    }
    return _survey([[NPS], [WHY, GOOD], [channel]], **changes)


def every_kind() -> dict[str, Any]:
    """Each kind once, on two pages; dates are Jalali."""
    first: list[dict[str, Any]] = [
        {"id": "intro", "kind": "statement", "text": {"fa": "چند پرسش کوتاه داریم.", "en": "We have a few questions."}},
        NPS,
        _asked("csat", "csat", "چقدر راضی هستید؟", "How satisfied are you?", scale=_five()),
        _asked("ces", "ces", "کارتان آسان انجام شد؟", "Was it easy?"),
        _asked("rating", "rating", "به فروشگاه چند می‌دهید؟", "How do you rate the shop?", scale={"min": 1, "max": 10}),
        _asked("one", "single_choice", "یکی را برگزینید", "Choose one", options=_options("shop", "web", "phone")),
    ]
    second = [
        _asked(
            "many", "multiple_choice", "چند تا را برگزینید", "Choose some", options=_options("shop", "web", "phone")
        ),
        _asked(
            "matrix",
            "likert",
            "نظرتان چیست؟",
            "What do you think?",
            options=_agreement(),
            rows=_options("price", "staff"),
        ),
        _asked("number", "number", "چند بار خرید کرده‌اید؟", "How often did you buy?", scale={"min": 0, "max": 5000}),
        _asked("date", "date", "آخرین خریدتان کی بود؟", "When did you last buy?"),
        _asked("text", "text", "چیز دیگری هست؟", "Anything else?"),
        _asked("consent", "consent", "می‌توانیم با شما تماس بگیریم؟", "May we call you?"),
    ]
    return _survey([first, second], calendar="jalali")


def _survey(pages: list[list[dict[str, Any]]], **changes: Any) -> dict[str, Any]:
    return {
        "code": f"b-{new_id()}",
        "title": {"fa": "نظر شما دربارهٔ خریدتان", "en": "Your opinion of your purchase"},
        "languages": ["fa", "en"],
        "default_language": "fa",
        "pages": [{"id": f"p{number}", "questions": asked} for number, asked in enumerate(pages, 1)],
    } | changes


def _asked(question_id: str, kind: str, fa: str, en: str, **parts: Any) -> dict[str, Any]:
    return {"id": question_id, "kind": kind, "text": {"fa": fa, "en": en}} | parts


def _options(*ids: str) -> list[dict[str, Any]]:
    persian = {
        "shop": "فروشگاه",
        "web": "سایت",
        "phone": "تلفن",
        "price": "قیمت‌ها خوب است",
        "staff": "کارکنان خوش‌برخوردند",
    }
    english = {
        "shop": "Shop",
        "web": "Web",
        "phone": "Phone",
        "price": "Prices are fair",
        "staff": "The staff are friendly",
    }
    return [{"id": one, "text": {"fa": persian[one], "en": english[one]}} for one in ids]


def _agreement() -> list[dict[str, Any]]:
    words = (
        ("کاملاً مخالفم", "Strongly disagree"),
        ("مخالفم", "Disagree"),
        ("نظری ندارم", "Neutral"),
        ("موافقم", "Agree"),
    )
    return [{"id": f"o{number}", "text": {"fa": fa, "en": en}} for number, (fa, en) in enumerate(words, 1)]


def _five() -> dict[str, Any]:
    words = ("خیلی بد", "بد", "متوسط", "خوب", "خیلی خوب")
    english = ("Very bad", "Bad", "Fair", "Good", "Very good")
    labels = {str(step): {"fa": fa, "en": en} for step, (fa, en) in enumerate(zip(words, english, strict=True), 1)}
    return {"min": 1, "max": 5, "labels": labels}
