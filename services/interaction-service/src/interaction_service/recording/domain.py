"""The rules of recording: what makes two records the same, and what becomes of each item of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

__all__ = [
    "MAX_AHEAD",
    "UNCOMPARED",
    "Existing",
    "Key",
    "Outcome",
    "Recordable",
    "Status",
    "fingerprint",
    "leaders",
    "outcome_of",
    "too_far_ahead",
]

MAX_AHEAD: Final = timedelta(days=1)
"""How far in the future a touchpoint may lie: clocks differ, and zones are mistaken, by less than a day."""

UNCOMPARED: Final = UUID(int=0)
"""The fingerprint of a record without a key: nothing is ever compared with it."""

Key = tuple[str, str]
"""(source, external id): names one record at its origin."""


class Status(StrEnum):
    """What became of one item."""

    CREATED = "created"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class Recordable(Protocol):
    """What every kind of record has, so that one use case can store all of them."""

    @property
    def id(self) -> UUID: ...
    @property
    def customer_id(self) -> UUID: ...
    @property
    def source(self) -> str: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def fingerprint(self) -> UUID: ...
    @property
    def version(self) -> int: ...


class Existing(NamedTuple):
    """The stored record that already owns a key."""

    id: UUID
    fingerprint: UUID


@dataclass(frozen=True, slots=True)
class Outcome:
    """`id` is the stored record's (None when rejected); `code` says why an item was rejected."""

    status: Status
    id: UUID | None = None
    code: str | None = None


def fingerprint(*content: Any) -> UUID:
    """128 bits (BLAKE2b) over a record's content, as PostgreSQL's 16-byte type: equal when the same was said again.

    Values must be None or have one text form and hold no NUL. Add new fields at the end: a trailing None changes
    nothing, so records stored before the field existed are still recognised.
    """
    texts = ["" if value is None else f"={value}" for value in content]
    while texts and not texts[-1]:
        texts.pop()
    return UUID(bytes=blake2b("\0".join(texts).encode(), digest_size=16).digest())


def too_far_ahead(occurred_at: datetime, now: datetime) -> bool:
    """Whether a moment lies more than a day in the future. Both are aware."""
    return occurred_at - now > MAX_AHEAD


def key_of(record: Recordable) -> Key | None:
    """The key of a record; None where its origin gave it no id."""
    return None if record.external_id is None else (record.source, record.external_id)


def leaders(records: Sequence[Recordable]) -> list[Recordable]:
    """The first record of every key, and all without a key: what there is to store, in order."""
    seen: set[Key] = set()
    chosen: list[Recordable] = []
    for record in records:
        key = key_of(record)
        if key is None:
            chosen.append(record)
        elif key not in seen:
            seen.add(key)
            chosen.append(record)
    return chosen


def outcome_of(record: Recordable, created: set[UUID], owners: Mapping[Key, Existing]) -> Outcome:
    """What became of a record, given the ids this transaction created and the owners of the other keys.

    The same content under a taken key is a duplicate; other content under it is rejected, never overwritten.
    """
    if record.id in created:
        return Outcome(Status.CREATED, record.id)
    owner = owners[(record.source, record.external_id or "")]
    if owner.fingerprint == record.fingerprint:
        return Outcome(Status.DUPLICATE, owner.id)
    return Outcome(Status.REJECTED, code="external-id-taken")
