"""Refunds and corrections of interaction-service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.interaction import PurchaseCorrected, PurchaseRefunded
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler, InBatches
from loyalty_service.refunds.changes import correction_of, refund_of
from loyalty_service.refunds.service import apply

__all__ = ["ON_CORRECTIONS", "ON_REFUNDS", "on_purchase_corrected", "on_purchases_refunded"]


async def on_purchases_refunded(unit: UnitOfWork, events: Sequence[Event]) -> None:
    """What was refunded earned nothing."""
    await apply(unit, [refund_of(event) for event in events])


async def on_purchase_corrected(unit: UnitOfWork, event: Event) -> None:
    """The purchase earned what it would have earned like this. One at a time: the rules look at what is stored."""
    await apply(unit, [correction_of(event)])


ON_REFUNDS: Final[Mapping[str, Handler]] = {PurchaseRefunded.fact_type: InBatches(on_purchases_refunded)}
"""For the subscription, beside those of purchases."""

ON_CORRECTIONS: Final[Mapping[str, Handler]] = {PurchaseCorrected.fact_type: on_purchase_corrected}
"""For the subscription, beside those of purchases."""
