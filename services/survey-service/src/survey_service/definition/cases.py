"""Which answers the conditions of a survey can tell apart: for each question a few cases that stand for all answers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any, Final

from survey_service.definition.domain import SCALED, Comparison, Condition, Definition, Question, Scale
from survey_service.definition.evaluation import matches, tests_of

__all__ = ["Cases", "Variable"]

MOST_OPTIONS: Final = 6
Variable = Hashable


class Cases:
    """The variables of a definition, and of each its cases, counted from 0.

    A variable is a question, a row of one, or a test that is not looked into (of a customer attribute, or of a multiple
    choice with many options in conditions): that one is true or false regardless of all others, so that too much counts
    as possible, never too little. A required question has no case without an answer.
    """

    def __init__(self, definition: Definition) -> None:
        self._questions = definition.questions
        self._variables: dict[int, Variable] = {}
        self._outcomes: dict[int, list[bool]] = {}
        self._counts: dict[Variable, int] = {}
        self._unanswered: dict[int, bool] = {}
        subjects: dict[tuple[str | None, str | None], list[Comparison]] = {}
        for test in _all_tests(definition):
            self._unanswered[id(test)] = matches(test, None)
            subjects.setdefault((test.question, test.row), []).append(test)
        for (question, row), tests in subjects.items():
            self._add(None if question is None else self._questions[question], row, tests)

    def variable(self, test: Comparison) -> Variable:
        """What the outcome of the test depends on."""
        return self._variables[id(test)]

    def of(self, variable: Variable) -> range:
        """The cases of a variable."""
        return range(self._counts[variable])

    def outcome(self, test: Comparison, case: int) -> bool:
        """What the test says of an answer of this case, to a question that is seen."""
        return self._outcomes[id(test)][case]

    def unanswered(self, test: Comparison) -> bool:
        """What the test says where there is no answer."""
        return self._unanswered[id(test)]

    def _add(self, question: Question | None, row: str | None, tests: list[Comparison]) -> None:
        compared = _compared(tests)
        many = question is not None and question.kind == "multiple_choice" and len(compared) > MOST_OPTIONS
        if question is None or many:
            for test in tests:
                self._set(test, repr(test), [True, False])
            return
        candidates = [*_candidates(question, row, compared), *(() if question.required else (None,))]
        seen = sorted({tuple(matches(test, one) for test in tests) for one in candidates}, reverse=True)
        for index, test in enumerate(tests):
            self._set(test, (question.id, row), [outcomes[index] for outcomes in seen])

    def _set(self, test: Comparison, variable: Variable, outcomes: list[bool]) -> None:
        self._variables[id(test)] = variable
        self._outcomes[id(test)] = outcomes
        self._counts[variable] = len(outcomes)


def _all_tests(definition: Definition) -> Iterator[Comparison]:
    for page in definition.pages:
        conditions: list[Condition | None] = [page.show_if, *(one.show_if for one in page.questions)]
        for condition in (*conditions, *(one.condition for one in page.next)):
            if condition is not None:
                yield from tests_of(condition)


def _compared(tests: Iterable[Comparison]) -> list[Any]:
    """What the tests compare with; whether something is answered at all compares with nothing."""
    values = [test.value if isinstance(test.value, tuple) else (test.value,) for test in tests if test.op != "answered"]
    return list(dict.fromkeys(one for several in values for one in several))


def _candidates(question: Question, row: str | None, compared: list[Any]) -> Iterable[Any]:
    if question.kind in SCALED and question.scale is not None:
        return question.scale.steps
    if question.kind == "number" and question.scale is not None:
        return _numbers(compared, question.scale)
    if question.kind == "single_choice":
        return [(one.id,) for one in question.options]
    if question.kind == "multiple_choice":
        return _choices(question, compared)
    if row is not None:
        return [one.id for one in question.options]
    if question.kind == "date":
        return _days(compared)
    return (True, False) if question.kind == "consent" and not question.required else (True,)


def _numbers(compared: list[float], scale: Scale) -> list[float]:
    edges = sorted({*compared, *(one for one in (scale.min, scale.max) if one is not None)}) or [0]
    between = [(low + high) / 2 for low, high in pairwise(edges)]
    return [one for one in (edges[0] - 1, *edges, *between, edges[-1] + 1) if scale.holds(one)]


def _days(compared: list[str]) -> list[str]:
    days = [date.fromisoformat(one) for one in compared] or [date(2000, 1, 1)]
    near = [one + timedelta(days=step) for one in days for step in (-1, 0, 1)]
    return [one.isoformat() for one in near]


def _choices(question: Question, compared: list[str]) -> Iterator[tuple[str, ...]]:
    """Every choice among the options that conditions name, and one that none of them names."""
    named = [one.id for one in question.options if one.id in compared]
    alone = {one.id for one in question.options if one.exclusive}
    most = len(named) if question.max_choices is None else question.max_choices
    for count in range(1, min(len(named), most) + 1):
        yield from (chosen for chosen in combinations(named, count) if count == 1 or not alone & set(chosen))
    yield from ((one.id,) for one in question.options if one.id not in compared)
