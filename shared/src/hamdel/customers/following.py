"""How a service learns of customers: every one that profile-service makes is remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomerCreated
from hamdel.customers.repository import remember
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler, InBatches

__all__ = ["REMEMBER_CUSTOMERS", "on_customers_created"]


async def on_customers_created(unit: UnitOfWork, events: Sequence[Event]) -> None:
    """From now on the customers may be written about without asking profile-service."""
    await remember(unit.connection, [event.fact(CustomerCreated).customer_id for event in events], unit.now)


REMEMBER_CUSTOMERS: Final[Mapping[str, Handler]] = {CustomerCreated.fact_type: InBatches(on_customers_created)}
"""For the subscription of every service that refers to customers."""
