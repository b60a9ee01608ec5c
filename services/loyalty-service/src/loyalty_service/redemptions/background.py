"""Releases reservations whose time is over, while the service runs. Any number of replicas may do it."""

from __future__ import annotations

import asyncio
from typing import Final

from hamdel.clock import utc_now
from hamdel.context import own_work
from hamdel.http import Services
from loyalty_service.redemptions import repository
from loyalty_service.redemptions.service import release_due

__all__ = ["release_timed_out"]

AT_ONCE: Final = 100
LONGEST_SLEEP: Final = 2.0
"""Seconds; what is reserved meanwhile lasts longer than that."""
SHORTEST_SLEEP: Final = 0.05


async def release_timed_out(services: Services) -> None:
    """Sleeps until the next reservation times out, at most two seconds; each transaction releases at most a hundred,
    so that one that dies has lost little and the next one goes on with the rest."""
    while True:
        async with services.units(own_work("loyalty-service", "reservations")) as unit:
            found = await release_due(unit, AT_ONCE)
        if found < AT_ONCE:
            async with services.units.reading() as connection:
                following = await repository.next_due(connection)
            left = LONGEST_SLEEP if following is None else (following - utc_now()).total_seconds()
            await asyncio.sleep(min(max(left, SHORTEST_SLEEP), LONGEST_SLEEP))
