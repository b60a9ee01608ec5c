"""Points for birthdays: on the day in programme time, once a year, whatever happens to the process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.customers import UnreachableError
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.occasions.birthdays import Page, grant_page
from tests.services.loyalty.enrolment.support import made
from tests.services.loyalty.occasions.support import balances, earned, joined, ruled
from tests.services.loyalty.support import Deliver, merged

MARCH_1 = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Born:
    """A profile-service that knows who was born when, `each` to a page."""

    on: dict[tuple[str, str], list[UUID]] = field(default_factory=dict)
    each: int = 200
    asked: list[tuple[str, Sequence[str], str | None]] = field(default_factory=list)
    away: bool = False

    async def __call__(self, calendar: str, days: Sequence[str], cursor: str | None) -> Page:
        self.asked.append((calendar, days, cursor))
        await asyncio.sleep(0)
        if self.away:
            raise UnreachableError("away")
        found = [one for day in days for one in self.on.get((calendar, day), ())]
        start = int(cursor or 0)
        after = start + self.each
        return Page(found[start:after], str(after) if after < len(found) else None)


async def run(units: UnitOfWorkFactory, born: Born, now: datetime) -> None:
    """What the worker does until it sleeps."""
    while await grant_page(units, born, now):
        pass


async def test_a_member_gets_points_on_the_day_once(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units)
    await ruled(units, program)
    sara, omid, stranger = new_id(), new_id(), new_id()
    await joined(units, program, sara, omid)
    born = Born({("gregorian", "03-01"): [sara, stranger], ("gregorian", "03-02"): [omid]})
    for hours in (0, 1, 11):
        await run(units, born, MARCH_1 + timedelta(hours=hours))
    assert await balances(engine, (sara, omid, stranger)) == [100, 0, 0]
    await run(units, born, MARCH_1 + timedelta(days=1))
    assert await earned(engine) == [("birthday", 100, "2026-03-01 00:00"), ("birthday", 100, "2026-03-02 00:00")]


async def test_the_day_begins_at_the_programmes_midnight(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units, timezone="Asia/Tehran")
    await ruled(units, program)
    sara = new_id()
    await joined(units, program, sara)
    born = Born({("gregorian", "03-02"): [sara]})
    await run(units, born, datetime(2026, 3, 1, 20, 29, tzinfo=UTC))
    assert await earned(engine) == []
    # Tehran is 3:30 ahead
    await run(units, born, datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    assert await earned(engine) == [("birthday", 100, "2026-03-01 20:30")]


async def test_who_was_born_on_29_february_celebrates_on_the_28th_where_there_is_none(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    program = await made(units)
    await ruled(units, program)
    leap, plain = new_id(), new_id()
    await joined(units, program, leap, plain)
    born = Born({("gregorian", "02-29"): [leap], ("gregorian", "02-28"): [plain]})
    for year, month, day in ((2027, 2, 28), (2027, 3, 1), (2028, 2, 28), (2028, 2, 29)):
        await run(units, born, datetime(year, month, day, 12, tzinfo=UTC))
    days = [at for _, _, at in await earned(engine)]
    assert sorted(days) == ["2027-02-28 00:00"] * 2 + ["2028-02-28 00:00", "2028-02-29 00:00"]
    assert await balances(engine, (leap, plain)) == [200, 200]


async def test_a_jalali_programme_keeps_30_esfand(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units, calendar="jalali", timezone="Asia/Tehran")
    await ruled(units, program)
    sara = new_id()
    await joined(units, program, sara)
    born = Born({("jalali", "12-30"): [sara]})
    # 29 and 30 Esfand 1403 (a leap year), 29 Esfand 1404 (none)
    for year, day in ((2025, 19), (2025, 20), (2026, 20)):
        await run(units, born, datetime(year, 3, day, 12, tzinfo=UTC))
    assert [at for _, _, at in await earned(engine)] == ["2025-03-19 20:30", "2026-03-19 20:30"]
    assert {calendar for calendar, _, _ in born.asked} == {"jalali"}


async def test_a_birth_date_that_moves_is_not_paid_twice_a_year(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units)
    await ruled(units, program)
    sara = new_id()
    await joined(units, program, sara)
    born = Born({("gregorian", day): [sara] for day in ("03-01", "03-02")})
    for days in (0, 1, 365):
        await run(units, born, MARCH_1 + timedelta(days=days))
    assert await balances(engine, [sara]) == [200]


async def test_who_was_merged_celebrates_once(units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver) -> None:
    program = await made(units)
    await ruled(units, program)
    sara, twin = new_id(), new_id()
    await joined(units, program, sara, twin)
    born = Born({("gregorian", "03-01"): [twin], ("gregorian", "03-02"): [sara]})
    await run(units, born, MARCH_1)
    await deliver(*merged(str(sara), str(twin)))
    await run(units, born, MARCH_1 + timedelta(days=1))
    assert await balances(engine, (sara, twin)) == [0, 100]


async def test_pages_follow_each_other_and_a_restart_goes_on(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units)
    await ruled(units, program)
    people = [new_id() for _ in range(5)]
    await joined(units, program, *people)
    born = Born({("gregorian", "03-01"): people}, each=2)
    assert await grant_page(units, born, MARCH_1)
    assert await balances(engine, people) == [100, 100, 0, 0, 0]
    await run(units, born, MARCH_1)
    assert [cursor for _, _, cursor in born.asked] == [None, "2", "4"]
    assert await balances(engine, people) == [100] * 5


async def test_days_that_were_missed_are_made_up_for(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units)
    await ruled(units, program)
    sara = new_id()
    await joined(units, program, sara)
    born = Born({("gregorian", "03-02"): [sara]}, away=True)
    await run(units, Born(), MARCH_1)
    with pytest.raises(UnreachableError):
        await run(units, born, MARCH_1 + timedelta(days=1))
    born.away = False
    await run(units, born, MARCH_1 + timedelta(days=3))
    assert await earned(engine) == [("birthday", 100, "2026-03-02 00:00")]


async def test_several_processes_grant_each_page_once(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units)
    await ruled(units, program)
    people = [new_id() for _ in range(9)]
    await joined(units, program, *people)
    born = Born({("gregorian", "03-01"): people}, each=2)
    await asyncio.gather(*(run(units, born, MARCH_1) for _ in range(3)))
    assert await balances(engine, people) == [100] * 9


async def test_nobody_is_asked_for_a_programme_without_such_a_rule(units: UnitOfWorkFactory) -> None:
    await made(units)
    born = Born()
    await run(units, born, MARCH_1)
    assert born.asked == []


async def test_the_points_lapse_as_the_programme_says_and_wait_for_nothing(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    program = await made(units, pending_days=14, expiry_months=12)
    await ruled(units, program)
    sara = new_id()
    await joined(units, program, sara)
    # the day itself, whenever this runs: earlier points would have lapsed already
    now = datetime.now(UTC)
    await run(units, Born({("gregorian", f"{now:%m-%d}"): [sara]}), now)
    assert await balances(engine, [sara]) == [100]
