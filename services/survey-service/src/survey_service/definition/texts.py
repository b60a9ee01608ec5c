"""Texts in the respondent's language, with answers and attributes piped in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from hamdel.calendar import to_jalali
from hamdel.http.problem import FieldError
from survey_service.definition.domain import ANY_LANGUAGE, Answer, Definition, Question, Text

__all__ = ["PIPE", "completeness", "render_text", "texts_of", "translate"]

PIPE: Final = re.compile(r"\{\{\s*(answer|customer):([A-Za-z0-9_.-]{1,100})\s*\|([^{}|]*)\}\}")
PERSIAN_DIGITS: Final = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")


def translate(text: Text, language: str, default: str) -> str:
    """The text in a language, else in its primary subtag (`fa` for `fa-IR`), as the text of any language, in the
    default one, or whatever there is."""
    for one in (language, _primary(language), ANY_LANGUAGE, default):
        if one in text:
            return text[one]
    return next(iter(text.values()))


def render_text(
    definition: Definition, text: Text, language: str, answers: Mapping[str, Answer], attributes: Mapping[str, Any]
) -> str:
    """A text for a respondent: `{{answer:q1|fall-back}}` and `{{customer:attribute|fall-back}}` are filled in, numbers
    and dates as the language writes them. Give the kept answers of a path, so that no hidden one shows. Plain text: who
    writes it into HTML escapes it."""
    filling = _Filling(definition, language, answers, attributes)
    return PIPE.sub(filling.value, translate(text, language, definition.settings.default_language))


def texts_of(definition: Definition) -> Iterator[tuple[str, Question | None, Text]]:
    """Every text with its place, a JSON pointer, and its question, in the order they are asked."""
    yield "/title", None, definition.title
    for number, page in enumerate(definition.pages):
        for index, question in enumerate(page.questions):
            for at, text in _of_question(f"/pages/{number}/questions/{index}", question):
                yield at, question, text


def completeness(definition: Definition, language: str) -> list[FieldError]:
    """The places whose text is missing in a language; a text of any language is there in all of them, and `fa` will do
    for `fa-IR`."""
    wanted = (language, _primary(language), ANY_LANGUAGE)
    return [
        FieldError(at, f"has no text in {language}", "missing_translation", {"language": language})
        for at, _, text in texts_of(definition)
        if not any(text.get(one, "").strip() for one in wanted)
    ]


def _primary(language: str) -> str:
    return language.partition("-")[0]


def _of_question(at: str, question: Question) -> Iterator[tuple[str, Text]]:
    yield f"{at}/text", question.text
    for name, choices in (("options", question.options), ("rows", question.rows)):
        for index, choice in enumerate(choices):
            yield f"{at}/{name}/{index}/text", choice.text
    for step, label in question.scale.labels.items() if question.scale else ():
        yield f"{at}/scale/labels/{step}", label


class _Filling:
    """Fills the pipes of one text; nothing there, or nothing that reads well, gives the fall-back."""

    def __init__(
        self, definition: Definition, language: str, answers: Mapping[str, Answer], attributes: Mapping[str, Any]
    ) -> None:
        self._definition, self._language = definition, language
        self._answers, self._attributes = answers, attributes

    def value(self, match: re.Match[str]) -> str:
        source, name, fallback = match[1], match[2], match[3].strip()
        if source == "customer":
            return self._written(self._attributes.get(name)) or fallback
        answer, question = self._answers.get(name), self._definition.questions.get(name)
        return fallback if answer is None or question is None else self._answered(question, answer) or fallback

    def _answered(self, question: Question, answer: Answer) -> str:
        if answer.options:
            default = self._definition.settings.default_language
            chosen = (one.text for one in question.options if one.id in answer.options)
            return self._comma().join(translate(text, self._language, default) for text in chosen)
        return self._written(answer.date or answer.text or answer.value)

    def _written(self, value: Any) -> str:
        if isinstance(value, date):
            return self._day(value)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return value if isinstance(value, str) else self._digits(str(value))

    def _day(self, day: date) -> str:
        if self._definition.settings.calendar == "jalali":
            year, month, of_month = to_jalali(day)
            return self._digits(f"{year}/{month:02}/{of_month:02}")
        return self._digits(day.isoformat())

    def _digits(self, plain: str) -> str:
        return plain.translate(PERSIAN_DIGITS) if _primary(self._language) == "fa" else plain

    def _comma(self) -> str:
        return "، " if _primary(self._language) in ("fa", "ar") else ", "
