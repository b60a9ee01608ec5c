"""Each comparison on each kind of answer, worked out by hand; an answer that is not there compares with nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from survey_service.definition import Answer, parse, path
from survey_service.definition.domain import KINDS
from tests.services.survey.support import question, survey

NPS = Answer(value=7)
NUMBER = Answer(value=2.5)
ONE = Answer(options=("o1",))
TWO = Answer(options=("o1", "o3"))
MATRIX = Answer(rows={"r1": "o2"})
NOWRUZ = Answer(date=date(2026, 3, 21))

HOLDS: list[tuple[str, str, Any, Answer | None, bool]] = [
    ("nps", "eq", 7, NPS, True),
    ("nps", "eq", 8, NPS, False),
    ("nps", "ne", 8, NPS, True),
    ("nps", "ne", 7, NPS, False),
    ("nps", "lt", 7, NPS, False),
    ("nps", "lte", 7, NPS, True),
    ("nps", "gt", 7, NPS, False),
    ("nps", "gte", 7, NPS, True),
    ("nps", "in", [6, 7], NPS, True),
    ("nps", "in", [6, 8], NPS, False),
    ("number", "gt", 2, NUMBER, True),
    ("number", "lt", 2.5, NUMBER, False),
    ("single_choice", "eq", "o1", ONE, True),
    ("single_choice", "ne", "o1", ONE, False),
    ("single_choice", "ne", "o2", ONE, True),
    ("single_choice", "in", ["o2", "o3"], ONE, False),
    ("multiple_choice", "eq", "o3", TWO, True),
    ("multiple_choice", "ne", "o3", TWO, False),
    ("multiple_choice", "ne", "o2", TWO, True),
    ("multiple_choice", "in", ["o2", "o3"], TWO, True),
    ("date", "eq", "2026-03-21", NOWRUZ, True),
    ("date", "lt", "2026-03-22", NOWRUZ, True),
    ("date", "gt", "2026-03-21", NOWRUZ, False),
    ("date", "in", ["2026-03-20", "2026-03-21"], NOWRUZ, True),
    ("consent", "eq", False, Answer(value=False), True),
    ("consent", "ne", True, Answer(value=True), False),
    ("text", "answered", True, Answer(text="x"), True),
    ("text", "answered", False, Answer(text="x"), False),
    ("text", "answered", False, None, True),
    ("nps", "ne", 7, None, False),
    ("nps", "lt", 10, None, False),
    ("multiple_choice", "ne", "o2", None, False),
    ("date", "ne", "2026-03-21", None, False),
    ("nps", "answered", True, Answer(dismissed=True), False),
    ("nps", "answered", False, Answer(dismissed=True), True),
]

ROWS: list[tuple[str, str, Any, bool]] = [
    ("r1", "eq", "o2", True),
    ("r1", "ne", "o2", False),
    ("r1", "in", ["o1", "o2"], True),
    ("r2", "ne", "o2", False),
    ("r2", "answered", False, True),
    ("r1", "answered", True, True),
]


def shown(condition: dict[str, Any], answers: dict[str, Answer], **attributes: Any) -> bool:
    """Whether a question with this condition is seen."""
    definition = parse(survey([question(kind, kind) for kind in KINDS], [question("x", "text", show_if=condition)]))
    return "x" in path(definition, answers, attributes).visible


@pytest.mark.parametrize(("kind", "op", "value", "answer", "holds"), HOLDS)
def test_a_comparison_of_an_answer(kind: str, op: str, value: Any, answer: Answer | None, holds: bool) -> None:
    given = {} if answer is None else {kind: answer}
    assert shown({"question": kind, "op": op, "value": value}, given) is holds


@pytest.mark.parametrize(("row", "op", "value", "holds"), ROWS)
def test_a_comparison_of_a_row_of_a_matrix(row: str, op: str, value: Any, holds: bool) -> None:
    assert shown({"question": "likert", "row": row, "op": op, "value": value}, {"likert": MATRIX}) is holds


def test_all_any_and_not() -> None:
    yes = {"attribute": "a", "op": "answered"}
    no = {"attribute": "b", "op": "answered"}
    assert shown({"all": [yes, yes]}, {}, a=1)
    assert not shown({"all": [yes, no]}, {}, a=1)
    assert shown({"any": [no, yes]}, {}, a=1)
    assert not shown({"any": [no, no]}, {}, a=1)
    assert shown({"not": no}, {}, a=1)
    assert not shown({"not": {"any": [no, yes]}}, {}, a=1)


def test_an_attribute_with_several_values_equals_each_of_them() -> None:
    red = {"attribute": "tags", "op": "eq", "value": "red"}
    assert shown(red, {}, tags=["blue", "red"])
    assert not shown(red, {}, tags=["blue"])
    assert not shown(red | {"op": "ne"}, {}, tags=["blue", "red"])
    assert shown(red | {"op": "ne"}, {}, tags=["blue"])
    assert not shown(red | {"op": "ne"}, {})
