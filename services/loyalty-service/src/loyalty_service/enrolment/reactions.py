"""New customers are enrolled where the programme says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomerCreated
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler, InBatches
from loyalty_service.enrolment.service import enrol
from loyalty_service.programs.service import active_programs

__all__ = ["ON_ENROLMENT", "on_customers_created"]


async def on_customers_created(unit: UnitOfWork, events: Sequence[Event]) -> None:
    """Every automatic programme has them as members from now on; an opt-in programme waits to be asked."""
    customers = list(dict.fromkeys(event.fact(CustomerCreated).customer_id for event in events))
    for program in await active_programs(unit.connection):
        if program.enrolment == "automatic":
            await enrol(unit, program, customers)


ON_ENROLMENT: Final[Mapping[str, Handler]] = {CustomerCreated.fact_type: InBatches(on_customers_created)}
"""For the subscription, after the customers are remembered."""
