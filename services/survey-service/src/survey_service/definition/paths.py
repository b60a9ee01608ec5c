"""The path through a survey: which pages and questions a respondent with these answers sees.

Conditions only look back (`checking` refuses the others), so one pass in page order decides everything: when a
condition is evaluated, each question it can refer to is already known to be visible or not, and only answers to visible
questions have been let in. An answer on a branch that is hidden after going back therefore never influences anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from survey_service.definition.domain import END, Answer, Condition, Definition, Question
from survey_service.definition.evaluation import Ask, asking

__all__ = ["Path", "path"]


@dataclass(frozen=True, slots=True)
class Path:
    """What one respondent sees. `pages` and `visible` (question ids, statements too) are in the order of the survey;
    `missing` are the required ones among them without an answer (dismissed is none; a consent must be given, every row
    of a matrix answered); `kept` are the answers that count, `hidden` the ids of those that do not."""

    visible: tuple[str, ...]
    pages: tuple[str, ...]
    missing: tuple[str, ...]
    hidden: tuple[str, ...]
    kept: Mapping[str, Answer]

    @property
    def finished_possible(self) -> bool:
        """Nothing required is missing, and at least one question is answered: dismissing everything is no response."""
        return not self.missing and any(not answer.dismissed for answer in self.kept.values())


@dataclass(frozen=True, slots=True)
class _Asked:
    id: str
    show_if: Ask | None
    required: bool
    consent: bool
    rows: int

    def answered_by(self, answer: Answer | None) -> bool:
        if answer is None or answer.dismissed or (self.consent and answer.value is not True):
            return False
        return len(answer.rows) >= self.rows


@dataclass(frozen=True, slots=True)
class _Step:
    id: str
    show_if: Ask | None
    questions: tuple[_Asked, ...]
    jumps: tuple[tuple[int, Ask | None], ...]


_PLANS: Final[WeakKeyDictionary[Definition, tuple[_Step, ...]]] = WeakKeyDictionary()


@dataclass(slots=True)
class _Walk:
    """One pass; `known` holds the answers that conditions may see."""

    answers: Mapping[str, Answer]
    attributes: Mapping[str, Any]
    known: dict[str, Answer] = field(default_factory=dict)
    kept: dict[str, Answer] = field(default_factory=dict)
    visible: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def page(self, step: _Step) -> None:
        known, attributes = self.known, self.attributes
        for question in step.questions:
            if question.show_if is not None and not question.show_if(known, attributes):
                continue
            self.visible.append(question.id)
            answer = self.answers.get(question.id)
            if answer is not None:
                self.kept[question.id] = answer
                if not answer.dismissed:
                    known[question.id] = answer
            if question.required and not question.answered_by(answer):
                self.missing.append(question.id)

    def after(self, step: _Step, following: int) -> int:
        for target, condition in step.jumps:
            if condition is None or condition(self.known, self.attributes):
                return target
        return following


def path(definition: Definition, answers: Mapping[str, Answer], attributes: Mapping[str, Any]) -> Path:
    """The path of a respondent with these answers, by question id, and these customer attributes. Pure; the definition
    must have passed `check`. Answers to questions that it does not have count as hidden."""
    steps = _PLANS.get(definition) or _planned(definition)
    walk, pages, index = _Walk(answers, attributes), list[str](), 0
    while index < len(steps):
        step = steps[index]
        index += 1
        if step.show_if is None or step.show_if(walk.known, attributes):
            pages.append(step.id)
            walk.page(step)
            index = walk.after(step, index)
    hidden = tuple(one for one in answers if one not in walk.kept)
    return Path(tuple(walk.visible), tuple(pages), tuple(walk.missing), hidden, walk.kept)


def _planned(definition: Definition) -> tuple[_Step, ...]:
    """The definition with its conditions as functions, made once for each definition object."""
    places = {page.id: index for index, page in enumerate(definition.pages)} | {END: len(definition.pages)}
    questions = definition.questions
    made = _PLANS[definition] = tuple(
        _Step(
            page.id,
            _maybe(page.show_if, questions),
            tuple(_asked(one, questions) for one in page.questions),
            tuple((places[jump.to], _maybe(jump.condition, questions)) for jump in page.next),
        )
        for page in definition.pages
    )
    return made


def _asked(question: Question, questions: Mapping[str, Question]) -> _Asked:
    return _Asked(
        id=question.id,
        show_if=_maybe(question.show_if, questions),
        required=question.required and question.asks,
        consent=question.kind == "consent",
        rows=len(question.rows),
    )


def _maybe(condition: Condition | None, questions: Mapping[str, Question]) -> Ask | None:
    return None if condition is None else asking(condition, questions)
