"""The `loyalty` section of the customer view."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.sections import EMPTY
from hamdel.database import UnitOfWorkFactory, families_of
from hamdel.ids import new_id
from hamdel.messaging import load_sections
from loyalty_service.ledger.sweeping import Sweeper
from loyalty_service.section import LoyaltySection
from tests.services.loyalty.support import Api, Clock, Deliver, bought, merged, section, unmerged


async def shown(engine: AsyncEngine, customer: str) -> Any:
    """The record that the relay would publish; None where a tombstone stands."""
    async with engine.connect() as connection:
        found = await load_sections(connection, LoyaltySection(), [UUID(customer)])
    return orjson.loads(found[UUID(customer)]) if found else None


async def test_somebody_without_a_membership_has_the_empty_section(api: Api) -> None:
    assert await section(api.engine, await api.customer()) == [EMPTY["loyalty"]]


async def test_a_member_has_the_fields_of_the_contract_and_what_is_next(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    customer = await api.customer()
    program = (await api.program(code="sunny", expiry={"months": 12, "round_up_to": "none"}))["id"]
    await api.rule(program)
    await api.post(f"/v1/programs/{program}/rewards", reward("cup", 50))
    await api.post(f"/v1/programs/{program}/rewards", reward("car", 5_000))
    await deliver(bought(customer, "77.00"))
    (found,) = await section(api.engine, customer)
    lapsing = {"at": "2027-03-01T12:00:00Z", "points": 77}
    alone = {
        "program_id": program,
        "program_code": "sunny",
        "tier": None,
        "tier_valid_until": None,
        "next_tier": None,
        "points": {"available": 77, "pending": 0, "reserved": 0, "expiring": [lapsing]},
        "next_expiring": lapsing,
        "lifetime_points": 77,
        "rewards": [{"code": "cup", "price_points": 50}],
        "vouchers": [],
    }
    assert found == alone | {"programs": [alone]}
    assert found.keys() >= EMPTY["loyalty"].keys()


def reward(code: str, price: int) -> dict[str, Any]:
    return {"code": code, "kind": "gift", "price_points": price, "name": {"en": code}}


async def test_the_points_missing_for_the_next_tier_are_shown(api: Api, clock: Clock, deliver: Deliver) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    await api.rule(program)
    scheme = {
        "qualify_by": "points",
        "window": {"kind": "rolling", "months": 12},
        "downgrade": "one_down",
        "tiers": [{"code": "silver", "at": 70}, {"code": "gold", "at": 100}],
    }
    put = await api.put(f"/v1/programs/{program}/tiers", scheme)
    assert put.status_code in (200, 201), put.text
    await deliver(bought(customer, "77.00"))
    (found,) = await section(api.engine, customer)
    assert found["tier"] == "silver"
    assert (found["next_tier"]["code"], found["next_tier"]["missing"]) == ("gold", "23")


async def test_the_programme_joined_first_is_at_the_top_and_all_are_listed(api: Api, clock: Clock) -> None:
    customer, programs = await api.customer(), [(await api.program())["id"] for _ in range(2)]
    for points, program in ((5, programs[1]), (9, programs[0])):
        body = {"program_id": program, "points": points, "reason": "welcome"}
        await api.post(f"/v1/members/{customer}/adjustments", body)
        clock.advance(hours=1)
    (found,) = await section(api.engine, customer)
    assert (found["program_id"], found["points"]["available"]) == (programs[1], 5)
    assert [each["points"]["available"] for each in found["programs"]] == [5, 9]


async def test_it_changes_when_the_sweep_books_what_is_due(
    api: Api, clock: Clock, deliver: Deliver, units: UnitOfWorkFactory
) -> None:
    customer, program = await api.customer(), (await api.program(pending_days=14))["id"]
    await api.rule(program)
    await deliver(bought(customer, "77.00"))
    before = await shown(api.engine, customer)
    clock.advance(days=15)
    await Sweeper(units).step()
    after = await shown(api.engine, customer)
    assert after["sequence"] > before["sequence"]
    assert [each["data"]["points"]["available"] for each in (before, after)] == [0, 77]


async def test_a_merge_shows_one_section_and_an_un_merge_both_again(api: Api, clock: Clock, deliver: Deliver) -> None:
    survivor, absorbed, program = await api.customer(), await api.customer(), (await api.program())["id"]
    await api.rule(program)
    await deliver(bought(survivor, "40.00"), bought(absorbed, "7.00"))
    alone = [await shown(api.engine, one) for one in (survivor, absorbed)]
    await deliver(*merged(survivor, absorbed))
    together = await shown(api.engine, survivor)
    assert (together["data"]["points"]["available"], together["data"]["lifetime_points"]) == (47, 47)
    assert await shown(api.engine, absorbed) is None
    await deliver(*unmerged(survivor, absorbed))
    again = [await shown(api.engine, one) for one in (survivor, absorbed)]
    assert [each["data"] for each in again] == [each["data"] for each in alone]
    assert all(new["sequence"] > old["sequence"] for new, old in zip(again, alone, strict=True))


@pytest.mark.parametrize("customers", [2, 200])
async def test_hundreds_of_families_cost_as_many_statements_as_two(api: Api, deliver: Deliver, customers: int) -> None:
    program = (await api.program())["id"]
    await api.rule(program)
    ids = [new_id() for _ in range(customers)]
    await deliver(*(bought(str(one), "7.00") for one in ids), together=True)
    statements: list[str] = []
    event.listen(api.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    async with api.engine.connect() as connection:
        rendered = await LoyaltySection().render(connection, await families_of(connection, ids))
    assert len(rendered) == customers
    assert len(statements) <= 8, statements


async def test_the_rows_of_a_merge_preview_are_the_entries(api: Api, deliver: Deliver) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    await api.rule(program)
    await deliver(bought(customer, "7.00"), bought(customer, "8.00"))
    async with api.engine.connect() as connection:
        assert await LoyaltySection().count_rows(connection, [UUID(customer), new_id()]) == 2
