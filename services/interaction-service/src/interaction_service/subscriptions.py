"""What interaction-service subscribes to, and what it does then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomerCreated
from hamdel.contracts.sections import events_topic
from hamdel.database import UnitOfWork
from hamdel.links import FOLLOW_LINKS
from hamdel.messaging import Handler, Subscription
from interaction_service.cases.reactions import ON_RELATIONSHIPS
from interaction_service.customers.repository import remember
from interaction_service.delivery.reactions import ON_INVITATIONS
from interaction_service.rules.reactions import RULED
from interaction_service.sla.reactions import ON_TIERS
from interaction_service.timeline.reactions import ON_TIMELINE

__all__ = ["SUBSCRIPTIONS", "each", "on_customer_created"]


async def on_customer_created(unit: UnitOfWork, event: Event) -> None:
    """From now on the customer may be written about without asking profile-service."""
    await remember(unit.connection, event.fact(CustomerCreated).customer_id, unit.now)


def each(*handlers: Handler) -> Handler:
    """One handler that runs these in turn, in the transaction of the event: all of them or none."""

    async def in_turn(unit: UnitOfWork, event: Event) -> None:
        for handler in handlers:
            await handler(unit, event)

    return in_turn


def joined(*tables: Mapping[str, Handler]) -> dict[str, Handler]:
    """One table of several: a fact that stands in more than one has all their handlers, in this order."""
    types = {fact_type for table in tables for fact_type in table}
    return {one: each(*(table[one] for table in tables if one in table)) for one in sorted(types)}


REACTIONS: Final = joined(
    {CustomerCreated.fact_type: on_customer_created},
    FOLLOW_LINKS,
    ON_TIMELINE,
    ON_TIERS,
    ON_RELATIONSHIPS,
    RULED,
    ON_INVITATIONS,
)

SUBSCRIPTIONS: Final = (
    Subscription((events_topic("profile"), events_topic("survey"), events_topic("loyalty")), REACTIONS),
)
