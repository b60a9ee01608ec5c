"""Points for answered surveys: once per response."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.survey import ResponseSubmitted
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from tests.services.loyalty.enrolment.support import PREFIX, cards, made, members
from tests.services.loyalty.occasions.support import balances, earned, joined, ruled
from tests.services.loyalty.support import Deliver, merged

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SURVEY = new_id()


def answered(customer: UUID, **more: Any) -> ResponseSubmitted:
    """A finished response."""
    values = {
        "response_id": new_id(),
        "survey_id": SURVEY,
        "survey_code": "after-purchase",
        "survey_version": 1,
        "customer_id": customer,
        "submitted_at": NOON,
    }
    return ResponseSubmitted.model_validate(values | more)


async def surveyed(units: UnitOfWorkFactory, settings: dict[str, Any] | None = None, **rule: Any) -> Any:
    """A programme that gives 20 points for a response, unless it says otherwise."""
    program = await made(units, **settings or {})
    await ruled(units, program, **{"code": "survey", "kind": "survey", "points": 20} | rule)
    return program


async def test_a_response_earns_once_however_often_it_is_told(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    await surveyed(units)
    sara = new_id()
    fact = answered(sara)
    await deliver(fact, fact, together=True)
    await deliver(fact)
    assert await earned(engine) == [("survey", 20, "2026-03-01 12:00")]
    await deliver(answered(sara))
    assert await balances(engine, [sara]) == [40]


async def test_an_automatic_programme_enrols_who_answers_and_an_opt_in_programme_does_not(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    automatic = await surveyed(units, {"card_prefix": PREFIX})
    asked = await surveyed(units, {"enrolment": "opt_in"})
    sara, omid = new_id(), new_id()
    await joined(units, asked, omid)
    await deliver(answered(sara), answered(omid), together=True)
    assert await members(engine, automatic) == {sara, omid}
    assert await members(engine, asked) == {omid}
    assert await balances(engine, (sara, omid)) == [20, 40]
    assert {card.customer_id for card in await cards(engine)} == {sara, omid}


async def test_a_rule_for_one_survey_gives_for_no_other(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    await surveyed(units, survey_id=str(SURVEY))
    sara = new_id()
    await deliver(answered(sara, survey_id=new_id()))
    assert await balances(engine, [sara]) == [0]
    await deliver(answered(sara))
    assert await balances(engine, [sara]) == [20]


async def test_a_cap_counts_what_was_given_that_day_in_the_programmes_zone(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    # in Tehran 20:29 UTC is the same day as 12:00, 20:30 the next one
    await surveyed(units, {"timezone": "Asia/Tehran"}, cap={"per_day": 50})
    sara, evening = new_id(), NOON.replace(hour=20, minute=29)
    await deliver(*(answered(sara) for _ in range(2)), together=True)
    await deliver(answered(sara, submitted_at=evening))
    await deliver(answered(sara, submitted_at=evening + timedelta(minutes=1)))
    assert [points for _, points, _ in await earned(engine)] == [20, 20, 10, 20]


async def test_a_cap_for_the_member_counts_for_those_who_are_one_together(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    await surveyed(units, cap={"per_member": 30})
    sara, twin = new_id(), new_id()
    await deliver(answered(twin))
    await deliver(*merged(str(sara), str(twin)))
    await deliver(answered(sara), answered(twin), together=True)
    assert await balances(engine, (sara, twin)) == [10, 20]


async def test_of_several_rules_all_give_or_the_best_one(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    for settings in ({}, {"stacking": "best_of"}):
        program = await surveyed(units, settings)
        await ruled(units, program, code="survey-too", kind="survey", points=30)
    sara = new_id()
    fact = answered(sara)
    await deliver(fact)
    await deliver(fact)
    assert sorted(points for _, points, _ in await earned(engine)) == [20, 30, 30]


async def test_a_rule_that_begins_later_gives_nothing_for_an_older_response(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    await surveyed(units, effective_from=(NOON + timedelta(days=1)).isoformat())
    sara = new_id()
    await deliver(answered(sara))
    await deliver(answered(sara, submitted_at=NOON + timedelta(days=1)))
    assert await balances(engine, [sara]) == [20]


async def test_a_new_rule_pays_no_response_that_was_paid(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    program = await surveyed(units)
    fact = answered(new_id())
    await deliver(fact)
    await ruled(units, program, code="another", kind="survey", points=500)
    await deliver(fact)
    assert [points for _, points, _ in await earned(engine)] == [20]


async def test_a_programme_that_begins_later_pays_no_response_that_was_told(
    units: UnitOfWorkFactory, engine: AsyncEngine, deliver: Deliver
) -> None:
    fact = answered(new_id())
    await deliver(fact)
    await surveyed(units)
    await deliver(fact)
    assert await earned(engine) == []
