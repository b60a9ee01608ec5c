"""Request and response bodies of corrections."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

import orjson
from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment, Money, rfc3339
from hamdel.contracts.interaction import PurchaseItem
from hamdel.http import RequestModel, ResponseModel
from interaction_service.corrections.domain import Correction, CorrectionDraft
from interaction_service.purchases.schemas import ItemBody, bounded, lines, money
from interaction_service.recording.schemas import HappenedAt, MoneyBody, Name, Source
from interaction_service.refunds.schemas import Reason

__all__ = ["CorrectionBody", "CorrectionResource", "resource_of"]


class CorrectionBody(RequestModel):
    """The true total, the true lines, or both; what is not said stays as it was. `external_id` is unique per
    `source`; `occurred_at` is RFC 3339 with an offset, now where it is missing."""

    external_id: Name
    total: MoneyBody | None = None
    items: Annotated[list[ItemBody], Field(max_length=1000), AfterValidator(bounded)] | None = None
    source: Source = "api"
    occurred_at: HappenedAt | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _corrects_something(self) -> Self:
        if self.total is None and self.items is None:
            raise PydanticCustomError("nothing_corrected", "must correct the total or the items")
        return self

    def draft(self) -> CorrectionDraft:
        """What is told."""
        total, currency = (self.total["amount"], self.total["currency"]) if self.total else (None, None)
        items = lines(self.items).decode() if self.items is not None else None
        return CorrectionDraft(self.source, self.external_id, total, currency, items, self.occurred_at, self.reason)


class CorrectionResource(ResponseModel):
    """A stored correction; never changed afterwards. `total` and `items` hold since it, `previous_total` did before."""

    id: UUID
    purchase_id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: Moment
    total: Money
    previous_total: Money
    items: list[PurchaseItem]
    reason: str | None
    received_at: Moment
    version: int


def resource_of(correction: Correction) -> dict[str, Any]:
    """`CorrectionResource` as orjson takes it."""
    return {
        "id": str(correction.id),
        "purchase_id": str(correction.purchase_id),
        "customer_id": str(correction.customer_id),
        "source": correction.source,
        "external_id": correction.external_id,
        "occurred_at": rfc3339(correction.occurred_at),
        "total": money(correction.total, correction.currency),
        "previous_total": money(correction.previous_total, correction.currency),
        "items": orjson.Fragment(correction.items),
        "reason": correction.reason,
        "received_at": rfc3339(correction.recorded_at),
        "version": 1,
    }
