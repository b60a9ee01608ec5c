"""Request and response bodies of adjustments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from loyalty_service.adjustments.domain import STATUSES, Adjustment, AdjustmentDraft

__all__ = ["AdjustmentBody", "AdjustmentResource", "Status"]

MOST: Final = 1_000_000_000

Status = Literal[STATUSES]  # type: ignore[valid-type]


def _some(points: int) -> int:
    if points == 0:
        raise PydanticCustomError("no_points", "must give or take at least one point")
    return points


Points = Annotated[int, Field(strict=True, ge=-MOST, le=MOST), AfterValidator(_some)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
ExpiresAt = Annotated[AwareDatetime, Field(lt=datetime(2200, 1, 1, tzinfo=UTC))]


class AdjustmentBody(RequestModel):
    """Points to give (positive) or to take (negative), and why. Given points lapse as the programme says, or at
    `expires_at`; with `allow_negative` the balance may fall below zero, once a second person agrees."""

    program_id: UUID
    points: Points
    reason: Reason
    allow_negative: bool = False
    expires_at: ExpiresAt | None = None

    def draft(self) -> AdjustmentDraft:
        """The body as the domain names it."""
        return AdjustmentDraft(**{name: getattr(self, name) for name in type(self).model_fields})


class AdjustmentResource(ResponseModel):
    """An adjustment: `posted` with its `entry_id` in the ledger, `waiting` for a second person, or `rejected`."""

    id: UUID
    program_id: UUID
    customer_id: UUID
    points: int
    reason: str
    allow_negative: bool
    expires_at: Moment | None
    status: Status
    requested_by: str
    requested_at: Moment
    decided_by: str | None
    decided_at: Moment | None
    entry_id: UUID | None
    version: int

    @classmethod
    def of(cls, adjustment: Adjustment) -> Self:
        """The resource of a stored adjustment."""
        return cls(**{name: getattr(adjustment, name) for name in cls.model_fields})
