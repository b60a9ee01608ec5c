"""Pure rules of consent: what stands for a purpose on a channel, for one customer and for several that are one.

What decides is the newest row of the pair. A refusal (`denied`, `withdrawn`) holds from the moment it is recorded
until a newer row, whatever window it names; the window of a grant counts. The channel `any` speaks for every channel
that has no row of its own; a refusal on it also overrules the rows that are older than itself, while a grant on it
never lifts a refusal of a channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Final, Literal
from uuid import UUID

__all__ = [
    "ANY",
    "CHANNELS",
    "LEGAL_BASES",
    "MAX_PAIRS",
    "Row",
    "Standing",
    "State",
    "Told",
    "standing_for",
    "standing_of_family",
    "state_at",
    "stricter",
    "tells_nothing_new",
]

State = Literal["granted", "expired", "not_yet_valid", "pending", "denied", "withdrawn", "none"]
Pair = tuple[str, str]

ANY: Final = "any"
CHANNELS: Final = (
    "in_person", "phone", "letter", "fax", "email", "sms", "chat", "web", "app", "social", "ivr", "kiosk",
)  # fmt: skip
LEGAL_BASES: Final = (
    "consent", "contract", "legal_obligation", "vital_interests", "public_task", "legitimate_interests",
)  # fmt: skip
"""GDPR, article 6(1), letters a to f."""

MAX_PAIRS: Final = 200
"""Pairs of purpose and channel that one customer may have rows for: the section shows them all."""

_REFUSALS: Final = frozenset({"denied", "withdrawn"})
_STRICTNESS: Final = {"granted": 0, "pending": 1, "denied": 2, "withdrawn": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody told about one pair. `evidence` is JSON text with sorted keys; `valid_from` None means from now.
    An open double opt-in has the hash of its token; the grant that ends it `confirms` the row that opened it."""

    purpose: str
    channel: str
    status: str
    legal_basis: str
    source: str
    evidence: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    token_hash: bytes | None = None
    token_expires_at: datetime | None = None
    confirms: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the table. `ordinal` counts 1, 2, 3 … per customer; times are UTC; `evidence` is None where it was not
    read. The hashes are those of `chain.py`."""

    id: UUID
    customer_id: UUID
    ordinal: int
    purpose: str
    channel: str
    status: str
    legal_basis: str
    source: str
    evidence: str | None
    valid_from: datetime
    valid_to: datetime | None
    token_hash: bytes | None
    token_expires_at: datetime | None
    confirms: UUID | None
    recorded_at: datetime
    recorded_by: str
    previous_hash: bytes | None
    hash: bytes

    @property
    def pair(self) -> Pair:
        """What the row speaks about."""
        return (self.purpose, self.channel)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for a pair: the row that decides it, and the window of a grant (of several: their intersection)."""

    row: Row
    valid_from: datetime
    valid_to: datetime | None


def state_at(standing: Standing | None, moment: datetime) -> State:
    """The standing in one word. A window is half open: the grant holds at `valid_from`, no longer at `valid_to`."""
    if standing is None:
        return "none"
    status: State = standing.row.status  # type: ignore[assignment]
    if status != "granted":
        return status
    if moment < standing.valid_from:
        return "not_yet_valid"
    if standing.valid_to is not None and moment >= standing.valid_to:
        return "expired"
    return "granted"


def standing_for(rows: Iterable[Row], purpose: str, channel: str) -> Standing | None:
    """What stands for one pair, given rows of one customer or of several that are one (see `standing_of_family`)."""
    return _of_pair(_newest_by_customer(rows), (purpose, channel))


def standing_of_family(rows: Iterable[Row]) -> dict[Pair, Standing]:
    """What stands for every pair that any of the rows speaks about, sorted by purpose and channel.

    Each customer is judged by its own rows alone, then the most restrictive of them wins:
    withdrawn > denied > pending > not yet valid > expired > granted. A customer without a row for the pair (on the
    channel or on `any`) has no say. No clock: `state_at` of the outcome is at every moment the strictest of theirs.
    """
    members = _newest_by_customer(rows)
    pairs = sorted({pair for newest in members.values() for pair in newest})
    found = {pair: _of_pair(members, pair) for pair in pairs}
    return {pair: standing for pair, standing in found.items() if standing is not None}


def stricter(one: Standing, other: Standing) -> Standing:
    """The more restrictive of two; two grants hold only where both do, and the newer of them is shown."""
    if _strictness(one) != _strictness(other):
        return max(one, other, key=_strictness)
    newer = max(one, other, key=lambda each: (each.row.recorded_at, each.row.id))
    if newer.row.status != "granted":
        return newer
    ends = [each.valid_to for each in (one, other) if each.valid_to is not None]
    return Standing(newer.row, max(one.valid_from, other.valid_from), min(ends, default=None))


def tells_nothing_new(told: Told, row: Row, asked: Row, now: datetime) -> bool:
    """Whether the row that decides the pair says the same already; `asked` is the row it confirms, else itself.

    A telling without `valid_from` is content with any row that has begun; one that opens a double opt-in is content
    with one that is open still, and with a grant.
    """
    begun = asked.valid_from <= now if told.valid_from is None else asked.valid_from == told.valid_from
    status = told.status == row.status or (told.status == "pending" and row.status == "granted")
    lapsed = row.status == "pending" and row.token_expires_at is not None and row.token_expires_at <= now
    return begun and status and not lapsed and _content(told) == _content(asked)


def _content(each: Told | Row) -> tuple[object, ...]:
    return (each.purpose, each.channel, each.legal_basis, each.source, each.evidence, each.valid_to)


def _strictness(standing: Standing) -> int:
    return _STRICTNESS[standing.row.status]


def _newest_by_customer(rows: Iterable[Row]) -> dict[UUID, dict[Pair, Row]]:
    members: dict[UUID, dict[Pair, Row]] = {}
    for row in sorted(rows, key=lambda row: row.ordinal):
        members.setdefault(row.customer_id, {})[row.pair] = row
    return members


def _of_pair(members: Mapping[UUID, Mapping[Pair, Row]], pair: Pair) -> Standing | None:
    deciding = [row for newest in members.values() if (row := _deciding(newest, pair)) is not None]
    found: Sequence[Standing] = [Standing(row, row.valid_from, row.valid_to) for row in deciding]
    return reduce(stricter, found) if found else None


def _deciding(newest: Mapping[Pair, Row], pair: Pair) -> Row | None:
    own, general = newest.get(pair), newest.get((pair[0], ANY))
    if own is None or general is None:
        return own or general
    overruled = general.status in _REFUSALS and general.ordinal > own.ordinal and own.status not in _REFUSALS
    return general if overruled else own
