"""Links between streams: who is shown by whom, and whose section changes with what."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.context import CallContext
from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine, families, families_of, family_of, roots
from tests.shared.messaging.world import Counted

A, B, C = (UUID(int=number) for number in (1, 2, 3))
CONTEXT = CallContext(actor="tester", correlation_id="request-1", source="test")


@pytest.fixture
def units(engine: AsyncEngine) -> UnitOfWorkFactory:
    """Units of work on a database of eventing alone."""
    return UnitOfWorkFactory(engine, "/hamdel/test-service")


@pytest.fixture
async def engine(eventing_database: str):  # type: ignore[no-untyped-def]
    """Its engine."""
    made = create_engine(DatabaseSettings(url=eventing_database))
    yield made
    await made.dispose()


async def link(units: UnitOfWorkFactory, customer: UUID, to: UUID | None) -> None:
    """One link, in a transaction of its own."""
    async with units(CONTEXT) as unit:
        await unit.link_stream(customer, to)


async def record(units: UnitOfWorkFactory, customer: UUID) -> dict[UUID, int]:
    """One event; the numbers of the sections that changed."""
    async with units(CONTEXT) as unit:
        await unit.lock_streams([customer])
        unit.record(customer, Counted(number=1))
    return unit.sequences


async def streams(engine: AsyncEngine) -> dict[UUID, tuple[int, int]]:
    """(sequence, number of the section) of every stream."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT customer_id, sequence, section_sequence FROM event_streams"))
        return {row[0]: (row[1], row[2]) for row in rows}


async def test_a_family_is_the_root_first_however_deep_the_links_go(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    await link(units, C, B)
    await link(units, B, A)
    async with engine.connect() as connection:
        assert await families(connection, [A]) == {A: (A, B, C)}
        assert await family_of(connection, C) == [A, B, C]
        assert await roots(connection, [A, B, C]) == {A: A, B: A, C: A}


async def test_a_stranger_is_a_family_alone(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        assert await families_of(connection, [A, B]) == {A: (A,), B: (B,)}
        assert await families_of(connection, []) == {}


async def test_an_event_of_a_linked_stream_changes_the_section_of_the_root_alone(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    await link(units, C, B)
    await link(units, B, A)
    before = await streams(engine)
    told = await record(units, C)
    after = await streams(engine)
    assert told == {A: after[A][1]}
    assert (after[A][0], after[A][1] - before[A][1]) == (before[A][0], 1)
    assert after[B] == before[B]
    assert after[C][0] == before[C][0] + 1


async def test_a_link_changes_the_sections_of_both_and_of_who_showed_it_before(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    await link(units, C, A)
    before = await streams(engine)
    await link(units, C, B)
    after = await streams(engine)
    assert after[A][1] == before[A][1] + 1
    assert after[C][1] == before[C][1] + 1
    assert after[B] == (0, 1)


async def test_the_same_link_again_changes_nothing(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    await link(units, B, A)
    before = await streams(engine)
    await link(units, B, A)
    assert await streams(engine) == before


async def test_links_do_not_count_as_events(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    await record(units, A)
    await link(units, B, A)
    await link(units, B, None)
    assert (await streams(engine))[A] == (1, 3)
    assert await record(units, A) == {A: 4}
    async with engine.connect() as connection:
        payloads = (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
    assert ((await streams(engine))[A][0], payloads) == (2, 2)


async def test_a_circle_that_late_facts_make_for_a_moment_is_survived(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    await link(units, A, B)
    await link(units, B, A)  # the fact that undid the first link has not come yet
    await record(units, A)
    async with engine.connect() as connection:
        assert await families_of(connection, [A]) == {A: (A,)}
    await link(units, A, None)
    async with engine.connect() as connection:
        assert await family_of(connection, B) == [A, B]


async def test_a_writer_that_waited_for_a_link_sees_it(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    await record(units, A)
    await record(units, B)
    before = (await streams(engine))[A][1]
    async with units(CONTEXT) as unit:
        await unit.link_stream(B, A)
        writing = asyncio.create_task(record(units, B))
        await asyncio.sleep(0.1)
        assert not writing.done()
    # one for the link, one for the event
    assert await writing == {A: before + 2}


@pytest.mark.parametrize("turn", range(3))
async def test_writers_and_links_at_once_lose_nothing(units: UnitOfWorkFactory, engine: AsyncEngine, turn: int) -> None:
    async def links() -> None:
        for _ in range(10):
            await link(units, B, A)
            await link(units, B, None)

    async def writes(customer: UUID) -> None:
        for _ in range(20):
            await record(units, customer)

    await asyncio.gather(links(), writes(A), writes(B))
    found = await streams(engine)
    assert (found[A][0], found[B][0]) == (20, 20)
    # every link and every un-link changes both; events of B while it was linked change A as well
    assert found[B][1] == 20 + 20
    assert 20 + 20 <= found[A][1] <= 20 + 20 + 20


async def test_a_touched_section_gets_a_new_number_without_an_event(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    await record(units, A)
    async with units(CONTEXT) as unit:
        await unit.lock_streams([A])
        unit.touch(A)
    assert unit.sequences == {A: 2}
    assert await streams(engine) == {A: (1, 2)}


async def test_touching_the_section_of_a_linked_stream_changes_the_one_that_shows_it(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    await link(units, B, A)
    before = await streams(engine)
    async with units(CONTEXT) as unit:
        await unit.lock_streams([B])
        unit.touch(B)
    assert unit.sequences == {A: before[A][1] + 1}


async def test_an_unlocked_stream_cannot_be_touched(units: UnitOfWorkFactory) -> None:
    async with units(CONTEXT) as unit:
        with pytest.raises(RuntimeError, match="not locked"):
            unit.touch(A)
