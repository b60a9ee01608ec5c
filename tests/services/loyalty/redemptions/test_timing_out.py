"""Reservations time out, and undoing one gives back exactly what it took."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from hamdel.context import own_work
from hamdel.database import UnitOfWorkFactory
from loyalty_service.redemptions.service import release_due
from tests.services.loyalty.redemptions.support import (
    act,
    assert_the_ledger_agrees,
    balance,
    give,
    make_reward,
    problem,
    redeem,
    stock_left,
)
from tests.services.loyalty.support import Api, Clock, Deliver, merged, unmerged

SWEEP = own_work("loyalty-service", "test")


async def die_after_releasing(units: UnitOfWorkFactory) -> None:
    async with units(SWEEP) as unit:
        assert await release_due(unit, 10) == 3
        raise ConnectionError


async def test_the_service_itself_gives_back_what_nobody_captures(
    api: Api, clock: Clock, program: str, member: str
) -> None:
    await redeem(api, member, program, points=50)
    clock.advance(minutes=15)
    for _ in range(100):
        if await balance(api, member) == (500, 0):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("not released within ten seconds")


@pytest.mark.usefixtures("no_sweep")
async def test_a_reservation_that_nobody_captures_is_given_back(
    api: Api, units: UnitOfWorkFactory, clock: Clock, program: str, member: str
) -> None:
    code = (await make_reward(api, program, 10, stock=5))["code"]
    made = [(await redeem(api, member, program, reward_code=code)).json() for _ in range(3)]
    await act(api, made[0], "capture")
    clock.advance(minutes=15)
    assert problem(await act(api, made[1], "capture")) == (409, "redemption-released")
    async with units(SWEEP) as unit:
        assert await release_due(unit, 10) == 2
    async with units(SWEEP) as unit:
        assert await release_due(unit, 10) == 0
    assert await balance(api, member) == (490, 0)
    assert await stock_left(api, program, code) == 4
    await assert_the_ledger_agrees(api)
    reasons = "SELECT status, released_because FROM redemptions ORDER BY id"
    assert await api.rows(reasons) == [("captured", None), ("released", "timed-out"), ("released", "timed-out")]


@pytest.mark.usefixtures("no_sweep")
async def test_a_sweep_that_died_is_taken_up_by_the_next(
    api: Api, units: UnitOfWorkFactory, clock: Clock, program: str, member: str
) -> None:
    for _ in range(3):
        await redeem(api, member, program, points=50)
    clock.advance(minutes=16)
    with pytest.raises(ConnectionError):
        await die_after_releasing(units)
    async with units(SWEEP) as unit:
        assert await release_due(unit, 2) == 2
    async with units(SWEEP) as unit:
        assert await release_due(unit, 2) == 1
    assert await balance(api, member) == (500, 0)
    assert await api.rows("SELECT points, remaining FROM lots") == [(500, 500)]
    await assert_the_ledger_agrees(api)


@pytest.mark.usefixtures("no_sweep")
async def test_what_lapsed_while_it_was_reserved_expires_when_it_is_released(
    api: Api, units: UnitOfWorkFactory, clock: Clock, program: str
) -> None:
    customer = await api.customer()
    await give(units, program, customer, 100, expires_at=datetime(2026, 3, 1, 12, 10, tzinfo=UTC))
    made = (await redeem(api, customer, program, points=60)).json()
    clock.advance(minutes=11)
    released = (await act(api, made, "release")).json()
    assert released["available"] == 0
    kinds = "SELECT kind, points FROM entries WHERE kind IN ('release', 'expire') ORDER BY kind, points"
    assert await api.rows(kinds) == [("expire", 40), ("expire", 60), ("release", 60)]


@pytest.mark.usefixtures("no_sweep")
async def test_two_replicas_that_sweep_at_once_release_each_reservation_once(
    api: Api, units: UnitOfWorkFactory, clock: Clock, program: str, member: str
) -> None:
    for _ in range(6):
        await redeem(api, member, program, points=10)
    clock.advance(minutes=16)

    async def sweep() -> None:
        async with units(SWEEP) as unit:
            await release_due(unit, 4)

    for _ in range(2):
        await asyncio.gather(sweep(), sweep())
    assert await balance(api, member) == (500, 0)
    assert await api.rows("SELECT count(*) FROM entries WHERE kind = 'release'") == [(6,)]
    await assert_the_ledger_agrees(api)


async def test_what_was_reserved_as_one_family_is_given_back_after_it_was_separated(
    api: Api, units: UnitOfWorkFactory, deliver: Deliver, program: str
) -> None:
    poor, rich, stranger = [await api.customer() for _ in range(3)]
    await give(units, program, poor, 5)
    await give(units, program, rich, 100)
    await deliver(*merged(stranger, poor), *merged(stranger, rich))
    # the survivor takes no part itself: it spends for its family, the first member's own points first
    made = (await redeem(api, stranger, program, points=50)).json()
    assert (made["available"], made["customer_id"] in (poor, rich)) == (55, True)
    await deliver(*unmerged(stranger, poor), *unmerged(stranger, rich))
    assert (await act(api, made, "release")).status_code == 200
    assert (await balance(api, poor), await balance(api, rich)) == ((5, 0), (100, 0))
    await assert_the_ledger_agrees(api)


async def test_undone_points_keep_the_date_they_lapse_on(api: Api, units: UnitOfWorkFactory, program: str) -> None:
    customer = await api.customer()
    dates = [datetime(2099, 1, 1, tzinfo=UTC), datetime(2088, 1, 1, tzinfo=UTC), None]
    for date in dates:
        await give(units, program, customer, 10, expires_at=date)
    made = (await redeem(api, customer, program, points=15, capture=True)).json()
    left = "SELECT expires_at, remaining FROM lots WHERE customer_id = :id ORDER BY expires_at"
    assert await api.rows(left, id=UUID(customer)) == [(dates[1], 0), (dates[0], 5), (None, 10)]
    await act(api, made, "release")
    assert await api.rows(left, id=UUID(customer)) == [(dates[1], 10), (dates[0], 10), (None, 10)]
    await assert_the_ledger_agrees(api)
