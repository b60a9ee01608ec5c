"""Who can have a reward, how often, how many there are, and until when points are held."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hamdel.database import UnitOfWorkFactory
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
from tests.services.loyalty.support import Api, Clock, Deliver, merged


@pytest.mark.parametrize(
    "dates",
    [
        {"valid_from": "2026-03-01T12:00:01Z"},
        {"valid_to": "2026-03-01T12:00:00Z"},
    ],
    ids=["a second before it begins", "at the moment it ends"],
)
async def test_a_reward_is_had_only_while_it_is_valid(
    api: Api, clock: Clock, program: str, member: str, dates: dict[str, str]
) -> None:
    reward = await make_reward(api, program, 10, **dates)
    assert problem(await redeem(api, member, program, reward_code=reward["code"])) == (409, "reward-not-available")


async def test_a_retired_reward_is_not_had_any_more_but_what_is_reserved_is_captured(
    api: Api, program: str, member: str
) -> None:
    reward = await make_reward(api, program, 10)
    made = (await redeem(api, member, program, reward_code=reward["code"])).json()
    await api.post(f"/v1/programs/{program}/rewards/{reward['code']}/retire")
    assert problem(await redeem(api, member, program, reward_code=reward["code"])) == (409, "reward-not-available")
    assert (await act(api, made, "capture")).status_code == 200


async def test_a_reward_for_a_tier_is_not_for_somebody_in_none(api: Api, program: str, member: str) -> None:
    reward = await make_reward(api, program, 10, tiers=["gold"])
    assert problem(await redeem(api, member, program, reward_code=reward["code"])) == (409, "reward-not-available")


async def test_a_member_has_it_as_often_as_the_limit_says_and_a_release_counts_back(
    api: Api, program: str, member: str
) -> None:
    code = (await make_reward(api, program, 10, limit_per_member=2))["code"]
    first = (await redeem(api, member, program, reward_code=code)).json()
    assert (await redeem(api, member, program, reward_code=code, capture=True)).status_code == 201
    assert problem(await redeem(api, member, program, reward_code=code)) == (409, "limit-reached")
    await act(api, first, "release")
    assert (await redeem(api, member, program, reward_code=code)).status_code == 201


async def test_a_limit_per_day_begins_anew_at_the_programmes_midnight(
    api: Api, units: UnitOfWorkFactory, clock: Clock
) -> None:
    tehran = str((await api.program(timezone="Asia/Tehran"))["id"])
    customer = await api.customer()
    await give(units, tehran, customer, 500)
    code = (await make_reward(api, tehran, 10, limit_per_member=1, limit_period="day"))["code"]
    clock.now = datetime(2026, 3, 1, 20, 29, tzinfo=UTC)  # 23:59 in Tehran (UTC+3:30)
    assert (await redeem(api, customer, tehran, reward_code=code)).status_code == 201
    assert problem(await redeem(api, customer, tehran, reward_code=code)) == (409, "limit-reached")
    clock.advance(minutes=1)
    assert (await redeem(api, customer, tehran, reward_code=code)).status_code == 201


async def test_linked_customers_share_one_limit(
    api: Api, units: UnitOfWorkFactory, deliver: Deliver, program: str, member: str
) -> None:
    other = await api.customer()
    await give(units, program, other, 500)
    code = (await make_reward(api, program, 10, limit_per_member=1))["code"]
    assert (await redeem(api, other, program, reward_code=code)).status_code == 201
    await deliver(*merged(member, other))
    assert problem(await redeem(api, member, program, reward_code=code)) == (409, "limit-reached")


async def test_the_last_pieces_go_to_the_first_who_ask_together(
    api: Api, units: UnitOfWorkFactory, program: str
) -> None:
    buyers = [await api.customer() for _ in range(12)]
    for each in buyers:
        await give(units, program, each, 10)
    code = (await make_reward(api, program, 10, stock=5))["code"]
    answers = await asyncio.gather(*(redeem(api, each, program, reward_code=code) for each in buyers))
    assert Counter(each.status_code for each in answers) == {201: 5, 409: 7}
    assert {problem(each) for each in answers if each.status_code == 409} == {(409, "out-of-stock")}
    assert await stock_left(api, program, code) == 0


async def test_a_release_gives_the_piece_back(api: Api, program: str, member: str) -> None:
    code = (await make_reward(api, program, 10, stock=1))["code"]
    made = (await redeem(api, member, program, reward_code=code)).json()
    assert problem(await redeem(api, member, program, reward_code=code)) == (409, "out-of-stock")
    for _ in range(2):
        await act(api, made, "release")
    assert await stock_left(api, program, code) == 1


async def test_nobody_loses_points_for_a_piece_that_is_not_there(api: Api, program: str, member: str) -> None:
    code = (await make_reward(api, program, 10, stock=0))["code"]
    assert problem(await redeem(api, member, program, reward_code=code)) == (409, "out-of-stock")
    assert await balance(api, member) == (500, 0)


async def test_ten_of_forty_concurrent_redemptions_fit_the_balance_exactly(
    api: Api, units: UnitOfWorkFactory, program: str
) -> None:
    customer = await api.customer()
    await give(units, program, customer, 100)
    answers = await asyncio.gather(*(redeem(api, customer, program, points=10) for _ in range(40)))
    assert Counter(each.status_code for each in answers) == {201: 10, 409: 30}
    left = [each.json()["available"] for each in answers if each.status_code == 201]
    assert sorted(left) == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert await balance(api, customer) == (0, 100)
    await assert_the_ledger_agrees(api)


async def test_failures_of_one_are_nobody_elses_in_the_same_transaction(api: Api, program: str, member: str) -> None:
    wishes: list[dict[str, Any]] = [
        {"points": 100},
        {"points": 9999},
        {"reward_code": "none"},
        {"points": 100, "order_id": "a"},
    ]
    answers = await asyncio.gather(*(redeem(api, member, program, **wish) for wish in wishes))
    assert [each.status_code for each in answers] == [201, 409, 404, 201]
    assert await balance(api, member) == (300, 200)


async def test_one_key_sent_twice_at_once_redeems_once(api: Api, program: str, member: str) -> None:
    key = {"Idempotency-Key": "twin"}
    answers = await asyncio.gather(*(redeem(api, member, program, points=100, headers=key) for _ in range(3)))
    assert {each.content for each in answers} == {answers[0].content}
    assert sorted(each.headers.get("idempotency-replayed", "first") for each in answers) == ["first", "true", "true"]
    assert await balance(api, member) == (400, 100)


async def test_each_movement_names_the_person_who_asked(api: Api, program: str, member: str) -> None:
    people = ["ann", "bob"]
    await asyncio.gather(*(redeem(api, member, program, points=1, capture=True, subject=each) for each in people))
    query = "SELECT DISTINCT e.actor, r.created_by FROM entries AS e JOIN redemptions AS r ON r.id = e.redemption_id"
    assert sorted(await api.rows(query)) == [("ann", "ann"), ("bob", "bob")]


async def test_the_stock_is_checked_by_the_database_too(api: Api, program: str) -> None:
    await make_reward(api, program, 10, code="seat", stock=1)
    async with api.engine.connect() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(text("UPDATE rewards SET stock_left = stock_left - 2"))
