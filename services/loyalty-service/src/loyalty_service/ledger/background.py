"""The worker that lets points become available and expire when their moment has come."""

from __future__ import annotations

import asyncio
from typing import Final

from hamdel.clock import utc_now
from hamdel.http import Services
from loyalty_service.ledger.repository.sweeps import next_due
from loyalty_service.ledger.sweeping import Sweeper

__all__ = ["sweep_points"]

LONGEST_SLEEP: Final = 2.0
"""Seconds; points granted meanwhile that are due sooner wait at most this long. No read counts them wrongly before."""
SHORTEST_SLEEP: Final = 0.05
"""Seconds; where everybody with something due is being worked on by somebody else."""


async def sweep_points(services: Services) -> None:
    """Sweeps soon after something is due; one read of two indexes in two seconds while nothing is."""
    sweeper = Sweeper(services.units)
    while True:
        if await sweeper.step():
            continue
        async with services.units.reading() as connection:
            following = await next_due(connection)
        left = LONGEST_SLEEP if following is None else (following - utc_now()).total_seconds()
        await asyncio.sleep(min(max(left, SHORTEST_SLEEP), LONGEST_SLEEP))
