"""How a service learns of customers: every one that profile-service makes is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomerCreated
from hamdel.customers.repository import remember
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler

__all__ = ["REMEMBER_CUSTOMERS", "on_customer_created"]


async def on_customer_created(unit: UnitOfWork, event: Event) -> None:
    """From now on the customer may be written about without asking profile-service."""
    await remember(unit.connection, event.fact(CustomerCreated).customer_id, unit.now)


REMEMBER_CUSTOMERS: Final[Mapping[str, Handler]] = {CustomerCreated.fact_type: on_customer_created}
"""For the subscription of every service that refers to customers."""
