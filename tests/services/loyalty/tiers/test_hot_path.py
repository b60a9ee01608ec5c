"""What counting costs a batch of purchases: statements, not rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.ids import new_id
from loyalty_service.tiers.service import Credit, count
from tests.services.loyalty.support import CONTEXT, NOON
from tests.services.loyalty.tiers.support import Club


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    found: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(" ".join(statement.split()))

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    try:
        yield found
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", listen)


async def counted(club: Club, engine: AsyncEngine, customers: list[UUID], points: int) -> list[str]:
    """The statements of counting for so many customers at once, the lock of their streams apart."""
    credits = [Credit(one, NOON.date(), NOON, points, visits=1) for one in customers]
    async with club.units(CONTEXT) as unit:
        await unit.lock_streams(customers)
        with statements(engine) as found:
            await count(unit, club.program, credits)
    return found


async def test_without_tiers_a_batch_is_one_upsert_and_the_question_whether_there_are_some(
    club: Club, engine: AsyncEngine
) -> None:
    customers = [new_id() for _ in range(300)]
    await counted(club, engine, customers, 1)
    found = await counted(club, engine, customers, 1)
    assert [each.split()[0:3] for each in found] == [
        ["INSERT", "INTO", "qualifying_days"],
        ["SELECT", "revision", "FROM"],
    ]


async def test_with_tiers_it_is_three_statements_more_however_many_customers(club: Club, engine: AsyncEngine) -> None:
    await club.tiers()
    customers = [new_id() for _ in range(300)]
    await counted(club, engine, customers, 1)
    assert len(await counted(club, engine, customers, 1)) == 5
    assert len(await counted(club, engine, customers[:3], 1)) == 5


async def test_a_batch_of_upgrades_costs_statements_too(club: Club, engine: AsyncEngine) -> None:
    await club.tiers()
    customers = [new_id() for _ in range(300)]
    await counted(club, engine, customers, 1)
    assert len(await counted(club, engine, customers, 100)) <= 9
    assert await club.api.rows("SELECT told, count(*) FROM tier_states GROUP BY 1") == [("silver", 300)]
