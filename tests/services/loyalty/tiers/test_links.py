"""Merged customers count as one, and part again as if they never had."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.services.loyalty.support import Deliver, merged, unmerged
from tests.services.loyalty.tiers.support import Club


async def test_two_halves_make_a_tier_on_the_day_of_the_merge_and_part_without_it(club: Club, deliver: Deliver) -> None:
    await club.tiers()
    ann, bob = await club.api.customer(), await club.api.customer()
    await club.collect(ann, 60, datetime(2026, 2, 1, 9, tzinfo=UTC))
    await club.collect(bob, 40, datetime(2026, 2, 2, 9, tzinfo=UTC))
    await deliver(*merged(ann, bob))
    assert [await club.tier(each) for each in (ann, bob)] == ["silver", "silver"]
    assert (await club.standing(ann, bob)).valid_until == datetime(2027, 3, 2, tzinfo=UTC)
    await deliver(*unmerged(ann, bob))
    assert [await club.tier(each) for each in (ann, bob)] == [None, None]
    assert [line[:2] for line in await club.told(ann)] == [(None, "silver"), ("silver", None)]
    assert await club.told(bob) == []
    assert (await club.standing(ann)).missing == 40


async def test_a_merged_family_has_the_better_tier_until_its_end(club: Club, deliver: Deliver) -> None:
    await club.tiers(warn_days=0)
    ann, bob = await club.api.customer(), await club.api.customer()
    await club.collect(bob, 250, datetime(2025, 6, 1, 9, tzinfo=UTC))
    await club.collect(ann, 100, datetime(2025, 12, 1, 9, tzinfo=UTC))
    await deliver(*merged(ann, bob))
    found = await club.standing(ann, bob)
    assert (found.tier, found.valid_until) == ("gold", datetime(2026, 6, 2, tzinfo=UTC))
    await club.move_to("2026-06-02")
    # at its end the days of both decide: 100 of Ann since
    assert await club.tier(bob) == "silver"


async def test_nothing_is_added_twice(club: Club, deliver: Deliver) -> None:
    await club.tiers()
    ann, bob = await club.api.customer(), await club.api.customer()
    await club.collect(ann, 120)
    await club.collect(bob, 120)
    events = await deliver(*merged(ann, bob))
    await deliver(*events)
    assert (await club.standing(ann, bob)).missing == 10
    assert await club.tier(ann) == "silver"


async def test_parted_each_keeps_what_its_own_purchases_reached_while_they_were_one(
    club: Club, deliver: Deliver
) -> None:
    await club.tiers()
    ann, bob = await club.api.customer(), await club.api.customer()
    await club.collect(ann, 60)
    await deliver(*merged(ann, bob))
    club.clock.advance(days=1)
    await club.collect(bob, 100)
    assert await club.tier(ann) == "silver"
    await deliver(*unmerged(ann, bob))
    assert [await club.tier(each) for each in (ann, bob)] == [None, "silver"]
    assert (await club.standing(bob)).valid_until == datetime(2027, 3, 3, tzinfo=UTC)
    assert [line[:2] for line in await club.told(bob)] == [(None, "silver")]


async def test_parted_each_has_the_tier_of_before_with_its_end(club: Club, deliver: Deliver) -> None:
    await club.tiers()
    ann, bob = await club.api.customer(), await club.api.customer()
    await club.collect(ann, 100, datetime(2025, 10, 1, 9, tzinfo=UTC))
    await club.collect(bob, 250, datetime(2025, 6, 1, 9, tzinfo=UTC))
    await deliver(*merged(ann, bob))
    await club.collect(ann, 90)
    await deliver(*unmerged(ann, bob))
    found = [await club.standing(each) for each in (ann, bob)]
    assert [(one.tier, one.valid_until) for one in found] == [
        ("silver", datetime(2026, 10, 2, tzinfo=UTC)),
        ("gold", datetime(2026, 6, 2, tzinfo=UTC)),
    ]


async def test_an_absorbed_customers_state_sleeps(club: Club, deliver: Deliver) -> None:
    await club.tiers(warn_days=0)
    ann, bob = await club.api.customer(), await club.api.customer()
    await club.collect(bob, 100)
    await deliver(*merged(ann, bob))
    await club.move_to("2027-03-02")
    assert [line[:2] for line in await club.told(ann)] == [(None, "silver"), ("silver", None)]
    assert [line[:2] for line in await club.told(bob)] == [(None, "silver")]
    await deliver(*unmerged(ann, bob))
    assert await club.tier(bob) is None


async def test_one_leaves_a_family_of_three_and_the_others_stay_one(club: Club, deliver: Deliver) -> None:
    await club.tiers()
    ann, bob, cem = [await club.api.customer() for _ in range(3)]
    for each, points in ((ann, 50), (bob, 50), (cem, 60)):
        await club.collect(each, points)
    await deliver(*merged(ann, bob), *merged(ann, cem))
    assert (await club.standing(ann, bob, cem)).missing == 90
    await deliver(*unmerged(ann, bob))
    # Ann and Cem have 110 together
    assert [await club.tier(each) for each in (ann, bob, cem)] == ["silver", None, "silver"]
    await deliver(*unmerged(ann, cem))
    assert [await club.tier(each) for each in (ann, bob, cem)] == [None, None, None]


async def test_those_who_stay_keep_the_better_tier_that_one_of_them_brought(club: Club, deliver: Deliver) -> None:
    await club.tiers()
    ann, bob, cem = [await club.api.customer() for _ in range(3)]
    await club.collect(cem, 250)
    await club.collect(cem, -200)
    await deliver(*merged(ann, bob), *merged(ann, cem))
    await deliver(*unmerged(ann, bob))
    found = await club.standing(ann, cem)
    assert (found.tier, found.valid_until) == ("gold", datetime(2027, 3, 2, tzinfo=UTC))
