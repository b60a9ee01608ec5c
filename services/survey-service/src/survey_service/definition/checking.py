"""What is wrong with a definition that has the right shape. Every fault is named by its place, a JSON pointer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hamdel.http.problem import FieldError
from survey_service.definition.domain import (
    ANY_LANGUAGE,
    END,
    SCALED,
    Definition,
    Question,
    Scale,
    Settings,
)
from survey_service.definition.reachability import unreachable
from survey_service.definition.references import condition_faults
from survey_service.definition.texts import PIPE, texts_of

__all__ = ["check"]

FEWEST_STEPS: Final = 3
MOST_STEPS: Final = 10
NOT_PIPED: Final = frozenset({"likert", "consent", "statement"})


def check(definition: Definition) -> list[FieldError]:
    """Every fault: ids given twice, references to what is not there or not before, jumps back (a survey has no loops),
    scales that the kind does not have, and what no answers lead to. An empty list means that it makes sense; what can
    be reached is only asked of a definition without other faults."""
    faults = [
        *_ids(definition),
        *_settings(definition.settings),
        *_questions(definition),
        *_jumps(definition),
        *condition_faults(definition),
        *_pipes(definition),
    ]
    if faults:
        return faults
    return [FieldError(at, "no answers lead here", "unreachable") for at in unreachable(definition)]


def _ids(definition: Definition) -> Iterator[FieldError]:
    questions = [
        (f"/pages/{number}/questions/{index}", question)
        for number, page in enumerate(definition.pages)
        for index, question in enumerate(page.questions)
    ]
    yield from _twice((f"/pages/{number}/id", page.id) for number, page in enumerate(definition.pages))
    yield from _twice((f"{at}/id", question.id) for at, question in questions)
    for at, question in questions:
        for name, choices in (("options", question.options), ("rows", question.rows)):
            yield from _twice((f"{at}/{name}/{index}/id", choice.id) for index, choice in enumerate(choices))
    for number, page in enumerate(definition.pages):
        if page.id == END:
            yield FieldError(f"/pages/{number}/id", "is the word for the end of the survey", "reserved_id")
    if not any(question.asks for _, question in questions):
        yield FieldError("/pages", "must ask something", "asks_nothing")


def _twice(ids: Iterable[tuple[str, str]]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for at, one in ids:
        if one in seen:
            yield FieldError(at, "is given twice", "given_twice")
        seen.add(one)


def _settings(settings: Settings) -> Iterator[FieldError]:
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield FieldError("/timezone", "there is no such time zone", "unknown_timezone")
    yield from _twice((f"/languages/{index}", one) for index, one in enumerate(settings.languages))
    yield from _twice((f"/crosstab/{index}", one) for index, one in enumerate(settings.crosstab))
    if settings.languages and settings.default_language not in settings.languages:
        yield FieldError("/default_language", "must be one of the languages", "undeclared_language")
    days = (0, *settings.reminder_days)
    for index, (before, day) in enumerate(pairwise(days)):
        if not before < day < settings.invitation_days:
            at = f"/reminder_days/{index}"
            yield FieldError(at, "must be in order and before the invitation ends", "reminder_order")


def _questions(definition: Definition) -> Iterator[FieldError]:
    for number, page in enumerate(definition.pages):
        for index, question in enumerate(page.questions):
            at = f"/pages/{number}/questions/{index}"
            yield from _scale(question, f"{at}/scale")
            yield from _choices(question, at)


def _scale(question: Question, at: str) -> Iterator[FieldError]:
    scale = question.scale
    if scale is None or scale.min is None or scale.max is None:
        return
    if question.kind == "nps" and (scale.min, scale.max) != (0, 10):
        yield FieldError(at, "NPS is asked from 0 to 10", "nps_scale")
    elif scale.min >= scale.max:
        yield FieldError(f"{at}/max", "must be greater than min", "scale_order")
    elif question.kind in SCALED - {"nps"} and not FEWEST_STEPS <= len(scale.steps) <= MOST_STEPS:
        yield FieldError(at, f"must have {FEWEST_STEPS} to {MOST_STEPS} steps", "scale_steps")
    yield from _labels(scale, at)


def _labels(scale: Scale, at: str) -> Iterator[FieldError]:
    for step in scale.labels:
        if not scale.holds(step):
            yield FieldError(f"{at}/labels/{step}", "is not on the scale", "never_holds")


def _choices(question: Question, at: str) -> Iterator[FieldError]:
    most = len(question.options) if question.max_choices is None else question.max_choices
    if most > len(question.options):
        yield FieldError(f"{at}/max_choices", "is more than there are options", "too_many_choices")
    elif question.kind == "multiple_choice" and question.min_choices > most:
        yield FieldError(f"{at}/min_choices", "is more than may be chosen", "too_many_choices")


def _jumps(definition: Definition) -> Iterator[FieldError]:
    places = {page.id: number for number, page in enumerate(definition.pages)} | {END: len(definition.pages)}
    for number, page in enumerate(definition.pages):
        for index, jump in enumerate(page.next):
            at = f"/pages/{number}/next/{index}/page"
            if jump.to not in places:
                yield FieldError(at, "there is no such page", "unknown_page")
            elif places[jump.to] <= number:
                yield FieldError(at, "must come after this page: a survey has no loops", "backward_jump")


def _pipes(definition: Definition) -> Iterator[FieldError]:
    before: set[str] = set()
    passed: Question | None = None
    for at, question, text in texts_of(definition):
        if question is not passed and passed is not None:
            before.add(passed.id)
        passed = question
        for language, words in text.items():
            place = at if language == ANY_LANGUAGE else f"{at}/{language}"
            for match in PIPE.finditer(words):
                if match[1] == "answer":
                    yield from _piped(definition.questions.get(match[2]), before, place)
            if any(mark in PIPE.sub("", words) for mark in ("{{", "}}")):
                yield FieldError(place, "write {{answer:id|fall-back}} or {{customer:attribute|fall-back}}", "pipe")


def _piped(question: Question | None, before: set[str], at: str) -> Iterator[FieldError]:
    if question is None:
        yield FieldError(at, "refers to a question that is not there", "unknown_question")
    elif question.id not in before:
        yield FieldError(at, "refers to a question that is not asked before", "later_question")
    elif question.kind in NOT_PIPED:
        yield FieldError(at, f"the answer to a {question.kind} is no text", "pipe")
