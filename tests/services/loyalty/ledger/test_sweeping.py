"""Points become available and expire when their moment has come, although nobody asks."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.clock import utc_now
from hamdel.contracts.loyalty import PointsExpired
from hamdel.database import UnitOfWorkFactory
from hamdel.http import create_app
from hamdel.ids import new_id
from loyalty_service.ledger.repository.sweeps import next_due
from loyalty_service.ledger.service import InsufficientPoints
from loyalty_service.ledger.sweeping import Sweeper
from loyalty_service.main import definition
from loyalty_service.programs.domain import Program
from loyalty_service.settings import Settings
from tests.services.loyalty.ledger.books import executed, granted, new_program, opened, stored, wallet_of
from tests.services.loyalty.ledger.wallets import START, day
from tests.services.loyalty.support import CONTEXT, Clock

SUMS = "SELECT available, pending, debt FROM members WHERE customer_id = :one"


async def swept(units: UnitOfWorkFactory, at_once: int = 500) -> int:
    """Sweeps until nothing is due; how many transactions it took."""
    rounds, sweeper = 0, Sweeper(units, at_once)
    while await sweeper.step():
        rounds += 1
        assert rounds < 1000
    return rounds


async def anybody(units: UnitOfWorkFactory, program: Program, random: Random) -> UUID:
    """A member with some lots, some of them used, perhaps with a debt."""
    customer = new_id()
    days = [None, 1, 2, 3, 5, 8]
    lots = [(random.randint(1, 50), random.choice(days), random.choice(days)) for _ in range(random.randint(1, 6))]
    dated = [(points, *(one and day(one) for one in dates)) for points, *dates in lots]
    await granted(units, program, customer, *dated)  # type: ignore[arg-type]
    async with wallet_of(units, program, customer) as wallet:
        if random.random() < 0.4:
            wallet.adjust(
                customer, -random.randint(1, 60), key=str(new_id()), at=START, reason="debt", allow_negative=True
            )
        if wallet.available > 1:
            wallet.reserve(customer, wallet.available // 2, key=str(new_id()), redemption_id=new_id(), at=START)
    return customer


async def rows_of(engine: AsyncEngine, customer: UUID) -> tuple[Any, ...]:
    """Everything the ledger says of a member, with lots numbered instead of named."""
    lots = await stored(
        engine, "SELECT id, remaining, matured, lapsed FROM lots WHERE customer_id = :one ORDER BY id", one=customer
    )
    numbers = {str(row[0]): str(at) for at, row in enumerate(lots)}
    made = await stored(
        engine,
        "SELECT kind, debit, credit, points, business_key, occurred_at, purchase_id FROM entries "
        "WHERE customer_id = :one AND kind IN ('mature', 'expire')",
        one=customer,
    )
    keyed = sorted(
        (*row[:4], ":".join(numbers.get(part, part) for part in row[4].split(":")), *map(str, row[5:])) for row in made
    )
    uses = await stored(
        engine,
        "SELECT u.lot_id, e.kind, u.points FROM lot_uses AS u JOIN entries AS e ON e.id = u.entry_id "
        "WHERE e.customer_id = :one",
        one=customer,
    )
    sums = await stored(engine, SUMS, one=customer)
    return sums, [row[1:] for row in lots], keyed, sorted((numbers[str(row[0])], *row[1:]) for row in uses)


async def test_a_sweep_writes_what_settling_the_wallet_would_have_written(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    program = await new_program(units)
    left = [await anybody(units, program, Random(seed)) for seed in range(15)]
    right = [await anybody(units, program, Random(seed)) for seed in range(15)]
    clock.now = day(5)
    async with opened(units, program, *left, now=day(5)):
        pass
    customers = "SELECT customer_id FROM entries WHERE kind IN ('mature', 'expire')"
    assert {row[0] for row in await stored(engine, customers)} <= set(left)
    await swept(units)
    compared = [
        (await rows_of(engine, one), await rows_of(engine, other)) for one, other in zip(left, right, strict=True)
    ]
    assert all(one == other for one, other in compared)
    assert sum(len(one[2]) for one, _ in compared) > 20
    assert any(sums[0][2] for (sums, *_), _ in compared)


async def test_one_fact_tells_a_member_of_everything_that_expired_at_once(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    program, ann = await new_program(units), new_id()
    await granted(units, program, ann, (5, None, day(3)), (7, None, day(4)), (9, None, day(30)))
    clock.now = day(10)
    await swept(units)
    payload = "SELECT payload FROM outbox WHERE type = :type"
    (event,) = [orjson.loads(one[0]) for one in await stored(engine, payload, type=PointsExpired.fact_type)]
    fact = PointsExpired.model_validate(event["data"])
    assert fact.model_dump(mode="json") == event["data"]
    assert (fact.customer_id, fact.program_code, fact.points, fact.available) == (ann, program.code, 12, 9)
    assert fact.occurred_at == day(4)
    ids = await stored(engine, "SELECT id FROM entries WHERE kind = 'expire'")
    assert (fact.entry_id,) in ids


async def test_the_fact_says_what_the_family_has_left(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    program, ann, bob = await new_program(units), new_id(), new_id()
    await granted(units, program, ann, (5, None, None))
    await granted(units, program, bob, (7, None, day(3)))
    async with units(CONTEXT) as unit:
        await unit.link_stream(bob, ann)
    clock.now = day(3)
    await swept(units)
    payload = "SELECT payload FROM outbox WHERE type = :type"
    (event,) = [orjson.loads(one[0]) for one in await stored(engine, payload, type=PointsExpired.fact_type)]
    assert (event["subject"], event["data"]["points"], event["data"]["available"]) == (str(bob), 7, 5)


async def test_points_that_become_available_change_the_section(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    program, ann = await new_program(units), new_id()
    await granted(units, program, ann, (5, day(3), None))
    (before,) = await stored(engine, "SELECT touched FROM event_streams")
    clock.now = day(3)
    await swept(units)
    assert await stored(engine, "SELECT touched FROM event_streams") == [(before[0] + 1,)]
    assert await stored(engine, SUMS, one=ann) == [(5, 0, 0)]


async def test_nothing_happens_before_its_moment(units: UnitOfWorkFactory, clock: Clock) -> None:
    program, ann = await new_program(units), new_id()
    clock.now = START
    await granted(units, program, ann, (5, day(3), day(9)))
    assert await swept(units) == 0
    async with units.reading() as connection:
        assert await next_due(connection) == day(3)


async def test_a_sweep_that_dies_in_the_middle_goes_on_where_it_was(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, customers = await new_program(units), [new_id() for _ in range(30)]
    for one in customers:
        await granted(units, program, one, (5, day(1), day(3)), (7, None, None))
    clock.now = day(4)
    sweeper = Sweeper(units, 10)
    assert await sweeper.step() == 10

    async def dies(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr("loyalty_service.ledger.sweeping._tell", dies)
        with pytest.raises(ConnectionError):
            await sweeper.step()
    assert await stored(engine, "SELECT count(*) FROM entries WHERE kind = 'expire'") == [(10,)]
    await swept(units, 10)
    assert await stored(engine, "SELECT kind, count(*), sum(points) FROM entries GROUP BY kind ORDER BY kind") == [
        ("earn", 60, 360),
        ("expire", 30, 150),
        ("mature", 30, 150),
    ]
    assert await stored(engine, "SELECT DISTINCT available, pending FROM members") == [(7, 0)]


async def test_a_customer_somebody_works_on_is_left_for_the_next_time(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    program, ann, bob = await new_program(units), new_id(), new_id()
    for one in (ann, bob):
        await granted(units, program, one, (5, None, day(3)))
    clock.now = day(4)
    async with units(CONTEXT) as unit:
        await unit.lock_streams([ann])
        assert await asyncio.wait_for(swept(units), 5) == 1
        assert await stored(engine, SUMS, one=ann) == [(5, 0, 0)]
        assert await stored(engine, SUMS, one=bob) == [(0, 0, 0)]
    await swept(units)
    assert await stored(engine, SUMS, one=ann) == [(0, 0, 0)]


async def test_two_sweeps_and_redemptions_at_once_lose_nothing(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    program, customers = await new_program(units), [new_id() for _ in range(40)]
    for one in customers:
        await granted(units, program, one, (5, None, day(3)), (7, day(2), None))
    clock.now = day(4)

    async def redeem(customer: UUID) -> int:
        try:
            async with wallet_of(units, program, customer, day(4)) as wallet:
                wallet.reserve(customer, 6, key=str(new_id()), redemption_id=new_id(), at=day(4))
        except InsufficientPoints:
            return 0
        return 1

    _, _, *redeemed = await asyncio.gather(swept(units, 7), swept(units, 7), *map(redeem, [*customers, *customers]))
    await swept(units)
    assert sum(redeemed) == 40
    assert await stored(engine, "SELECT kind, count(*), sum(points) FROM entries GROUP BY kind ORDER BY kind") == [
        ("earn", 80, 480),
        ("expire", 40, 200),
        ("mature", 40, 280),
        ("reserve", 40, 240),
    ]
    assert await stored(engine, "SELECT DISTINCT available, pending, reserved FROM members") == [(1, 0, 6)]


async def test_the_running_service_sweeps_by_itself(
    units: UnitOfWorkFactory, engine: AsyncEngine, settings: Settings
) -> None:
    program, ann = await new_program(units), new_id()
    soon = utc_now() + timedelta(seconds=0.3)
    async with opened(units, program, ann, now=utc_now(), enrol=True) as book:
        wallet = book.wallet(ann)
        assert wallet
        for number, dates in enumerate([(soon, None), (None, soon)]):
            wallet.earn(ann, 5, at=START, available_at=dates[0], expires_at=dates[1], key=str(number))
    app = create_app(definition(), settings)
    async with app.router.lifespan_context(app):
        for _ in range(100):
            if len(await stored(engine, "SELECT id FROM entries")) == 4:
                break
            await asyncio.sleep(0.1)
    assert await stored(engine, SUMS, one=ann) == [(5, 0, 0)]
    assert utc_now() - soon < timedelta(seconds=10)


async def test_lots_without_a_member_do_not_stop_the_sweep_of_others(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    program, ann, bob = await new_program(units), new_id(), new_id()
    for one in (ann, bob):
        await granted(units, program, one, (5, None, day(3)))
    await executed(engine, "DELETE FROM members WHERE customer_id = :one", one=ann)
    clock.now = day(4)
    await swept(units)
    assert await stored(engine, SUMS, one=bob) == [(0, 0, 0)]
