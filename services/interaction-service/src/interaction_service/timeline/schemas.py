"""Response bodies of the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from hamdel.contracts.base import Moment, rfc3339
from hamdel.http import ResponseModel, encode_cursor
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.schemas import InteractionResource
from interaction_service.interactions.schemas import resource_of as interaction_resource
from interaction_service.purchases.domain import Purchase
from interaction_service.purchases.schemas import PurchaseResource
from interaction_service.purchases.schemas import resource_of as purchase_resource
from interaction_service.timeline.domain import ENTRY_TYPES, INTERACTION, PURCHASE, TYPES, TimelineEntry

__all__ = ["EntryType", "TimelinePage", "item_of", "page_body"]

EntryType = Literal[TYPES]  # type: ignore[valid-type]
Record = Interaction | Purchase | TimelineEntry


class TimelineInteraction(InteractionResource):
    """An interaction on the timeline."""

    type: Literal["interaction"]


class TimelinePurchase(PurchaseResource):
    """A purchase on the timeline; its `kind` is always `purchase`."""

    type: Literal["purchase"]
    kind: Literal["purchase"]


class OtherEntry(ResponseModel):
    """What else happened: a refund, a case, an answered survey, points, another tier. `kind` says what exactly
    (`points_earned`), `summary` holds what belongs to it: ids, amounts, scores, never free text."""

    type: Literal[ENTRY_TYPES]  # type: ignore[valid-type]
    id: UUID
    customer_id: UUID
    kind: str
    channel: str | None
    occurred_at: Moment
    received_at: Moment
    summary: dict[str, Any]


class TimelinePage(ResponseModel):
    """One page, newest first."""

    items: list[TimelineInteraction | TimelinePurchase | OtherEntry]
    next_cursor: str | None


def item_of(record: Record) -> dict[str, Any]:
    """The whole resource, with `type` and, for a purchase too, `kind`."""
    if isinstance(record, Interaction):
        return {"type": INTERACTION} | interaction_resource(record)
    if isinstance(record, Purchase):
        return {"type": PURCHASE, "kind": PURCHASE} | purchase_resource(record)
    ids = {"id": str(record.id), "customer_id": str(record.customer_id)}
    times = {"occurred_at": rfc3339(record.occurred_at), "received_at": rfc3339(record.received_at)}
    return asdict(record) | ids | times


def page_body(page: tuple[Sequence[Record], tuple[datetime, UUID] | None]) -> dict[str, Any]:
    """The body of a page and the cursor of the next one."""
    records, after = page
    return {"items": [item_of(record) for record in records], "next_cursor": encode_cursor(*after) if after else None}
