"""Response bodies of the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from hamdel.http import ResponseModel, encode_cursor
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.schemas import InteractionResource
from interaction_service.interactions.schemas import resource_of as interaction_resource
from interaction_service.purchases.domain import Purchase
from interaction_service.purchases.schemas import PurchaseResource
from interaction_service.purchases.schemas import resource_of as purchase_resource
from interaction_service.timeline.domain import PURCHASE

__all__ = ["TimelinePage", "item_of", "page_body"]


class TimelineInteraction(InteractionResource):
    """An interaction on the timeline."""

    type: Literal["interaction"]


class TimelinePurchase(PurchaseResource):
    """A purchase on the timeline; its `kind` is always `purchase`."""

    type: Literal["purchase"]
    kind: Literal["purchase"]


class TimelinePage(ResponseModel):
    """One page, newest first."""

    items: list[TimelineInteraction | TimelinePurchase]
    next_cursor: str | None


def item_of(record: Interaction | Purchase) -> dict[str, Any]:
    """The whole resource, with `type` and, for a purchase too, `kind`."""
    if isinstance(record, Interaction):
        return {"type": "interaction"} | interaction_resource(record)
    return {"type": PURCHASE, "kind": PURCHASE} | purchase_resource(record)


def page_body(page: tuple[Sequence[Interaction | Purchase], tuple[datetime, UUID] | None]) -> dict[str, Any]:
    """The body of a page and the cursor of the next one."""
    records, after = page
    return {"items": [item_of(record) for record in records], "next_cursor": encode_cursor(*after) if after else None}
