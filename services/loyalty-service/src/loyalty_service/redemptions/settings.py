"""The settings of redemptions, a part of the service's own."""

from __future__ import annotations

from pydantic import BaseModel, Field

__all__ = ["RedemptionSettings"]


class RedemptionSettings(BaseModel):
    """How long points are held for a reservation that nobody captures or releases."""

    reservation_minutes: int = Field(default=15, ge=1, le=10_080)
