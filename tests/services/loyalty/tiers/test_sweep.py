"""Ends, warnings and grace, as the worker meets them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from hamdel.database import UnitOfWorkFactory
from loyalty_service.tiers.background import sweep
from tests.services.loyalty.support import Api, Clock
from tests.services.loyalty.tiers.support import Club, club_of


async def test_a_tier_ends_with_the_first_instant_it_is_valid_no_more(club: Club) -> None:
    await club.tiers(warn_days=0)
    ann = await club.api.customer()
    await club.collect(ann, 100)
    await club.move_to("2027-03-01T23:59:59+00:00")
    assert await club.tier(ann) == "silver"
    await club.move_to("2027-03-02T00:00:00+00:00")
    assert await club.tier(ann) is None
    assert (await club.told(ann))[1:] == [("silver", None, "2027-03-02T00:00:00Z")]


async def test_the_end_is_warned_of_once_with_what_is_missing(club: Club) -> None:
    await club.tiers(warn_days=30)
    ann = await club.api.customer()
    await club.collect(ann, 250)
    await club.collect(ann, 120, datetime(2026, 3, 1, 12, tzinfo=UTC), day=datetime(2026, 9, 1, tzinfo=UTC).date())
    await club.move_to("2027-01-30")
    assert len(await club.told(ann)) == 1
    await club.move_to("2027-01-31")
    await club.move_to("2027-02-15")
    await club.collect(ann, -10, day=datetime(2026, 9, 1, tzinfo=UTC).date())
    (warned,) = [event["data"] for event in await club.api.events(ann) if "warned" in event["type"]]
    assert warned == {
        "customer_id": ann,
        "program_id": str(club.program.id),
        "program_code": club.program.code,
        "tier": "gold",
        "would_become": "silver",
        "valid_until": "2027-03-02T00:00:00Z",
        "missing": "130",
        "unit": "points",
    }


async def test_nobody_is_warned_whose_tier_will_be_kept_until_a_refund_takes_that_away(club: Club) -> None:
    await club.tiers(warn_days=30)
    ann = await club.api.customer()
    await club.collect(ann, 100)
    await club.move_to("2026-06-01")
    await club.collect(ann, 100)
    await club.move_to("2027-02-10")
    assert len(await club.told(ann)) == 1
    await club.collect(ann, -30, day=datetime(2026, 6, 1, tzinfo=UTC).date())
    assert (await club.told(ann))[1:] == [("silver", None, "warned")]


async def test_a_tier_that_is_kept_has_a_new_end_and_is_warned_of_again(club: Club) -> None:
    await club.tiers(warn_days=30)
    ann = await club.api.customer()
    await club.collect(ann, 100)
    await club.move_to("2027-02-20")
    await club.collect(ann, 100)
    await club.move_to("2027-03-02")
    assert (await club.standing(ann)).valid_until == datetime(2028, 3, 2, tzinfo=UTC)
    await club.move_to("2028-03-01")
    assert [line[2] for line in await club.told(ann)][1:] == ["warned", "warned"]


async def test_grace_days_pass_before_the_tier_is_lost(club: Club) -> None:
    await club.tiers(grace_days=10, warn_days=0)
    ann = await club.api.customer()
    await club.collect(ann, 100)
    await club.move_to("2027-03-11T23:00:00+00:00")
    assert await club.tier(ann) == "silver"
    await club.move_to("2027-03-12")
    assert await club.tier(ann) is None


async def test_after_a_year_of_sleep_all_ends_are_walked_and_the_present_is_told(club: Club) -> None:
    await club.tiers(downgrade="one_down")
    ann = await club.api.customer()
    await club.collect(ann, 250)
    await club.move_to("2028-03-02")
    assert await club.tier(ann) is None
    assert (await club.told(ann))[1:] == [("gold", None, "2028-03-02T00:00:00Z")]


async def test_two_workers_tell_an_end_once(club: Club) -> None:
    await club.tiers(warn_days=0)
    members = [await club.api.customer() for _ in range(6)]
    for each in members:
        await club.collect(each, 100)
    club.clock.now = datetime(2027, 3, 2, tzinfo=UTC)
    await asyncio.gather(*(sweep(club.units, at_once=4) for _ in range(4)))
    await club.move_to("2027-03-02")
    assert [len(await club.told(each)) for each in members] == [2] * 6


async def test_ends_are_those_of_the_zone_of_the_programme(clock: Clock, quiet: Api, units: UnitOfWorkFactory) -> None:
    club = await club_of(quiet, units, clock, timezone="Asia/Tehran", calendar="jalali", currency="IRR")
    await club.tiers(window={"kind": "period", "months": 12}, warn_days=0)
    ann = await quiet.customer()
    clock.now = datetime(2025, 3, 20, 20, 20, tzinfo=UTC)
    await club.collect(ann, 100)
    # 30 Esfand 1403 in Tehran: valid to the end of 29 Esfand 1404, which is 20:30 UTC
    await club.move_to("2026-03-20T20:29:59+00:00")
    assert await club.tier(ann) == "silver"
    await club.move_to("2026-03-20T20:30:00+00:00")
    assert await club.tier(ann) is None
