"""What each kind of question takes as an answer, and what it says of anything else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from hamdel.http import InvalidValue
from hamdel.http.catalogue import field_message
from survey_service.definition import (
    Answer,
    Definition,
    parse,
    questions_of,
    read_answers,
    stored_answers,
    validate_answer,
)
from survey_service.definition.domain import KINDS
from tests.services.survey.support import question, survey

OPTIONS = [*question("", "single_choice")["options"], {"id": "none", "text": "None", "exclusive": True}]


def definition() -> Definition:
    """One question of each kind, and a few with bounds."""
    return parse(
        survey(
            [question(kind, kind) for kind in KINDS]
            + [
                question("age", "number", scale={"min": 18, "max": 120}),
                question("two", "multiple_choice", options=OPTIONS, min_choices=2, max_choices=3),
                question("must", "consent", required=True),
            ]
        )
    )


def read(name: str, raw: Any) -> Answer | None:
    """The answer."""
    return validate_answer(questions_of(definition())[name], raw, f"/answers/{name}")


TAKEN: list[tuple[str, Any, Answer | None]] = [
    ("nps", {"value": 0}, Answer(value=0)),
    ("nps", {"value": "۱۰"}, Answer(value=10)),
    ("nps", {"value": " ٧ "}, Answer(value=7)),
    ("rating", {"value": 5.0}, Answer(value=5)),
    ("number", {"value": "۱۲٫۵"}, Answer(value=12.5)),
    ("number", {"value": "۱٬۲۳۴٬۵۶۷"}, Answer(value=1234567)),
    ("number", {"value": "-1,000.25"}, Answer(value=-1000.25)),
    ("number", {"value": "−3"}, Answer(value=-3)),
    ("age", {"value": 18}, Answer(value=18)),
    ("single_choice", {"options": ["o2"]}, Answer(options=("o2",))),
    ("multiple_choice", {"options": ["o3", "o1"]}, Answer(options=("o1", "o3"))),
    ("two", {"options": ["none"]}, Answer(options=("none",))),
    ("likert", {"rows": {"r2": "o1"}}, Answer(rows={"r2": "o1"})),
    ("text", {"text": "  خوب بود  "}, Answer(text="  خوب بود  ")),
    ("text", {"text": "x" * 10_000}, Answer(text="x" * 10_000)),
    ("date", {"date": "2026-03-21"}, Answer(date=date(2026, 3, 21))),
    ("date", {"date": "۲۰۲۶/۳/۲۱"}, Answer(date=date(2026, 3, 21))),
    # 1 Farvardin 1405 and 30 Esfand 1403 (a leap year) as the official calendar has them
    ("date", {"date": "1405-01-01", "calendar": "jalali"}, Answer(date=date(2026, 3, 21))),
    ("date", {"date": "۱۴۰۳/۱۲/۳۰", "calendar": "jalali"}, Answer(date=date(2025, 3, 20))),
    ("consent", {"value": False}, Answer(value=False)),
    ("must", {"value": True}, Answer(value=True)),
    ("nps", {"dismissed": True}, Answer(dismissed=True)),
    ("nps", {"value": 3, "dismissed": False}, Answer(value=3)),
    ("nps", {}, None),
    ("nps", {"value": None}, None),
    ("number", {"value": ""}, None),
    ("text", {"text": "   "}, None),
    ("multiple_choice", {"options": []}, None),
    ("likert", {"rows": {"r1": None}}, None),
]


@pytest.mark.parametrize(("name", "raw", "answer"), TAKEN)
def test_it_is_taken(name: str, raw: Any, answer: Answer | None) -> None:
    assert read(name, raw) == answer


REFUSED: list[tuple[str, Any, str, str]] = [
    ("nps", 9, "", "dict_type"),
    ("nps", {"value": 11}, "/value", "less_than_equal"),
    ("nps", {"value": -1}, "/value", "greater_than_equal"),
    ("nps", {"value": 7.5}, "/value", "int_type"),
    ("nps", {"value": True}, "/value", "float_type"),
    ("nps", {"value": "nine"}, "/value", "float_type"),
    ("nps", {"value": [9]}, "/value", "float_type"),
    ("nps", {"options": ["9"]}, "/options", "answer_member"),
    ("nps", {"value": 9, "dismissed": True}, "/dismissed", "answered_and_dismissed"),
    ("nps", {"dismissed": "yes"}, "/dismissed", "bool_type"),
    ("csat", {"value": 0}, "/value", "greater_than_equal"),
    ("ces", {"value": 8}, "/value", "less_than_equal"),
    ("number", {"value": "1,5"}, "/value", "float_type"),
    ("number", {"value": float("nan")}, "/value", "float_type"),
    ("number", {"value": float("inf")}, "/value", "int_parsing_size"),
    ("number", {"value": 10**16}, "/value", "int_parsing_size"),
    ("age", {"value": "۱۷"}, "/value", "greater_than_equal"),
    ("single_choice", {"options": ["o1", "o2"]}, "/options", "too_long"),
    ("single_choice", {"options": ["Option 1"]}, "/options/0", "unknown_option"),
    ("single_choice", {"options": "o1"}, "/options", "list_type"),
    ("multiple_choice", {"options": ["o1", "o1"]}, "/options/1", "given_twice"),
    ("multiple_choice", {"options": [1]}, "/options/0", "unknown_option"),
    ("two", {"options": ["o1"]}, "/options", "too_short"),
    ("two", {"options": ["o1", "none"]}, "/options", "exclusive_option"),
    ("likert", {"rows": ["o1"]}, "/rows", "dict_type"),
    ("likert", {"rows": {"r9": "o1"}}, "/rows/r9", "no_such_row"),
    ("likert", {"rows": {"r1": "o9"}}, "/rows/r1", "unknown_option"),
    ("text", {"text": 7}, "/text", "string_type"),
    ("text", {"text": "a\x00b"}, "/text", "nul"),
    ("text", {"text": "x" * 10_001}, "/text", "string_too_long"),
    ("date", {"date": "2026-02-30"}, "/date", "date_parsing"),
    ("date", {"date": "2026-03-21T00:00:00Z"}, "/date", "date_parsing"),
    ("date", {"date": "2026-03/21"}, "/date", "date_parsing"),
    ("date", {"date": 20260321}, "/date", "date_parsing"),
    ("date", {"date": "1404-12-30", "calendar": "jalali"}, "/date", "date_parsing"),
    ("date", {"date": "1447-09-01", "calendar": "hijri"}, "/calendar", "literal_error"),
    ("consent", {"value": "true"}, "/value", "bool_type"),
    ("must", {"value": False}, "/value", "consent_required"),
    ("statement", {"value": 1}, "", "not_asked"),
]


@pytest.mark.parametrize(("name", "raw", "place", "kind"), REFUSED)
def test_it_is_refused_with_its_place_and_words_in_both_languages(name: str, raw: Any, place: str, kind: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(name, raw)
    (fault,) = refused.value.errors
    assert (fault.pointer, fault.kind) == (f"/answers/{name}{place}", kind)
    persian = field_message(fault.kind, fault.message, fault.context or {}, persian=True)
    assert fault.message.isascii()
    assert not persian.isascii()


def test_every_wrong_answer_is_named_at_once_unknown_questions_among_them() -> None:
    raw = {"nps": {"value": 11}, "gone": {"value": 1}, "text": {"text": "fine"}, "a/b": {}}
    with pytest.raises(InvalidValue) as refused:
        read_answers(definition(), raw)
    assert [fault.pointer for fault in refused.value.errors] == ["/answers/nps/value", "/answers/gone", "/answers/a~1b"]


def test_empty_answers_are_left_out() -> None:
    raw = {"nps": {"value": 9}, "text": {"text": ""}, "number": {}}
    assert read_answers(definition(), raw) == {"nps": Answer(value=9)}


@pytest.mark.parametrize(("name", "raw", "answer"), [one for one in TAKEN if one[2] is not None])
def test_what_is_stored_is_read_back_the_same(name: str, raw: Any, answer: Answer) -> None:
    assert stored_answers(definition(), {name: answer.on_wire(), "gone": {"value": 1}}) == {name: answer}
    assert read(name, answer.on_wire()) == answer
