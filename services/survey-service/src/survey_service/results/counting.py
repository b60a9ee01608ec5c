"""How responses are counted: which counters they move, each by one.

A counter belongs to a survey, a version and a day. It counts within a slice of the responses: all of them
(`EVERYBODY`), those of a language or a channel (how many only), those with a value of a declared attribute. What it
counts there is an item of a question: answered, dismissed, a value, or a row of a matrix with its option. Responses
that are not finished are counted, among all, by the last question they answer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from survey_service.definition.domain import Answer, Definition

__all__ = [
    "ANSWERED",
    "CHANNEL",
    "DISMISSED",
    "EVERYBODY",
    "FINISHED",
    "LANGUAGE",
    "MEMBER_LENGTH",
    "OPEN",
    "ROW",
    "VALUE",
    "Cell",
    "FinishedResponse",
    "Move",
    "Whose",
    "attribute_slice",
    "counters_of",
    "last_answered",
    "plain_number",
]

EVERYBODY: Final = ""
LANGUAGE: Final = "language"
CHANNEL: Final = "channel"

FINISHED: Final = "finished"
OPEN: Final = "open"
ANSWERED: Final = "answered"
DISMISSED: Final = "dismissed"
VALUE: Final = "value"
ROW: Final = "row:"

_Item = tuple[str, str, str]
_Slices = defaultdict[tuple[str, str], Counter[_Item]]
_FINISHED: Final = ("", FINISHED, "")

MEMBER_LENGTH: Final = 100
"""Characters of an attribute's value that are told apart."""


@dataclass(frozen=True, slots=True)
class FinishedResponse:
    """What is counted of a response when it is finished. `day` is the date in the survey's time zone; `answers` are
    those that are kept, dismissed ones included; `attributes` are the declared ones, as plain JSON values."""

    survey_id: UUID
    version: int
    day: date
    answers: Mapping[str, Answer]
    language: str | None = None
    channel: str | None = None
    attributes: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A response that is begun, goes on, or ends. `day` is the date on which it was begun, in the survey's time zone.
    `before` and `after` are what `last_answered` gives of its answers; `before` is None when it was not stored yet,
    `after` when it is finished (or gone) now."""

    survey_id: UUID
    version: int
    day: date
    before: str | None
    after: str | None


class Whose(NamedTuple):
    """The responses that share their counters."""

    survey_id: UUID
    version: int
    day: date


Cell = tuple[str, str, str, str, str]
"""Slice, question, member of the slice, item, value; with `Whose` it is the key of a counter."""


def attribute_slice(name: str) -> str:
    """The slice of an attribute.

    >>> attribute_slice("tier")
    'attribute:tier'
    """
    return f"attribute:{name}"


def counters_of(finished: Iterable[FinishedResponse], moves: Iterable[Move] = ()) -> dict[Whose, Counter[Cell]]:
    """By how much each counter moves; never by nothing."""
    found: defaultdict[Whose, _Slices] = defaultdict(lambda: defaultdict(Counter))
    for response in finished:
        _add_finished(found[Whose(response.survey_id, response.version, response.day)], response)
    for move in moves:
        open_ones = found[Whose(move.survey_id, move.version, move.day)][EVERYBODY, ""]
        for question, by in ((move.before, -1), (move.after, 1)):
            if question is not None:
                open_ones["", OPEN, question] += by
    return {whose: _flat(slices) for whose, slices in found.items()}


def last_answered(definition: Definition, answers: Collection[str]) -> str:
    """The id of the last question, in the order of the definition, among those that have an answer (a dismissed one is
    one); empty where nothing is answered."""
    return next((question for question in reversed(list(definition.questions)) if question in answers), "")


def plain_number(value: int | float) -> str:
    """The one spelling of a number, without exponent and needless zeros.

    >>> plain_number(3.0), plain_number(2.50), plain_number(1e20), plain_number(-0.0)
    ('3', '2.5', '100000000000000000000', '0')
    """
    text = format(Decimal(repr(value)), "f")
    shorter = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if shorter == "-0" else shorter


def _add_finished(slices: _Slices, response: FinishedResponse) -> None:
    items = [_FINISHED, *_items(response.answers)]
    for slice_ in _slices(response):
        slices[slice_].update([_FINISHED] if slice_[0] in (LANGUAGE, CHANNEL) else items)


def _flat(slices: _Slices) -> Counter[Cell]:
    return Counter(
        {
            (slice_, question, member, item, value): times
            for (slice_, member), items in slices.items()
            for (question, item, value), times in items.items()
            if times
        }
    )


def _slices(response: FinishedResponse) -> Iterator[tuple[str, str]]:
    yield EVERYBODY, ""
    yield LANGUAGE, response.language or ""
    yield CHANNEL, response.channel or ""
    for name, value in (response.attributes or {}).items():
        if value is not None:
            yield attribute_slice(name), _word(value)[:MEMBER_LENGTH]


def _items(answers: Mapping[str, Answer]) -> Iterator[_Item]:
    for question, answer in answers.items():
        if answer.dismissed:
            yield question, DISMISSED, ""
        else:
            yield question, ANSWERED, ""
            yield from ((question, item, value) for item, value in _values(answer))


def _values(answer: Answer) -> Iterator[tuple[str, str]]:
    """What was said; of a text only that something was."""
    if answer.value is not None:
        yield VALUE, _word(answer.value)
    for option in answer.options:
        yield VALUE, option
    for row, option in answer.rows.items():
        yield ROW + row, option
    if answer.date is not None:
        yield VALUE, answer.date.isoformat()


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain_number(value) if isinstance(value, int | float) else str(value)
