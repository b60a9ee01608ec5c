"""How a service follows merges: the link of the absorbed customer's stream, set and taken away (architecture §6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomersMerged, CustomersUnmerged
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler

__all__ = ["FOLLOW_LINKS", "on_customers_merged", "on_customers_unmerged"]


async def on_customers_merged(unit: UnitOfWork, event: Event) -> None:
    """The absorbed customer is shown with the survivor. Only its own stream is followed: it has the order."""
    fact = event.fact(CustomersMerged)
    if fact.customer_id == fact.absorbed_id:
        await unit.link_stream(fact.absorbed_id, fact.survivor_id)


async def on_customers_unmerged(unit: UnitOfWork, event: Event) -> None:
    """The absorbed customer stands for itself again."""
    fact = event.fact(CustomersUnmerged)
    if fact.customer_id == fact.absorbed_id:
        await unit.link_stream(fact.absorbed_id, None)


FOLLOW_LINKS: Final[Mapping[str, Handler]] = {
    CustomersMerged.fact_type: on_customers_merged,
    CustomersUnmerged.fact_type: on_customers_unmerged,
}
"""For the subscription of every service that owns a section."""
