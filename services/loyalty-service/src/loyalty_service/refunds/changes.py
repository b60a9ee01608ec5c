"""Refunds and corrections as this service is told them, and the purchases before and after each of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hamdel.contracts.envelope import Event
from loyalty_service.earning.engine import Purchase
from loyalty_service.refunds.domain import Money

__all__ = ["Change", "Sale", "Step", "correction_of", "refund_of", "steps_of"]


@dataclass(frozen=True, slots=True)
class Change:
    """A refund, or a correction (which says `total` and `lines`). `refunded` is what was given back in all, this
    included; `id` is the refund's or the correction's own."""

    id: UUID
    purchase_id: UUID
    customer_id: UUID
    occurred_at: datetime
    refunded: Decimal
    event: Event
    total: Decimal | None = None
    lines: Sequence[Mapping[str, Any]] = ()

    @property
    def corrects(self) -> bool:
        """Whether the purchase itself was recorded otherwise than it was."""
        return self.total is not None

    @property
    def reason(self) -> str:
        """As the ledger says it."""
        return "correction" if self.corrects else "refund"


@dataclass(frozen=True, slots=True)
class Sale:
    """A purchase, what was given back of it, and when it was told."""

    purchase: Purchase
    refunded: Decimal
    told_at: datetime

    @property
    def money(self) -> Money:
        """The money that stays depends on both."""
        return Money(self.purchase.total, self.refunded)


@dataclass(frozen=True, slots=True)
class Step:
    """A change with the purchase before and after it."""

    change: Change
    before: Sale
    after: Sale


def refund_of(event: Event) -> Change:
    """The refund of a `PurchaseRefunded`'s data, as it travels."""
    return Change(UUID(event.data["refund_id"]), **_common(event))


def correction_of(event: Event) -> Change:
    """The correction of a `PurchaseCorrected`'s data, as it travels."""
    data = event.data
    total = Decimal(data["total"]["amount"])
    return Change(UUID(data["correction_id"]), **_common(event), total=total, lines=data["items"])


def steps_of(changes: Sequence[Change], sales: Mapping[UUID, Sale]) -> list[Step]:
    """Every change in turn on what the one before it left of the purchase; the purchases must be there."""
    now = dict(sales)
    steps = []
    for change in changes:
        before = now[change.purchase_id]
        after = replace(before, refunded=change.refunded)
        if change.total is not None:
            after = replace(after, purchase=replace(before.purchase, total=change.total, lines=change.lines))
        now[change.purchase_id] = after
        steps.append(Step(change, before, after))
    return steps


def _common(event: Event) -> dict[str, Any]:
    data = event.data
    return {
        "purchase_id": UUID(data["purchase_id"]),
        "customer_id": UUID(data["customer_id"]),
        "occurred_at": datetime.fromisoformat(data["occurred_at"]),
        "refunded": Decimal(data["refunded_total"]["amount"]),
        "event": event,
    }
