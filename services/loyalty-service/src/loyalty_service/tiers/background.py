"""The workers: ends, warnings and the ends of floors as they come; and people to be ranked after an edit.

Any number of replicas may run them. The streams of the customers come first, as in every writer; a state that another
replica has looked at meanwhile is not due any more when it is claimed.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from hamdel.clock import utc_now
from hamdel.context import own_work
from hamdel.database import UnitOfWork, UnitOfWorkFactory, families_of
from hamdel.http import Services
from loyalty_service.programs.service import program_of
from loyalty_service.tiers.ranking import rank_some
from loyalty_service.tiers.repository import states
from loyalty_service.tiers.schemes import scheme_of
from loyalty_service.tiers.standing import stand

__all__ = ["settle_tiers", "sweep"]

AT_ONCE: Final = 200
SHORTEST_SLEEP: Final = 0.1
LONGEST_SLEEP: Final = 2.0
"""Seconds; what others have made due meanwhile is seen at most this late."""


async def settle_tiers(services: Services) -> None:
    """Works off what is due; two reads of small indexes in two seconds while nothing is."""
    while True:
        if await sweep(services.units) < AT_ONCE and not await rank_some(services.units):
            async with services.units.reading() as connection:
                following = await states.next_due(connection)
            left = LONGEST_SLEEP if following is None else (following - utc_now()).total_seconds()
            await asyncio.sleep(min(max(left, SHORTEST_SLEEP), LONGEST_SLEEP))


async def sweep(units: UnitOfWorkFactory, at_once: int = AT_ONCE) -> int:
    """Looks at most `at_once` of the families that are due, in one transaction; gives how many that were."""
    async with units(own_work("loyalty-service", "tiers")) as unit:
        found = await states.due(unit.connection, unit.now, at_once)
        if not found:
            return 0
        await unit.lock_streams({customer for _, customer in found})
        by_program: defaultdict[UUID, list[UUID]] = defaultdict(list)
        for program_id, customer in await states.claim_due(unit.connection, unit.now, found):
            by_program[program_id].append(customer)
        for program_id, customers in by_program.items():
            await _settle(unit, program_id, customers)
    return len(found)


async def _settle(unit: UnitOfWork, program_id: UUID, customers: Sequence[UUID]) -> None:
    program, scheme = await program_of(unit.connection, program_id), await scheme_of(unit.connection, program_id)
    families = await families_of(unit.connection, customers)
    if scheme is not None:
        await stand(unit, program, scheme, {one: family for one, family in families.items() if family[0] == one})
    # who is shown with another has nothing due of its own
    await states.sleep(unit.connection, program_id, [one for one, family in families.items() if family[0] != one])
