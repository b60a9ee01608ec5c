"""Sums of counters put together by question, across the versions that asked it alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from survey_service.definition.comparing import comparable
from survey_service.definition.domain import Definition, Question
from survey_service.results.counting import ANSWERED, DISMISSED, FINISHED, OPEN, ROW, VALUE

__all__ = ["Sum", "Tallies", "Tally", "Versions", "numbers_of"]


class Sum(NamedTuple):
    """How often an item was counted in the responses of a version."""

    version: int
    question: str
    item: str
    value: str
    times: int


@dataclass(slots=True)
class Tally:
    """What was answered to one question: `n` answered, `dismissed` apart from them, `asked` finished responses of the
    versions that are counted together. `values` and the options of each of the `rows` by how often."""

    n: int = 0
    dismissed: int = 0
    asked: int = 0
    values: Counter[str] = field(default_factory=Counter)
    rows: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, item: str, value: str, count: int) -> None:
        """Takes a sum in."""
        if item == ANSWERED:
            self.n += count
        elif item == DISMISSED:
            self.dismissed += count
        elif item == VALUE:
            self.values[value] += count
        elif item.startswith(ROW):
            self.rows.setdefault(item.removeprefix(ROW), Counter())[value] += count


def numbers_of(values: Mapping[str, int]) -> dict[int, int]:
    """The distribution of a scale: its values are whole numbers."""
    return {int(value): count for value, count in values.items()}


@dataclass(frozen=True)
class Versions:
    """The definitions that results are read across, and the one, `reference`, whose questions are shown."""

    definitions: Mapping[int, Definition]
    reference: int

    @property
    def definition(self) -> Definition:
        """The one whose questions are shown."""
        return self.definitions[self.reference]

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """The questions that can be answered."""
        return {name: question for name, question in self.definition.questions.items() if question.asks}

    @cached_property
    def alike(self) -> Mapping[str, frozenset[int]]:
        """Of each question the versions whose answers are counted together: the reference and those comparable."""
        return {
            question: frozenset(
                version
                for version, definition in self.definitions.items()
                if version == self.reference or comparable(definition, self.definition, question)
            )
            for question in self.questions
        }

    def excluded(self, question: str) -> list[int]:
        """The versions that asked it otherwise, or not at all."""
        return sorted(self.definitions.keys() - self.alike[question])


@dataclass(slots=True)
class Tallies:
    """Of all versions: `finished` responses, and those that are `open` by the last question they answer; and the tally
    of each question."""

    finished: int
    open: Counter[str]
    questions: Mapping[str, Tally]

    @classmethod
    def of(cls, versions: Versions, sums: Iterable[Sum]) -> Tallies:
        """Puts the sums together."""
        counted = versions.alike
        tallies = {question: Tally() for question in counted}
        finished, left = Counter[int](), Counter[str]()
        for one in sums:
            if one.item == FINISHED:
                finished[one.version] += one.times
            elif one.item == OPEN:
                left[one.value] += one.times
            elif one.version in counted.get(one.question, ()):
                tallies[one.question].add(one.item, one.value, one.times)
        for question, tally in tallies.items():
            tally.asked = sum(finished[version] for version in counted[question])
        return cls(finished.total(), left, tallies)
