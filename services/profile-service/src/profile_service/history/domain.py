"""What one line of history is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

__all__ = ["Entry", "Line"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A change to be written down. `field` is a JSON pointer; the empty one means the whole record, as it began."""

    customer_id: UUID
    version: int
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Line:
    """A change as it was written down: who, when (UTC), and from where. `ordinal` orders the changes of one version."""

    version: int
    ordinal: int
    field: str
    old: Any
    new: Any
    actor: str
    source: str
    changed_at: datetime
