"""Merged customers act as one; parted again, each has what was born with it, less what was spent meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.loyalty.support import Api, Clock, Deliver, bought, merged, refunded, unmerged


@pytest.fixture
async def pair(api: Api, clock: Clock, deliver: Deliver) -> tuple[str, str, str]:
    """A programme, a survivor who earned 40 points in it, and an absorbed customer who earned 7; merged."""
    program, survivor, absorbed = (await api.program())["id"], await api.customer(), await api.customer()
    await api.rule(program)
    await deliver(bought(survivor, "40.00"), bought(absorbed, "7.00"), *merged(survivor, absorbed))
    return program, survivor, absorbed


async def redeem(api: Api, customer: str, program: str, points: int, **more: Any) -> dict[str, Any]:
    wish = {"program_id": program, "points": points, "capture": True} | more
    answer = await api.post(f"/v1/members/{customer}/redemptions", wish)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def available(api: Api, program: str, *customers: str) -> list[int]:
    return [(await api.membership(one, program))["points"]["available"] for one in customers]


async def test_one_of_them_spends_what_the_other_earned(api: Api, deliver: Deliver, pair: tuple[str, str, str]) -> None:
    program, survivor, absorbed = pair
    assert (await redeem(api, absorbed, program, 47))["available"] == 0
    assert await available(api, program, survivor, absorbed) == [0, 0]


async def test_what_is_spent_comes_from_the_spenders_own_points_first_and_stays_spent(
    api: Api, deliver: Deliver, pair: tuple[str, str, str]
) -> None:
    program, survivor, absorbed = pair
    await redeem(api, absorbed, program, 10)
    await deliver(*unmerged(survivor, absorbed))
    # seven were the spender's own, the other three are the survivor's
    assert await available(api, program, survivor, absorbed) == [37, 0]


async def test_both_of_them_have_their_own_entry_of_what_was_spent(
    api: Api, deliver: Deliver, pair: tuple[str, str, str]
) -> None:
    program, survivor, absorbed = pair
    made = await redeem(api, absorbed, program, 10)
    found = (await api.get(f"/v1/members/{survivor}/entries")).json()["items"]
    spent = [(each["customer_id"], each["points"]) for each in found if each["redemption_id"] == made["id"]]
    # reserved and captured
    assert sorted(spent) == sorted(2 * [(survivor, 3), (absorbed, 7)])


async def test_what_one_earns_while_they_are_merged_goes_with_it_when_they_part(
    api: Api, deliver: Deliver, pair: tuple[str, str, str]
) -> None:
    program, survivor, absorbed = pair
    await deliver(bought(absorbed, "5.00"))
    assert await available(api, program, survivor, absorbed) == [52, 52]
    await deliver(*unmerged(survivor, absorbed))
    assert await available(api, program, survivor, absorbed) == [40, 12]


async def test_a_merge_told_twice_and_merged_again_adds_nothing(
    api: Api, deliver: Deliver, pair: tuple[str, str, str]
) -> None:
    program, survivor, absorbed = pair
    await deliver(*merged(survivor, absorbed))
    assert await available(api, program, survivor, absorbed) == [47, 47]
    await deliver(*unmerged(survivor, absorbed), *merged(absorbed, survivor))
    assert await available(api, program, survivor, absorbed) == [47, 47]
    assert (await api.membership(absorbed, program))["lifetime_points"] == 47


async def test_points_set_aside_while_they_were_one_go_back_to_whom_they_came_from(
    api: Api, deliver: Deliver, pair: tuple[str, str, str]
) -> None:
    program, survivor, absorbed = pair
    held = await redeem(api, absorbed, program, 10, capture=False)
    await deliver(*unmerged(survivor, absorbed))
    assert await available(api, program, survivor, absorbed) == [37, 0]
    answer = await api.post(f"/v1/members/{absorbed}/redemptions/{held['id']}/release")
    assert answer.status_code == 200, answer.text
    assert await available(api, program, survivor, absorbed) == [40, 7]


async def test_a_refund_takes_the_buyers_own_points_first_then_those_of_the_family(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    program, survivor, absorbed = (await api.program())["id"], await api.customer(), await api.customer()
    await api.rule(program)
    purchase = bought(absorbed, "7.00")
    await deliver(bought(survivor, "40.00"), purchase, bought(absorbed, "2.00"))
    await redeem(api, absorbed, program, 6)
    await deliver(*merged(survivor, absorbed), refunded(purchase, "7.00"), *unmerged(survivor, absorbed))
    # of the seven asked back one was left of the purchase, two were the buyer's others: four are the survivor's
    assert await available(api, program, survivor, absorbed) == [36, 0]


async def test_a_chain_of_merges_is_one_family(api: Api, deliver: Deliver, pair: tuple[str, str, str]) -> None:
    program, survivor, absorbed = pair
    third = await api.customer()
    await deliver(bought(third, "3.00"), *merged(third, survivor))
    assert await available(api, program, survivor, absorbed, third) == [50, 50, 50]
    await deliver(*unmerged(third, survivor))
    assert await available(api, program, survivor, absorbed, third) == [47, 47, 3]


async def test_only_one_of_them_takes_part_and_the_other_spends(api: Api, deliver: Deliver) -> None:
    program, survivor, absorbed = (await api.program())["id"], await api.customer(), await api.customer()
    await api.rule(program)
    await deliver(bought(survivor, "40.00"), *merged(survivor, absorbed))
    await redeem(api, absorbed, program, 10)
    await deliver(*unmerged(survivor, absorbed))
    assert await available(api, program, survivor) == [30]
    assert (await api.get(f"/v1/members/{absorbed}")).json()["memberships"] == []
