"""What no respondent can ever see: a simulation of all respondents at once, in three-valued logic.

The path is walked with answers that are only partly decided; what comes out true or false holds for every completion
(S. C. Kleene, Introduction to Metamathematics, 1952, §64: strong three-valued logic). Where a place is still undecided,
one more answer is decided, one case per class of answers that the survey's conditions can tell apart. A place is
refused only when every case is false. The search is bounded; what is not settled by then counts as reachable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from survey_service.definition.cases import Cases, Variable
from survey_service.definition.domain import END, All, AnyOf, Comparison, Condition, Definition, Not, Page, Question
from survey_service.definition.evaluation import tests_of

__all__ = ["unreachable"]

MOST_VISITS: Final = 200_000
MOST_VISITS_EACH: Final = 50_000
"""Of pages and questions, in one check and for one place; about a third of a second in all."""

Truth = bool | None
"""None is undecided."""


def unreachable(definition: Definition) -> list[str]:
    """JSON pointers of pages, questions and jumps that no answers lead to; of an unreachable page nothing inside is
    named. The definition must have no wrong references, and conditions must only look back."""
    search = _Search(definition, Cases(definition))
    found: list[str] = []
    for target, conditions in _targets(definition):
        if any(target.startswith(f"{place}/") for place in found):
            continue
        if not search.reaches(target, conditions):
            found.append(target)
    return found


def _targets(definition: Definition) -> Iterator[tuple[str, list[Condition | None]]]:
    before: list[Condition | None] = []
    for number, page in enumerate(definition.pages):
        at = f"/pages/{number}"
        before.append(page.show_if)
        yield at, list(reversed(before))
        for index, question in enumerate(page.questions):
            yield f"{at}/questions/{index}", [question.show_if, *reversed(before)]
        jumps = [jump.condition for jump in page.next]
        before += jumps
        for index in range(len(jumps)):
            yield f"{at}/next/{index}", [*jumps[: index + 1][::-1], *reversed(before)]


def both(first: Truth, second: Truth) -> Truth:
    """Kleene's conjunction."""
    return False if first is False or second is False else None if first is None or second is None else True


def either(first: Truth, second: Truth) -> Truth:
    """Kleene's disjunction."""
    return True if first is True or second is True else None if first is None or second is None else False


def opposite(truth: Truth) -> Truth:
    """Kleene's negation."""
    return None if truth is None else not truth


@dataclass
class _Search:
    """`last` are the decisions that led to the place before: they often lead on to the next one."""

    definition: Definition
    cases: Cases
    reached: set[str] = field(default_factory=set)
    last: dict[Variable, int] = field(default_factory=dict)
    left: int = MOST_VISITS
    floor: int = 0

    def reaches(self, target: str, conditions: Iterable[Condition | None]) -> bool:
        if target in self.reached:
            return True
        self.floor = max(0, self.left - MOST_VISITS_EACH)
        variables = list(dict.fromkeys(self._relevant(conditions)))
        return self._some_case(target, variables, self.last) or self._some_case(target, variables, {})

    def _some_case(self, target: str, variables: list[Variable], decided: dict[Variable, int]) -> bool:
        if self.left <= self.floor:
            return True
        walk = _Walk(self.definition, self.cases, decided)
        self.left -= walk.run(int(target.split("/")[2]))
        truth = walk.truth[target]
        if truth is True:
            self.last = decided
            self.reached |= {place for place, seen in walk.truth.items() if seen is True}
        if truth is not None:
            return truth
        undecided = next((one for one in variables if one in walk.open), None)
        return undecided is None or any(
            self._some_case(target, variables, decided | {undecided: case}) for case in self.cases.of(undecided)
        )

    def _relevant(self, conditions: Iterable[Condition | None]) -> Iterator[Variable]:
        """The variables of the conditions and of those that decide whether their questions are seen, nearest first."""
        seen: set[str] = set()
        waiting = [one for one in conditions if one is not None]
        while waiting:
            for test in tests_of(waiting.pop(0)):
                yield self.cases.variable(test)
                if test.question is not None and test.question not in seen:
                    seen.add(test.question)
                    show_if = self.definition.questions[test.question].show_if
                    waiting += [] if show_if is None else [show_if]


@dataclass
class _Walk:
    """One walk; `open` gathers the variables whose value was missed."""

    definition: Definition
    cases: Cases
    decided: Mapping[Variable, int]
    truth: dict[str, Truth] = field(default_factory=dict)
    visible: dict[str, Truth] = field(default_factory=dict)
    open: set[Variable] = field(default_factory=set)

    def run(self, last: int) -> int:
        """Walks up to a page; the number of places on the way."""
        pages = self.definition.pages
        places = {page.id: number for number, page in enumerate(pages)} | {END: len(pages)}
        entered: list[Truth] = [True, *([False] * len(pages))]
        for number, page in enumerate(pages[: last + 1]):
            shown = both(entered[number], self._holds(page.show_if))
            self.truth[f"/pages/{number}"] = shown
            self._questions(f"/pages/{number}", page.questions, shown)
            goes_on = self._jumps(f"/pages/{number}", page, shown, entered, places)
            skipped = both(entered[number], opposite(shown))
            entered[number + 1] = either(entered[number + 1], either(goes_on, skipped))
        return len(self.truth)

    def _questions(self, at: str, questions: tuple[Question, ...], shown: Truth) -> None:
        for index, question in enumerate(questions):
            truth = both(shown, self._holds(question.show_if))
            self.truth[f"{at}/questions/{index}"] = self.visible[question.id] = truth

    def _jumps(self, at: str, page: Page, shown: Truth, entered: list[Truth], places: Mapping[str, int]) -> Truth:
        goes_on = shown
        for index, jump in enumerate(page.next):
            holds = self._holds(jump.condition)
            taken = self.truth[f"{at}/next/{index}"] = both(goes_on, holds)
            entered[places[jump.to]] = either(entered[places[jump.to]], taken)
            goes_on = both(goes_on, opposite(holds))
        return goes_on

    def _holds(self, condition: Condition | None) -> Truth:
        if condition is None:
            return True
        if isinstance(condition, Comparison):
            return self._test(condition)
        if isinstance(condition, Not):
            return opposite(self._holds(condition.part))
        truths = [self._holds(part) for part in condition.parts]
        decisive = isinstance(condition, AnyOf)
        if decisive in truths:
            return decisive
        return None if None in truths else isinstance(condition, All)

    def _test(self, test: Comparison) -> Truth:
        seen = True if test.question is None else self.visible[test.question]
        if seen is False:
            return self.cases.unanswered(test)
        variable = self.cases.variable(test)
        if variable not in self.decided:
            self.open.add(variable)
            return None
        found = self.cases.outcome(test, self.decided[variable])
        return found if seen or found == self.cases.unanswered(test) else None
