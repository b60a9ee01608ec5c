"""A correction: what a purchase really was. The first row stays, the newest correction holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

__all__ = ["Correction", "CorrectionDraft"]


@dataclass(frozen=True, slots=True)
class CorrectionDraft:
    """What somebody says. `total` is a decimal string and `items` a JSON array as text; None = as it was.
    `occurred_at` is aware, None = now."""

    source: str
    external_id: str
    total: str | None
    currency: str | None
    items: str | None
    occurred_at: datetime | None
    reason: str | None


class Correction(NamedTuple):
    """A stored correction: `total` and `items` hold since it, `previous_total` did before. Times are UTC."""

    id: UUID
    purchase_id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: datetime
    total: str
    previous_total: str
    currency: str
    items: str
    reason: str | None
    fingerprint: UUID
    recorded_at: datetime
