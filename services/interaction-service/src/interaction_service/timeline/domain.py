"""What a timeline is asked for and what its entries are."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

__all__ = ["PURCHASE", "Entry", "Filters", "Question"]

PURCHASE = "purchase"
"""The `kind` that every purchase has on the timeline."""


class Filters(NamedTuple):
    """None = whatever; `since` is included, `until` is not."""

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
