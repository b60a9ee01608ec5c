"""What a timeline is asked for and what its entries are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

__all__ = ["ENTRY_TYPES", "INTERACTION", "PURCHASE", "TYPES", "Entry", "Filters", "Question", "TimelineEntry"]

INTERACTION: Final = "interaction"
PURCHASE: Final = "purchase"
"""The type of a purchase, and the `kind` that every one has on the timeline."""

ENTRY_TYPES: Final = ("refund", "correction", "case", "survey", "points", "tier")
"""The types of what is kept in the timeline's own table; the name of a type, asked for as a kind, means all of it."""

TYPES: Final = (INTERACTION, PURCHASE, *ENTRY_TYPES)


class Filters(NamedTuple):
    """None = whatever; `since` is included, `until` is not."""

    type: str | None = None
    channel: str | None = None
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Question(NamedTuple):
    """A page of one customer's timeline: what follows `before`, at most `limit` entries."""

    customer_id: UUID
    filters: Filters
    before: tuple[datetime, UUID] | None
    limit: int


class Entry(NamedTuple):
    """Where one entry stands: `type` names its source. Newest first by (occurred_at, id)."""

    type: str
    id: UUID
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something on the timeline that is neither an interaction nor a purchase.

    `type` is one of ENTRY_TYPES; `kind` says what happened (`case_opened`, `points_earned`);
    `channel` where it happened on one; `summary` is a small JSON object without free text, shown as it is. Times are
    aware: `occurred_at` when it happened, `received_at` when this service learnt of it.
    """

    id: UUID
    customer_id: UUID
    type: str
    kind: str
    channel: str | None
    occurred_at: datetime
    received_at: datetime
    summary: Mapping[str, Any]
