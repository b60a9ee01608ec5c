"""Request and response bodies of refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

import orjson
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment, Money, rfc3339
from hamdel.http import RequestModel, ResponseModel
from interaction_service.purchases.schemas import money
from interaction_service.recording.schemas import HappenedAt, MoneyBody, Name, Source
from interaction_service.refunds.domain import Piece, Refund, RefundDraft

__all__ = ["Reason", "RefundBody", "RefundResource", "resource_of"]

Reason = Annotated[str, StringConstraints(max_length=1000)]


class PieceBody(RequestModel):
    """What goes back: `quantity` pieces of the purchase's line `line` (counted from 0), or of the `sku`."""

    line: Annotated[int, Field(strict=True, ge=0, lt=1000)] | None = None
    sku: Name | None = None
    quantity: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1

    @model_validator(mode="after")
    def _one_name(self) -> Self:
        if (self.line is None) == (self.sku is None):
            raise PydanticCustomError("line_or_sku", "must name either a line or a sku")
        return self


class RefundBody(RequestModel):
    """`external_id` is unique per `source`; without an `amount` everything that is left goes back. `occurred_at` is
    RFC 3339 with an offset, now where it is missing."""

    external_id: Name
    amount: MoneyBody | None = None
    items: Annotated[list[PieceBody], Field(max_length=1000)] = Field(default_factory=list)
    source: Source = "api"
    occurred_at: HappenedAt | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _worth_something(self) -> Self:
        if self.amount is not None and not Decimal(self.amount["amount"]):
            raise PydanticCustomError("no_amount", "must give back more than nothing")
        if self.items and self.amount is None:
            raise PydanticCustomError("amount_of_items", "must say the amount that goes back for these items")
        return self

    def draft(self) -> RefundDraft:
        """What is asked for."""
        amount, currency = (self.amount["amount"], self.amount["currency"]) if self.amount else (None, None)
        pieces = [Piece(item.quantity, item.line, item.sku) for item in self.items]
        return RefundDraft(self.source, self.external_id, amount, currency, pieces, self.occurred_at, self.reason)


class RefundedLine(ResponseModel):
    """So many pieces of a line (counted from 0) came back."""

    line: int
    sku: str | None
    quantity: int


class RefundResource(ResponseModel):
    """A stored refund; never changed afterwards. `refunded_total` adds up this and all earlier ones of the purchase,
    which was over `purchase_total` then."""

    id: UUID
    purchase_id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: Moment
    amount: Money
    items: list[RefundedLine]
    reason: str | None
    refunded_total: Money
    purchase_total: Money
    received_at: Moment
    version: int


def resource_of(refund: Refund) -> dict[str, Any]:
    """`RefundResource` as orjson takes it."""
    return {
        "id": str(refund.id),
        "purchase_id": str(refund.purchase_id),
        "customer_id": str(refund.customer_id),
        "source": refund.source,
        "external_id": refund.external_id,
        "occurred_at": rfc3339(refund.occurred_at),
        "amount": money(refund.amount, refund.currency),
        "items": orjson.Fragment(refund.items),
        "reason": refund.reason,
        "refunded_total": money(refund.refunded_total, refund.currency),
        "purchase_total": money(refund.purchase_total, refund.currency),
        "received_at": rfc3339(refund.recorded_at),
        "version": 1,
    }
