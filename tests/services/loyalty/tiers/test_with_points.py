"""Tiers and the rest of the service: purchases, refunds, spending, the member's page and the section."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.services.loyalty.support import NOON, Api, Clock, Deliver, bought, refunded, section
from tests.services.loyalty.tiers.support import ROLLING


async def programme(api: Api, **tiers: Any) -> str:
    """A point per dollar; silver at 100 points, gold at 250."""
    made = await api.program()
    await api.rule(made["id"])
    answer = await api.put(f"/v1/programs/{made['id']}/tiers", ROLLING | tiers)
    assert answer.status_code == 200, answer.text
    return str(made["id"])


async def test_spending_never_demotes(clock: Clock, api: Api, deliver: Deliver) -> None:
    program = await programme(api)
    ann = await api.customer()
    await deliver(bought(ann, "120.00"))
    spent = await api.post(f"/v1/members/{ann}/redemptions", {"program_id": program, "points": 120, "capture": True})
    assert spent.status_code == 201, spent.text
    found = await api.membership(ann, program)
    assert (found["tier"], found["points"]["available"]) == ("silver", 0)
    clock.advance(days=1)
    await deliver(bought(ann, "130.00", at=clock.now))
    assert (await api.membership(ann, program))["tier"] == "gold"


async def test_a_refund_before_the_threshold_counts_and_after_it_takes_no_tier(
    clock: Clock, api: Api, deliver: Deliver
) -> None:
    program = await programme(api)
    ann, bob = await api.customer(), await api.customer()
    first, second = bought(ann, "99.00"), bought(bob, "100.00")
    await deliver(first, second)
    await deliver(refunded(first, "50.00"), refunded(second, "50.00"))
    await deliver(bought(ann, "50.00"))
    assert (await api.membership(ann, program))["tier"] is None
    found = await api.membership(bob, program)
    assert (found["tier"], found["points"]["available"]) == ("silver", 50)


async def test_what_comes_twice_counts_once(clock: Clock, api: Api, deliver: Deliver) -> None:
    program = await programme(api)
    ann = await api.customer()
    events = await deliver(bought(ann, "60.00"))
    await deliver(*events, *events)
    assert (await api.membership(ann, program))["tier"] is None
    query = "SELECT points, spend, visits FROM qualifying_days WHERE customer_id = :id"
    assert await api.rows(query, id=UUID(ann)) == [(60, 60, 1)]


async def test_the_section_shows_the_tier_and_the_way_to_the_next(clock: Clock, api: Api, deliver: Deliver) -> None:
    await programme(api)
    ann = await api.customer()
    await deliver(bought(ann, "120.00"))
    (shown,) = await section(api.engine, ann)
    assert shown["tier"] == "silver"


async def test_the_multiplier_of_a_tier_counts_from_the_purchase_after_the_upgrade(
    clock: Clock, api: Api, deliver: Deliver
) -> None:
    program = await programme(api, qualify_by="spend")
    ann = await api.customer()
    await deliver(bought(ann, "100.00"))
    clock.now = NOON + timedelta(days=1)
    await deliver(bought(ann, "10.00", at=clock.now))
    found = await api.membership(ann, program)
    assert found["tier"] == "silver"
    assert found["points"]["available"] == 115
