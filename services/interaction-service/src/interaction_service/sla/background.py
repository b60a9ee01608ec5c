"""Tells of deadlines that come near and pass, while the service runs. Any number of replicas may do it.

The streams of the customers are locked first, as every writer does; a clock that another replica has told of meanwhile
is not due any more when it is claimed. The facts are stored in the transaction that marks the clocks: once each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from hamdel.clock import utc_now
from hamdel.context import CallContext, own_work
from hamdel.contracts.interaction import SlaBreached, SlaWarned
from hamdel.database import UnitOfWork, UnitOfWorkFactory
from hamdel.http import Services
from interaction_service.rules.service import Happening, tell
from interaction_service.sla import repository
from interaction_service.sla.clocks import Clock, told
from interaction_service.sla.renewal import renew
from interaction_service.sla.repository import Claimed

__all__ = ["tell_of_due", "watch_clocks"]

AT_ONCE: Final = 50
LONGEST_SLEEP: Final = 2.0
SHORTEST_SLEEP: Final = 0.05


async def watch_clocks(services: Services) -> None:
    """Sleeps until the next clock has something to tell, at most two seconds: that late comes what others changed."""
    while True:
        renewed = await _renew(services.units)
        async with services.units(_nobody()) as unit:
            found = await tell_of_due(unit)
        if not found and not renewed:
            await asyncio.sleep(await _pause(services.units, utc_now()))


async def tell_of_due(unit: UnitOfWork) -> int:
    """Records the warnings and breaches of at most fifty clocks that are due at `unit.now`; gives how many it did."""
    customers = await repository.due_subjects(unit.connection, unit.now, AT_ONCE)
    if not customers:
        return 0
    await unit.lock_streams(customers)
    claimed = await repository.claim_due(unit.connection, unit.now, customers, AT_ONCE)
    facts: list[tuple[Claimed, SlaWarned | SlaBreached]] = []
    for one in claimed:
        clock, what = told(one.clock, unit.now)
        await repository.save_clocks(unit.connection, {one.case_id: [clock]})
        if what is not None:
            facts.append((one, _fact(one, clock, SlaWarned if what == "warned" else SlaBreached)))
    await _publish(unit, facts)
    return len(claimed)


def _fact(one: Claimed, clock: Clock, kind: type[SlaWarned] | type[SlaBreached]) -> SlaWarned | SlaBreached:
    return kind(
        case_id=one.case_id, customer_id=one.customer_id, target=clock.target, due_at=clock.due_at, policy=one.policy
    )


async def _publish(unit: UnitOfWork, facts: Sequence[tuple[Claimed, SlaWarned | SlaBreached]]) -> None:
    for one, fact in facts:
        unit.record(fact.customer_id, fact)
        key = f"{one.case_id}:{one.clock.target}:{one.clock.run}"
        happening = Happening(fact.customer_id, unit.now, fact.model_dump(mode="json"), key)
        await tell(unit, fact.fact_type, [happening])


async def _renew(units: UnitOfWorkFactory) -> int:
    async with units(_nobody()) as unit:
        return await renew(unit, AT_ONCE)


async def _pause(units: UnitOfWorkFactory, now: datetime) -> float:
    async with units.reading() as connection:
        moment = await repository.next_moment(connection)
    left = (moment - now).total_seconds() if moment else LONGEST_SLEEP
    return min(max(left, SHORTEST_SLEEP), LONGEST_SLEEP)


def _nobody() -> CallContext:
    """The context of work that nobody asked for."""
    return own_work("interaction-service", "sla")
