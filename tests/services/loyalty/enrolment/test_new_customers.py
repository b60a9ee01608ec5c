"""Customers are enrolled as they become known, and everybody else when a programme begins."""

from __future__ import annotations

import asyncio

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.loyalty import MemberEnrolled
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.enrolment.background import enrol_some, note_programs
from tests.services.loyalty.enrolment.support import PREFIX, born, cards, known, made, members
from tests.services.loyalty.support import Deliver


async def enrolled_facts(engine: AsyncEngine) -> list[str]:
    """Whom the facts of enrolment are about."""
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT aggregateid::text FROM outbox WHERE type = :type"), {"type": MemberEnrolled.fact_type}
        )
        return sorted(rows.scalars())


async def unfinished(engine: AsyncEngine) -> bool:
    """Whether somebody is still to be enrolled."""
    async with engine.connect() as connection:
        return bool((await connection.execute(text("SELECT 1 FROM enrolment_runs WHERE done_at IS NULL"))).scalar())


async def test_a_new_customer_takes_part_in_every_automatic_programme(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    first, second = await made(units), await made(units)
    asked = await made(units, enrolment="opt_in")
    customer = new_id()
    await deliver(born(customer))
    assert [await members(engine, one) for one in (first, second, asked)] == [{customer}, {customer}, set()]
    assert await enrolled_facts(engine) == [str(customer)] * 2


async def test_a_customer_told_of_twice_is_enrolled_once(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    program = await made(units, card_prefix=PREFIX)
    customer = new_id()
    await deliver(born(customer), born(customer), together=True)
    await deliver(born(customer))
    assert await members(engine, program) == {customer}
    assert await enrolled_facts(engine) == [str(customer)]
    assert len(await cards(engine)) == 1


async def test_many_new_customers_cost_as_many_statements_as_one(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    program = await made(units, card_prefix=PREFIX)
    await deliver(born(new_id()))
    counts = []
    for number in (1, 100):
        counter = [0]

        def count(*_: object, counter: list[int] = counter) -> None:
            counter[0] += 1

        event.listen(engine.sync_engine, "before_cursor_execute", count)
        await deliver(*(born(new_id()) for _ in range(number)), together=True)
        event.remove(engine.sync_engine, "before_cursor_execute", count)
        counts.append(counter[0])
    assert counts[0] == counts[1]
    assert len(await members(engine, program)) == 102


async def test_a_programme_that_begins_enrols_everybody_who_is_known(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    people = await known(engine, 7)
    program = await made(units, card_prefix=PREFIX)
    await note_programs(units)
    # three by three: 3, 3, and the last one ends it
    assert [await enrol_some(units, at_once=3) for _ in range(4)] == [True, True, True, False]
    assert await members(engine, program) == set(people)
    assert {card.customer_id for card in await cards(engine)} == set(people)


async def test_it_goes_on_where_it_had_come_to(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    people = await known(engine, 5)
    program = await made(units)
    await note_programs(units)
    await enrol_some(units, at_once=2)
    assert await members(engine, program) == set(people[:2])
    # another process: nothing is kept but in the database
    await note_programs(units)
    await enrol_some(units, at_once=2)
    assert await members(engine, program) == set(people[:4])
    async with engine.connect() as connection:
        (row,) = (await connection.execute(text("SELECT reached, seen, done_at FROM enrolment_runs"))).all()
    assert row == (people[3], 4, None)


async def test_it_happens_once(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await made(units)
    await note_programs(units)
    assert await enrol_some(units)
    await known(engine, 2)
    await note_programs(units)
    assert not await enrol_some(units)
    assert await members(engine, program) == set()


async def test_a_programme_that_becomes_automatic_enrols_everybody_then(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    people = await known(engine, 2)
    program = await made(units, enrolment="opt_in")
    await note_programs(units)
    assert not await enrol_some(units)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE programs SET enrolment = 'automatic'"))
        await connection.execute(text("UPDATE program_revision SET revision = revision + 1"))
    await note_programs(units)
    assert await enrol_some(units)
    assert await members(engine, program) == set(people)


async def test_it_waits_for_those_who_began_before_they_could_see_the_programme(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    async with engine.connect() as connection:
        late = new_id()
        await connection.execute(text("INSERT INTO known_customers VALUES (:id, now())"), {"id": late})
        program = await made(units)
        await note_programs(units)
        assert not await enrol_some(units)
        await connection.commit()
    assert await enrol_some(units)
    assert await members(engine, program) == {late}


async def test_several_at_it_enrol_everybody_once(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    people = await known(engine, 40)
    program = await made(units)
    await note_programs(units)

    async def replica() -> None:
        while await unfinished(engine):
            await enrol_some(units, at_once=5)

    await asyncio.gather(*(replica() for _ in range(3)))
    assert await members(engine, program) == set(people)
    assert await enrolled_facts(engine) == sorted(map(str, people))
