"""Conditions as functions of the answers that count and of the customer's attributes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from operator import attrgetter
from typing import Any, Final

from survey_service.definition.domain import All, Answer, Comparison, Condition, Not, Question

__all__ = ["Ask", "asking", "matches", "tests_of"]

Ask = Callable[[Mapping[str, Answer], Mapping[str, Any]], bool]
_Compare = Callable[[Any, Any], bool]

_PLAIN: Final[Mapping[str, _Compare]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "in": lambda found, values: found in values,
}
_CHOSEN: Final[Mapping[str, _Compare]] = {
    "eq": operator.contains,
    "ne": lambda chosen, option: option not in chosen,
    "in": lambda chosen, options: any(one in options for one in chosen),
}
"""Options that were chosen are equal to each of them."""


def asking(condition: Condition, questions: Mapping[str, Question]) -> Ask:
    """The condition as a function; every question in it must be one of `questions`."""
    if isinstance(condition, Comparison):
        return _of_attribute(condition) if condition.question is None else _of_question(condition, questions)
    if isinstance(condition, Not):
        inner = asking(condition.part, questions)
        return lambda answers, attributes: not inner(answers, attributes)
    parts = tuple(asking(part, questions) for part in condition.parts)
    if len(parts) == 1:
        return parts[0]
    if isinstance(condition, All):
        return lambda answers, attributes: all(part(answers, attributes) for part in parts)
    return lambda answers, attributes: any(part(answers, attributes) for part in parts)


def matches(test: Comparison, found: Any) -> bool:
    """What the test of a question says of a value that it can have: a number, an id, options as a tuple, a date as ISO
    text; None is no answer."""
    if test.op == "answered":
        return (found is not None) is bool(test.value)
    return found is not None and (_CHOSEN if isinstance(found, tuple) else _PLAIN)[test.op](found, test.value)


def tests_of(condition: Condition) -> Iterator[Comparison]:
    """The tests in a condition."""
    if isinstance(condition, Comparison):
        yield condition
        return
    for part in (condition.part,) if isinstance(condition, Not) else condition.parts:
        yield from tests_of(part)


def _of_question(test: Comparison, questions: Mapping[str, Question]) -> Ask:
    name, value = str(test.question), test.value
    if test.row is not None:
        return _of_row(test, name, test.row)
    if test.op == "answered":
        return lambda answers, attributes: (name in answers) is value
    kind = questions[name].kind
    compare, read = _PLAIN[test.op], attrgetter("value")
    if kind == "date":
        read, value = attrgetter("date"), _days(value)
    elif kind.endswith("_choice"):
        compare, read = _CHOSEN[test.op], attrgetter("options")

    def holds(answers: Mapping[str, Answer], attributes: Mapping[str, Any]) -> bool:
        answer = answers.get(name)
        return answer is not None and compare(read(answer), value)

    return holds


def _of_row(test: Comparison, name: str, row: str) -> Ask:
    def holds(answers: Mapping[str, Answer], attributes: Mapping[str, Any]) -> bool:
        answer = answers.get(name)
        return matches(test, None if answer is None else answer.rows.get(row))

    return holds


def _of_attribute(test: Comparison) -> Ask:
    name, values = str(test.attribute), test.value if isinstance(test.value, tuple) else (test.value,)

    def holds(answers: Mapping[str, Answer], attributes: Mapping[str, Any]) -> bool:
        found = attributes.get(name)
        if test.op == "answered" or found is None:
            return matches(test, found)
        several = found if isinstance(found, list | tuple) else (found,)
        if test.op in ("eq", "ne", "in"):
            return any(_same_kind(one, each) and one == each for one in several for each in values) is (test.op != "ne")
        return _same_kind(found, test.value) and _PLAIN[test.op](found, test.value)

    return holds


def _days(value: Any) -> Any:
    return tuple(map(date.fromisoformat, value)) if isinstance(value, tuple) else date.fromisoformat(value)


def _same_kind(found: Any, value: Any) -> bool:
    """Whether two values can be compared at all: text with text, numbers with numbers, truth with truth."""
    if isinstance(found, bool) or isinstance(value, bool):
        return type(found) is type(value)
    return isinstance(found, str if isinstance(value, str) else int | float)
