"""Every condition, looked at test by test: does what it refers to exist, come before, and can it hold at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hamdel.http.problem import FieldError
from survey_service.definition.domain import SCALED, All, Comparison, Condition, Definition, Kind, Not, Question, Scale

__all__ = ["condition_faults"]

DEEPEST: Final = 8
MOST_PARTS: Final = 50
_EQUAL: Final = frozenset({"eq", "ne", "in", "answered"})
_ORDERED: Final = frozenset({"lt", "lte", "gt", "gte"})
OPERATORS: Final[Mapping[Kind, frozenset[str]]] = {
    **dict.fromkeys(SCALED, _EQUAL | _ORDERED),
    "number": _EQUAL | _ORDERED,
    "date": _EQUAL | _ORDERED,
    "single_choice": _EQUAL,
    "multiple_choice": _EQUAL,
    "likert": _EQUAL,
    "consent": frozenset({"eq", "ne", "answered"}),
    "text": frozenset({"answered"}),
    "statement": frozenset(),
}


def condition_faults(definition: Definition) -> Iterator[FieldError]:
    """What is wrong with conditions. They only look back: a page's at earlier pages, a question's at earlier questions
    too, a jump's at its own page as well."""
    before: set[str] = set()
    for number, page in enumerate(definition.pages):
        at = f"/pages/{number}"
        yield from _Reading(definition.questions, before).faults(page.show_if, f"{at}/show_if")
        for index, question in enumerate(page.questions):
            reading = _Reading(definition.questions, before)
            yield from reading.faults(question.show_if, f"{at}/questions/{index}/show_if")
            before = before | {question.id}
        for index, jump in enumerate(page.next):
            yield from _Reading(definition.questions, before).faults(jump.condition, f"{at}/next/{index}/if")


@dataclass
class _Reading:
    """The reading of one condition."""

    questions: Mapping[str, Question]
    before: set[str]
    parts: int = 0

    def faults(self, condition: Condition | None, at: str, left: int = DEEPEST) -> Iterator[FieldError]:
        if condition is None:
            return
        self.parts += 1
        if left == 0 or self.parts > MOST_PARTS:
            if left == 0 or self.parts == MOST_PARTS + 1:
                yield FieldError(at, f"at most {DEEPEST} levels and {MOST_PARTS} parts", "condition_size")
        elif isinstance(condition, Comparison):
            yield from self._test(condition, at)
        elif isinstance(condition, Not):
            yield from self.faults(condition.part, f"{at}/not", left - 1)
        else:
            name = "all" if isinstance(condition, All) else "any"
            for index, part in enumerate(condition.parts):
                yield from self.faults(part, f"{at}/{name}/{index}", left - 1)

    def _test(self, test: Comparison, at: str) -> Iterator[FieldError]:
        if test.question is None:
            if test.op in _ORDERED and isinstance(test.value, bool):
                yield FieldError(f"{at}/value", "truth has no order", "not_comparable")
            return
        question = self.questions.get(test.question)
        if question is None:
            yield FieldError(f"{at}/question", "there is no such question", "unknown_question")
        elif test.question not in self.before:
            yield FieldError(f"{at}/question", "must be asked before", "later_question")
        elif test.op not in OPERATORS[question.kind]:
            yield FieldError(f"{at}/op", f"a {question.kind} is not compared like this", "operator_for_kind")
        else:
            yield from _of_question(question, test, at)


def _of_question(question: Question, test: Comparison, at: str) -> Iterator[FieldError]:
    if question.kind == "likert" and test.op != "answered" and test.row is None:
        yield FieldError(f"{at}/row", "must name a row of the matrix", "missing")
    elif test.row is not None and all(row.id != test.row for row in question.rows):
        yield FieldError(f"{at}/row", "the question has no such row", "no_such_row")
    if test.op == "answered":
        return
    if not isinstance(test.value, tuple):
        yield from _value(question, test.op, test.value, f"{at}/value")
        return
    for index, one in enumerate(test.value):
        yield from _value(question, test.op, one, f"{at}/value/{index}")


def _value(question: Question, op: str, value: Any, at: str) -> Iterator[FieldError]:
    if question.options:
        if all(option.id != value for option in question.options):
            yield FieldError(at, "the question has no such option", "unknown_option")
    elif question.kind == "date":
        if not _is_day(value):
            yield FieldError(at, "must be a date such as 2026-03-21", "date_parsing")
    elif question.kind == "consent":
        if not isinstance(value, bool):
            yield FieldError(at, "must be true or false", "bool_type")
    elif isinstance(value, bool | str):
        yield FieldError(at, "must be a number", "float_type")
    elif question.scale is not None and not _can_hold(question.scale, question.kind in SCALED, op, value):
        yield FieldError(at, "no answer on the scale makes this hold", "never_holds")


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == len("2026-03-21") and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _can_hold(scale: Scale, whole: bool, op: str, value: float) -> bool:
    """Whether the comparison can hold; a value that the scale does not have is a slip even in `ne`."""
    low = scale.min is None or scale.min < value or (op == "lte" and scale.min == value)
    high = scale.max is None or scale.max > value or (op == "gte" and scale.max == value)
    if op in ("lt", "lte"):
        return low
    if op in ("gt", "gte"):
        return high
    return scale.holds(value) and (not whole or value == int(value))
