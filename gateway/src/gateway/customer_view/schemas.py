"""Bodies of the view's routes."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from hamdel.http.schemas import RequestModel, ResponseModel

__all__ = ["CompareRequest", "Comparison", "CustomerView", "Difference", "SectionState", "SectionStates"]


class SectionState(ResponseModel):
    """Where a section of the view comes from. `stale`: its owner could not be asked, this is the projection;
    `unavailable`: nothing is known of it at the moment; `empty`: the customer has nothing there."""

    status: Literal["ok", "empty", "stale", "unavailable"]
    sequence: int
    as_of: AwareDatetime | None


class SectionStates(ResponseModel):
    """The state of each section."""

    profile: SectionState
    interactions: SectionState
    surveys: SectionState
    loyalty: SectionState


class CustomerView(ResponseModel):
    """Everything known of one customer. `as_of` is the latest of the sections' (RFC 3339, UTC); `complete` is false
    while a section is stale or unavailable."""

    customer_id: UUID
    as_of: AwareDatetime | None
    complete: bool
    profile: dict[str, Any]
    interactions: dict[str, Any]
    surveys: dict[str, Any]
    loyalty: dict[str, Any]
    sections: SectionStates


class CompareRequest(RequestModel):
    """The next `limit` customers of the projection after `after`, in order of id; or the named ones."""

    after: UUID | None = None
    limit: int = Field(default=500, ge=1, le=500)
    customer_ids: list[UUID] | None = Field(default=None, max_length=500)


class Difference(ResponseModel):
    """One section that is not the same in the projection and at its owner; a sequence of 0 means nothing is there."""

    customer_id: UUID
    section: str
    projected_sequence: int
    live_sequence: int


class Comparison(ResponseModel):
    """`next` is the `after` of the next call, null when every customer was compared."""

    compared: int
    differences: list[Difference]
    next: UUID | None
