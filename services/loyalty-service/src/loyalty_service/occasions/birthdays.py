"""Points for birthdays, granted from the first instant of the day in the programme's time zone.

Birth dates are personal data of profile-service and stay there: it is asked who celebrates on a day of the year, page
by page. How far a programme has come is kept, so a restart goes on and days that were missed are made up for. Who tells
a birth date when the day has begun is too late for this year.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import aiohttp
import orjson
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.context import own_work
from hamdel.customers import UnreachableError
from hamdel.database import UnitOfWorkFactory
from hamdel.http import Services
from loyalty_service.earning.service import rules_at
from loyalty_service.ledger.service import lock_families
from loyalty_service.occasions import repository
from loyalty_service.occasions.days import birthdays_on, days_left, year_of
from loyalty_service.occasions.repository import BirthdayRun
from loyalty_service.occasions.service import Occasion, grant
from loyalty_service.programs.domain import Program, first_instant, local_day
from loyalty_service.programs.service import active_programs

__all__ = ["BirthdayClient", "Page", "grant_birthdays", "grant_page"]

log = structlog.get_logger(__name__)

SLEEP: Final = 60.0
"""Seconds; that long after midnight the first are granted at most."""
AT_ONCE: Final = 200
SECONDS: Final = 5.0


class Page(NamedTuple):
    """Some of those who celebrate, and the cursor of the next page."""

    customers: Sequence[UUID]
    next_cursor: str | None


Ask = Callable[[str, Sequence[str], str | None], Awaitable[Page]]
"""Who celebrates on these days of the year of a calendar; from a cursor on. Raises UnreachableError."""


class BirthdayClient:
    """Asks profile-service with this service's own token."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, calendar: str, days: Sequence[str], cursor: str | None) -> Page:
        """A page. Raises UnreachableError for every other answer than 200."""
        base = self._services.settings.profile_url
        if base is None:
            raise UnreachableError("HAMDEL_PROFILE_URL is not set")
        asked = [("calendar", calendar), ("limit", str(AT_ONCE)), *(("month_day", day) for day in days)]
        try:
            async with self._services.http.get(
                f"{base.rstrip('/')}/internal/customers/birthdays",
                params=[*asked, *([("cursor", cursor)] if cursor else [])],
                headers=self._services.service_headers(),
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            ) as response:
                if response.status != 200:
                    raise UnreachableError(f"profile-service answered {response.status}")
                body = orjson.loads(await response.read())
                return Page([UUID(one) for one in body["items"]], body["next_cursor"])
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnreachableError(type(error).__name__) from error


async def grant_birthdays(services: Services) -> None:
    """Works off every page of every programme that has come to its day; then looks again each minute."""
    ask = BirthdayClient(services)
    while True:
        try:
            if not await grant_page(services.units, ask, utc_now()):
                await asyncio.sleep(SLEEP)
        except UnreachableError as error:
            log.warning("birthdays_wait", error=str(error))
            await asyncio.sleep(SLEEP)


async def grant_page(units: UnitOfWorkFactory, ask: Ask, now: datetime) -> bool:
    """Grants the next page of the first programme that has one; False when all have come to the end of their day.

    Of several processes with the same page one grants it, the others do nothing. Raises UnreachableError.
    """
    async with units.reading() as connection:
        due = await _due(connection, now)
    if due is None:
        return False
    program, day, was = due
    cursor = was.page if was is not None and was.day == day and not was.done else None
    page = await ask(program.calendar, birthdays_on(program.calendar, day), cursor)
    async with units(own_work("loyalty-service", "birthdays")) as unit:
        await lock_families(unit, page.customers)
        reached = BirthdayRun(day, page.next_cursor, page.next_cursor is None)
        if await repository.move_on(unit.connection, program.id, was, reached):
            await grant(unit, program, [_occasion(program, day, one) for one in page.customers])
    return True


async def _due(connection: AsyncConnection, now: datetime) -> tuple[Program, date, BirthdayRun | None] | None:
    """The first programme with a day that is not done and on which it had a rule, and where it has come to."""
    for program in await active_programs(connection):
        was = await repository.run_of(connection, program.id)
        first = None if was is None else was.day + timedelta(days=was.done)
        for day in days_left(first, local_day(program, now)):
            if await rules_at(connection, program.id, first_instant(program, day), "birthday"):
                return program, day, was
    return None


def _occasion(program: Program, day: date, customer_id: UUID) -> Occasion:
    year = year_of(program.calendar, day)
    return Occasion("birthday", customer_id, first_instant(program, day), lambda one: f"birthday:{year}:{one}")
