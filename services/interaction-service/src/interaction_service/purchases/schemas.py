"""Request and response bodies of purchases."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, NotRequired
from uuid import UUID

import orjson
from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from hamdel.contracts.base import Moment, Money, rfc3339
from hamdel.contracts.interaction import PurchaseItem
from hamdel.http import RequestModel, ResponseModel
from hamdel.ids import new_id
from interaction_service.purchases.domain import Purchase, refunded_and_left, same_amount
from interaction_service.recording.domain import fingerprint
from interaction_service.recording.schemas import Channel, HappenedAt, MoneyBody, Name, Source

__all__ = ["ItemBody", "PurchaseBody", "PurchaseResource", "bounded", "lines", "money", "resource_of"]

MAX_ITEMS_BYTES: Final = 200 * 1024
"""What is left for the lines of a purchase in an event of at most 256 KiB."""


class ItemBody(TypedDict):
    """One line of a purchase; `quantity` is a count, 1 where it is not said; `unit_price` is money per piece."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]

    sku: NotRequired[Name | None]
    name: NotRequired[Annotated[str, Field(max_length=500)] | None]
    category: NotRequired[Name | None]
    quantity: NotRequired[Annotated[int, Field(strict=True, ge=1, le=1_000_000)]]
    unit_price: NotRequired[MoneyBody | None]


def lines(items: list[ItemBody]) -> bytes:
    """The lines as stored: JSON with every field named, as the event tells them."""
    return orjson.dumps(
        [
            {
                "sku": item.get("sku"),
                "name": item.get("name"),
                "category": item.get("category"),
                "quantity": item.get("quantity", 1),
                "unit_price": item.get("unit_price"),
            }
            for item in items
        ]
    )


def bounded(items: list[ItemBody]) -> list[ItemBody]:
    """Refuses lines that would make the event too large."""
    if len(lines(items)) > MAX_ITEMS_BYTES:
        raise PydanticCustomError("too_large", "must be at most 200 KiB of JSON")
    return items


def _part_of_total(paid: MoneyBody | None, info: ValidationInfo) -> MoneyBody | None:
    total = info.data.get("total")
    if paid is None or total is None:
        return paid
    if paid["currency"] != total["currency"]:
        raise PydanticCustomError("other_currency", "must be in the purchase's currency")
    if Decimal(paid["amount"]) > Decimal(total["amount"]):
        raise PydanticCustomError("more_than_total", "must not be more than the total")
    return paid


class PurchaseBody(RequestModel):
    """One purchase. `external_id` is unique per `source`; `total` is what was paid, whatever the items say, and
    `paid_with_points` the part of it that was paid with points."""

    customer_id: UUID
    external_id: Name
    occurred_at: HappenedAt
    total: MoneyBody
    paid_with_points: Annotated[MoneyBody | None, AfterValidator(_part_of_total)] = None
    source: Source = "api"
    channel: Channel | None = None
    items: Annotated[list[ItemBody], Field(max_length=1000), AfterValidator(bounded)] = Field(default_factory=list)

    def record(self, now: datetime) -> Purchase:
        """The record to store, with a new id."""
        amount, currency = self.total["amount"], self.total["currency"]
        told = (self.customer_id, self.source, self.external_id, self.occurred_at, self.channel)
        items = lines(self.items).decode() if self.items else "[]"
        paid = self.paid_with_points["amount"] if self.paid_with_points else None
        # what was told before there was such a part keeps its fingerprint
        same = fingerprint(*told, same_amount(amount), currency, items, *([same_amount(paid)] if paid else []))
        return Purchase(new_id(), *told, amount, currency, items, len(self.items), same, now, paid)


class PurchaseResource(ResponseModel):
    """A stored purchase. `total` and `items` are those of the newest correction, `original_total` is what was told
    first (null where nothing was corrected); `refunded` and `remaining` add up to `total`."""

    id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: Moment
    channel: str | None
    total: Money
    paid_with_points: Money | None
    original_total: Money | None
    refunded: Money
    remaining: Money
    items: list[PurchaseItem]
    received_at: Moment
    recorded_at: Moment
    version: int


def money(amount: str, currency: str) -> dict[str, str]:
    """Money on the wire."""
    return {"amount": amount, "currency": currency}


def resource_of(record: Purchase) -> dict[str, Any]:
    """`PurchaseResource` as orjson takes it, without parsing the stored JSON."""
    refunded, left = refunded_and_left(record)
    return {
        "id": str(record.id),
        "customer_id": str(record.customer_id),
        "source": record.source,
        "external_id": record.external_id,
        "occurred_at": rfc3339(record.occurred_at),
        "channel": record.channel,
        "total": money(record.total, record.currency),
        "paid_with_points": money(record.paid_with_points, record.currency) if record.paid_with_points else None,
        "original_total": money(record.original_total, record.currency) if record.original_total else None,
        "refunded": money(format(refunded, "f"), record.currency),
        "remaining": money(format(left, "f"), record.currency),
        "items": orjson.Fragment(record.items),
        "received_at": rfc3339(record.recorded_at),
        "recorded_at": rfc3339(record.recorded_at),
        "version": record.version,
    }
