"""Facts of interaction-service. Subjects and bodies stay out: free text never travels in facts."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from hamdel.contracts.base import Fact, Moment, Money

__all__ = ["FACTS", "InteractionRecorded", "PurchaseItem", "PurchaseRecorded"]


class InteractionRecorded(Fact):
    """A touchpoint on any channel; `duration_seconds` where the channel has one."""

    fact_type: ClassVar[str] = "interaction.interaction_recorded.v1"
    interaction_id: UUID
    customer_id: UUID
    channel: str
    direction: str
    kind: str
    occurred_at: Moment
    source: str
    external_id: str | None = None
    agent_id: str | None = None
    duration_seconds: int | None = None
    outcome: str | None = None


class PurchaseItem(BaseModel):
    """One line of a purchase; `quantity` is a count, `unit_price` is money per piece."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sku: str | None = None
    name: str | None = None
    category: str | None = None
    quantity: int
    unit_price: Money | None = None


class PurchaseRecorded(Fact):
    """A purchase; (`source`, `external_id`) is unique, `total` is what was paid; `channel` where it is known."""

    fact_type: ClassVar[str] = "interaction.purchase_recorded.v1"
    purchase_id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: Moment
    channel: str | None = None
    items: list[PurchaseItem]
    total: Money


FACTS: Final[tuple[type[Fact], ...]] = (InteractionRecorded, PurchaseRecorded)
