"""What is counted makes tiers: upgrades, what is told of them, and what others ask."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from hamdel.database import UnitOfWorkFactory
from loyalty_service.tiers.service import Credit
from tests.services.loyalty.support import NOON, Api, Clock
from tests.services.loyalty.tiers.support import Club, club_of


async def test_a_member_rises_with_the_purchase_that_reaches_the_tier(club: Club) -> None:
    await club.tiers()
    ann = await club.api.customer()
    await club.collect(ann, 99)
    assert (await club.tier(ann), await club.multiplier(ann)) == (None, Decimal(1))
    club.clock.advance(hours=1)
    await club.collect(ann, 1)
    assert (await club.tier(ann), await club.multiplier(ann)) == ("silver", Decimal("1.5"))
    assert await club.told(ann) == [(None, "silver", "2026-03-01T13:00:00Z")]


async def test_the_fact_of_an_upgrade_says_until_when_it_is_valid(club: Club) -> None:
    await club.tiers()
    ann = await club.api.customer()
    await club.collect(ann, 250)
    (event,) = await club.api.events(ann)
    assert event["data"] == {
        "customer_id": ann,
        "program_id": str(club.program.id),
        "program_code": club.program.code,
        "from_tier": None,
        "to_tier": "gold",
        "occurred_at": "2026-03-01T12:00:00Z",
        "valid_until": "2027-03-02T00:00:00Z",
    }


async def test_the_summary_says_what_is_missing_for_the_next_tier(club: Club) -> None:
    await club.tiers()
    ann = await club.api.customer()
    await club.collect(ann, 120)
    found = await club.standing(ann)
    assert (found.tier, found.next_tier, found.missing, found.unit) == ("silver", "gold", Decimal(130), "points")
    assert found.valid_until == datetime(2027, 3, 2, tzinfo=UTC)
    await club.collect(ann, 130)
    found = await club.standing(ann)
    assert (found.tier, found.next_tier, found.missing) == ("gold", None, None)


async def test_spend_is_counted_in_the_currency_of_the_programme(club: Club) -> None:
    await club.tiers(qualify_by="spend")
    ann = await club.api.customer()
    await club.collect(ann, 500, spend=Decimal("99.99"), visits=1)
    found = await club.standing(ann)
    assert (found.tier, found.next_tier, found.missing, found.unit) == (None, "silver", Decimal("0.01"), "USD")


async def test_visits_are_counted_whatever_is_bought(club: Club) -> None:
    await club.tiers(qualify_by="visits", tiers=[{"code": "regular", "at": 2}])
    ann = await club.api.customer()
    await club.collect(ann, 1000, visits=1)
    assert await club.tier(ann) is None
    await club.collect(ann, 0, visits=1)
    assert await club.tier(ann) == "regular"


async def test_without_a_window_tiers_have_no_end(club: Club) -> None:
    await club.tiers(window=None)
    ann = await club.api.customer()
    await club.collect(ann, 60, datetime(1997, 1, 5, tzinfo=UTC))
    await club.collect(ann, 40)
    found = await club.standing(ann)
    assert (found.tier, found.valid_until) == ("silver", None)


async def test_a_tier_at_zero_is_everybodys_and_nobody_has_to_reach_it(club: Club) -> None:
    await club.tiers(tiers=[{"code": "bronze", "at": 0, "multiplier": 1.1}, {"code": "silver", "at": 100}])
    ann = await club.api.customer()
    assert (await club.tier(ann), await club.multiplier(ann)) == ("bronze", Decimal("1.1"))
    await club.collect(ann, 100)
    await club.move_to("2027-03-02")
    assert [(before, after) for before, after, _ in await club.told(ann)] == [
        ("bronze", "silver"),
        ("silver", "bronze"),
    ]


async def test_where_there_are_no_tiers_only_the_days_are_kept(club: Club) -> None:
    ann = await club.api.customer()
    await club.collect(ann, 70)
    await club.collect(ann, 30, visits=1)
    kept = await club.api.rows("SELECT day, points, spend, visits FROM qualifying_days")
    assert kept == [(date(2026, 3, 1), 100, 0, 1)]
    assert await club.tier(ann) is None
    assert await club.api.events(ann) == []


async def test_a_purchase_at_ten_to_midnight_in_tehran_counts_for_that_day_there(
    clock: Clock, quiet: Api, units: UnitOfWorkFactory
) -> None:
    club = await club_of(quiet, units, clock, timezone="Asia/Tehran", calendar="jalali", currency="IRR")
    await club.tiers(window={"kind": "period", "months": 12})
    ann, bob = await quiet.customer(), await quiet.customer()
    clock.now = datetime(2026, 3, 21, 9, tzinfo=UTC)
    # 20:20 UTC is 23:50 on 29 Esfand 1404 in Tehran; 20:40 UTC is 00:10 on 1 Farvardin 1405 there
    await club.collect(ann, 60, datetime(2026, 3, 20, 20, 20, tzinfo=UTC))
    await club.collect(ann, 40, datetime(2026, 3, 20, 20, 40, tzinfo=UTC))
    await club.collect(bob, 60, datetime(2026, 3, 20, 20, 40, tzinfo=UTC))
    await club.collect(bob, 40, datetime(2026, 3, 21, 8, 0, tzinfo=UTC))
    assert (await club.tier(ann), await club.tier(bob)) == (None, "silver")
    assert (await club.standing(bob)).valid_until == datetime(2028, 3, 19, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one after the other"])
async def test_old_purchases_are_lived_through_to_the_present(club: Club, together: bool) -> None:
    await club.tiers()
    ann, bob = await club.api.customer(), await club.api.customer()
    credits = [
        Credit(UUID(customer), day, datetime(day.year, day.month, day.day, 9, tzinfo=UTC), points)
        for customer, day, points in (
            (ann, date(1997, 1, 10), 100),
            (bob, date(2024, 7, 10), 100),
            (bob, date(2025, 2, 20), 60),
            (bob, date(2025, 6, 20), 40),
        )
    ]
    for batch in [credits] if together else [[one] for one in credits]:
        await club.credit(*batch)
    # Bob: silver on 2024-07-10, kept on 2025-07-11 by the 100 of the year in between
    assert (await club.tier(ann), await club.tier(bob)) == (None, "silver")
    assert (await club.standing(bob)).valid_until == datetime(2026, 7, 11, tzinfo=UTC)
    assert await club.told(ann) == []
    assert (await club.told(bob))[-1][:2] == (None, "silver")


async def test_a_refund_counts_for_the_day_of_its_purchase_and_takes_no_tier(club: Club) -> None:
    await club.tiers()
    ann = await club.api.customer()
    await club.collect(ann, 100)
    club.clock.advance(days=30)
    await club.collect(ann, -100, day=NOON.date())
    assert await club.tier(ann) == "silver"
    assert await club.api.rows("SELECT day, points FROM qualifying_days") == [(NOON.date(), 0)]
    assert (await club.standing(ann)).missing == 250


async def test_the_moment_of_a_change_never_goes_back_behind_what_was_told(club: Club) -> None:
    await club.tiers()
    ann = await club.api.customer()
    await club.collect(ann, 100)
    club.clock.advance(days=1)
    await club.collect(ann, 250, datetime(2026, 2, 1, 10, tzinfo=UTC))
    assert await club.told(ann) == [
        (None, "silver", "2026-03-01T12:00:00Z"),
        ("silver", "gold", "2026-03-01T12:00:00Z"),
    ]
