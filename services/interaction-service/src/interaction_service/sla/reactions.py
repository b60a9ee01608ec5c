"""What clocks learn from other services: the tiers of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.loyalty import TierChanged
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler
from interaction_service.sla import repository

__all__ = ["ON_TIERS", "on_tier_changed"]


async def on_tier_changed(unit: UnitOfWork, event: Event) -> None:
    """Cases that open from now on, or whose priority or policy changes, get the row of the new tier."""
    fact = event.fact(TierChanged)
    await repository.remember_tier(unit.connection, fact.customer_id, fact.program_id, fact.to_tier, fact.occurred_at)


ON_TIERS: Final[Mapping[str, Handler]] = {TierChanged.fact_type: on_tier_changed}
"""For the subscription of this service."""
