"""Texts in a respondent's language, with what was answered in them; and which are missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from survey_service.definition import Answer, completeness, parse, render_text, translate
from survey_service.definition.domain import KINDS
from tests.services.survey.support import question, survey

LANGUAGES: list[tuple[dict[str, str], str, str]] = [
    ({"fa": "سلام", "en": "hello"}, "en", "hello"),
    ({"fa": "سلام", "en": "hello"}, "fa-IR", "سلام"),
    ({"any": "!", "fa": "سلام"}, "de", "!"),
    ({"fa": "سلام", "en": "hello"}, "de", "سلام"),
    ({"en": "hello"}, "de", "hello"),
]


@pytest.mark.parametrize(("text", "language", "shown"), LANGUAGES)
def test_the_nearest_language_is_shown(text: dict[str, str], language: str, shown: str) -> None:
    assert translate(text, language, "fa") == shown


def rendered(words: str, language: str = "en", **settings: Any) -> str:
    """A text after one answer of each kind."""
    definition = parse(survey([question(kind, kind) for kind in KINDS], **settings))
    given = {
        "nps": Answer(value=9),
        "number": Answer(value=12.5),
        "single_choice": Answer(options=("o2",)),
        "multiple_choice": Answer(options=("o1", "o3")),
        "date": Answer(date=date(2026, 3, 21)),
        "text": Answer(text="<b>{{answer:nps|x}}</b>"),
        "csat": Answer(dismissed=True),
    }
    customer = {"name": "سارا", "visits": 3, "vip": True, "tags": ["a"]}
    return render_text(definition, {"any": words}, language, given, customer)


FILLED: list[tuple[str, str]] = [
    ("You gave {{answer:nps|?}}.", "You gave 9."),
    ("{{ answer:number | ? }}", "12.5"),
    ("{{answer:single_choice|?}}", "Option 2"),
    ("{{answer:multiple_choice|?}}", "Option 1, Option 3"),
    ("{{answer:date|?}}", "2026-03-21"),
    ("{{answer:csat|your last answer}}", "your last answer"),
    ("{{answer:ces|}}", ""),
    ("{{customer:name|you}}: {{customer:visits|some}}", "سارا: 3"),
    ("{{customer:vip|?}} {{customer:tags|?}} {{customer:gone|?}}", "? ? ?"),
    ("{{answer:text|?}}", "<b>{{answer:nps|x}}</b>"),
]


@pytest.mark.parametrize(("words", "shown"), FILLED)
def test_answers_and_attributes_are_filled_in_or_their_fall_back(words: str, shown: str) -> None:
    assert rendered(words) == shown


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    words = "{{answer:nps|?}} {{answer:number|?}} {{answer:date|?}} {{answer:multiple_choice|?}}"
    assert rendered(words, "fa", calendar="jalali") == "۹ ۱۲٫۵ ۱۴۰۵/۰۱/۰۱ Option 1، Option 3"


def test_missing_translations_are_named_by_their_places() -> None:
    matrix = question("m", "likert", rows=[{"id": "r1", "text": {"fa": "سطر"}}])
    rating = question("r", "rating", scale={"min": 1, "max": 5, "labels": {"1": {"fa": "بد"}, "5": "5"}})
    definition = parse(survey([matrix, rating], title={"fa": "نظرسنجی", "en": " "}))
    assert completeness(definition, "fa") == []
    assert [fault.pointer for fault in completeness(definition, "en")] == [
        "/title",
        "/pages/0/questions/0/rows/0/text",
        "/pages/0/questions/1/scale/labels/1",
    ]


def test_a_language_without_its_region_will_do() -> None:
    assert completeness(parse(survey()), "fa-AF") == []
    assert len(completeness(parse(survey()), "de")) == 3
