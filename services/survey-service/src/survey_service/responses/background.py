"""What happens to responses without anybody asking: those that were abandoned go, anonymous ones lose their order."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from hamdel.clock import utc_now
from hamdel.context import own_work
from hamdel.database import UnitOfWorkFactory
from hamdel.http import Services
from survey_service.responses import repository
from survey_service.responses.domain import hidden_id
from survey_service.responses.service import move_of
from survey_service.results.service import count
from survey_service.surveys.service import definition_of

__all__ = ["delete_abandoned", "forget_order", "prune_responses"]

KEPT: Final = timedelta(days=90)
AT_ONCE: Final = 1_000
EVERY_SECONDS: Final = 3_600.0
SETTLED: Final = timedelta(hours=36)
"""After it a day is over in every time zone, its noon taken as its time."""
AGAIN: Final = timedelta(days=8)


async def prune_responses(services: Services, *, every: float = EVERY_SECONDS) -> None:
    """Every hour deletes open responses that nobody went on with for 90 days; once a day mixes the anonymous ones."""
    mixed = None
    while True:
        now = utc_now()
        for anonymous in (False, True):
            found = AT_ONCE
            while found == AT_ONCE:
                found = await delete_abandoned(services.units, now - KEPT, anonymous=anonymous)
        if mixed != now.date():
            await forget_order(services.units, now)
            mixed = now.date()
        await asyncio.sleep(every)


async def delete_abandoned(units: UnitOfWorkFactory, before: datetime, *, anonymous: bool) -> int:
    """Deletes up to a thousand open responses whose last step is older, and takes them out of the counts; gives how
    many were found."""
    async with units(own_work("survey-service", "retention")) as unit:
        ids = await repository.abandoned(unit.connection, before, AT_ONCE, anonymous=anonymous)
        await repository.lock(unit.connection, ids if anonymous else map(hidden_id, ids))
        gone = await repository.delete_abandoned(unit.connection, ids, before, anonymous=anonymous)
        moves = [move_of(await definition_of(unit.connection, one.survey_id, one.version), one, None) for one in gone]
        await count(unit, [], moves)
    return len(ids)


async def forget_order(units: UnitOfWorkFactory, now: datetime) -> int:
    """Writes the finished anonymous responses of the last days again, in the order of their hashed ids and in one
    transaction, so that neither their place nor their transaction tells any more who came first; gives how many."""
    before = now - SETTLED
    async with units(own_work("survey-service", "retention")) as unit:
        return await repository.shuffle(unit.connection, before - AGAIN, before)
