"""What cases learn from other services: who keeps the relationship with a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import RelationshipChanged
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler
from interaction_service.cases.repository.ties import set_owner

__all__ = ["ON_RELATIONSHIPS", "on_relationship_changed"]


async def on_relationship_changed(unit: UnitOfWork, event: Event) -> None:
    """From now on this agent is the customer's own; None is nobody."""
    fact = event.fact(RelationshipChanged)
    await set_owner(unit.connection, fact.customer_id, fact.owner_id, unit.now)


ON_RELATIONSHIPS: Final[Mapping[str, Handler]] = {RelationshipChanged.fact_type: on_relationship_changed}
