"""What interaction-service subscribes to, and what it does then."""

from __future__ import annotations

from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomerCreated
from hamdel.contracts.sections import events_topic
from hamdel.database import UnitOfWork
from hamdel.links import FOLLOW_LINKS
from hamdel.messaging import Subscription
from interaction_service.customers.repository import remember

__all__ = ["SUBSCRIPTIONS", "on_customer_created"]


async def on_customer_created(unit: UnitOfWork, event: Event) -> None:
    """From now on the customer may be written about without asking profile-service."""
    await remember(unit.connection, event.fact(CustomerCreated).customer_id, unit.now)


SUBSCRIPTIONS: Final = (
    Subscription((events_topic("profile"),), {CustomerCreated.fact_type: on_customer_created, **FOLLOW_LINKS}),
)
