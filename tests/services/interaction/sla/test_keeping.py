"""Clocks in the database: what the use cases keep, and what editing a policy or a calendar moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from hamdel.contracts.envelope import Event
from hamdel.contracts.loyalty import TierChanged
from hamdel.http import InvalidValue
from hamdel.ids import new_id
from interaction_service.calendars.service import calendar_of, replace_hours
from interaction_service.calendars.stored import Hours
from interaction_service.sla import renewal
from interaction_service.sla.policies import replace_targets
from interaction_service.sla.reactions import on_tier_changed
from tests.services.interaction.calendars.hours import at
from tests.services.interaction.sla.cases import WEEK, House

MONDAY = "2026-01-05 09:00+01:00"


async def tier(house: House, customer: UUID, to_tier: str | None, when: str, program: UUID | None = None) -> None:
    """Loyalty tells of a tier."""
    data: Mapping[str, Any] = {
        "customer_id": str(customer),
        "program_id": str(program or UUID(int=7)),
        "program_code": "club",
        "to_tier": to_tier,
        "occurred_at": at(when).isoformat(),
    }
    event = Event(
        specversion="1.0",
        id=new_id(),
        type=TierChanged.fact_type,
        source="/hamdel/loyalty-service",
        subject=customer,
        time=at(when),
        sequence=1,
        correlationid="request-1",
        data=dict(data),
    )
    async with house.unit() as unit:
        await on_tier_changed(unit, event)


async def test_what_is_read_is_what_the_use_case_answered(house: House) -> None:
    """Opened on Friday, 1 h used, waiting over the weekend, 7 h from Tuesday 09:00; asked at 10:00, due at 12:00."""
    case = await house.case("2026-01-02 16:00+01:00", policy="standard")
    await house.then(case, "agent_replied", "2026-01-02 16:30+01:00")
    await house.then(case, "waiting", "2026-01-02 18:00+01:00")
    assert (await house.due(case)).states["resolution"] == "paused"
    await house.then(case, "resumed", "2026-01-06 09:00+01:00")
    answered = await house.then(case, "customer_replied", "2026-01-06 10:00+01:00")
    assert await house.due(case) == answered
    assert answered.resolution_at == at("2026-01-06 16:00+01:00")
    assert answered.next_response_at == at("2026-01-06 12:00+01:00")
    assert answered.states == {"first_response": "met", "next_response": "running", "resolution": "running"}


@pytest.mark.usefixtures("nothing_promised")
async def test_a_case_that_asks_for_nothing_gets_the_default_or_nothing(house: House) -> None:
    plain = await house.case(MONDAY)
    assert (await house.due(plain)).next_at is None
    await house.promises(code="default", first_response_minutes=30)
    assert (await house.due(await house.case(MONDAY))).first_response_at == at("2026-01-05 09:30+01:00")
    changed = await house.then(plain, "changed", "2026-01-05 09:10+01:00", priority="high")
    assert changed.first_response_at == at("2026-01-05 09:30+01:00")
    promised = await house.case(MONDAY, policy="standard")
    await house.then(promised, "changed", MONDAY, priority="high")
    assert (await house.due(promised)).first_response_at == at("2026-01-05 10:00+01:00")
    taken_away = await house.then(promised, "changed", MONDAY, policy=None)
    assert taken_away.first_response_at == at("2026-01-05 09:30+01:00")
    with pytest.raises(InvalidValue, match="unknown-policy"):
        await house.case(MONDAY, policy="nonsense")
    assert (await house.then(new_id(), "resolved", MONDAY)).next_at is None


async def test_the_rows_of_a_code_are_chosen_by_priority_and_by_the_tier_of_the_family(house: House) -> None:
    await house.promises(priority="urgent", resolution_minutes=60)
    await house.promises(tier="gold", resolution_minutes=240)
    customer, absorbed = new_id(), new_id()
    case = await house.case(MONDAY, customer, policy="standard")
    assert (await house.due(case)).resolution_at == at("2026-01-05 17:00+01:00")
    raised = await house.then(case, "changed", MONDAY, priority="urgent")
    assert raised.resolution_at == at("2026-01-05 10:00+01:00")
    await tier(house, absorbed, "gold", "2026-01-01 00:00+00:00")
    async with house.unit() as unit:
        await unit.link_stream(absorbed, customer)
    again = await house.then(case, "changed", MONDAY, priority="normal")
    assert again.resolution_at == at("2026-01-05 13:00+01:00")


async def test_the_newest_tier_counts_and_an_older_event_does_not_bring_one_back(house: House) -> None:
    await house.promises(tier="gold", resolution_minutes=240)
    customer = new_id()
    await tier(house, customer, None, "2026-01-03 00:00+00:00")
    await tier(house, customer, "gold", "2026-01-02 00:00+00:00")
    silver = await house.case(MONDAY, customer, policy="standard")
    assert (await house.due(silver)).resolution_at == at("2026-01-05 17:00+01:00")
    await tier(house, customer, "gold", "2026-01-02 00:00+00:00", program=UUID(int=8))
    gold = await house.case(MONDAY, customer, policy="standard")
    assert (await house.due(gold)).resolution_at == at("2026-01-05 13:00+01:00")


async def test_editing_a_policy_moves_the_deadlines_of_its_open_cases_and_renders_their_customers(house: House) -> None:
    row = await house.promises(priority="high")
    case = await house.case(MONDAY, policy="standard", priority="high")
    done = await house.case(MONDAY, policy="standard", priority="high")
    await house.then(done, "resolved", "2026-01-05 09:30+01:00")
    async with house.unit("2026-01-05 09:30+01:00") as unit:
        await replace_targets(unit, row.id, {"resolution_minutes": 240}, 1)
    assert (await house.due(case)).resolution_at == at("2026-01-05 13:00+01:00")
    assert (await house.due(done)).resolution_at == at("2026-01-05 17:00+01:00")
    assert len(unit.sequences) == 1


async def close_monday(house: House, when: str) -> None:
    """Monday, January 5, turns out to be a holiday."""
    exceptions: list[dict[str, Any]] = [{"date": "2026-01-05", "windows": [], "name": None}]
    async with house.unit(when) as unit:
        version = (await calendar_of(unit.connection, "office")).version
        await replace_hours(unit, "office", Hours("Europe/Berlin", WEEK, exceptions), version)


async def test_a_holiday_entered_later_moves_the_deadlines_of_open_cases(house: House) -> None:
    case = await house.case("2026-01-02 16:00+01:00", policy="standard")
    await close_monday(house, "2026-01-02 16:30+01:00")
    assert (await house.due(case)).resolution_at == at("2026-01-06 16:00+01:00")


async def test_many_cases_are_left_to_the_background(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "FEW", 2)
    cases = [await house.case("2026-01-02 16:00+01:00", policy="standard") for _ in range(3)]
    await close_monday(house, "2026-01-02 16:30+01:00")
    assert (await house.due(cases[0])).resolution_at == at("2026-01-05 16:00+01:00")
    counts = []
    for _ in range(3):
        async with house.unit("2026-01-02 16:31+01:00") as unit:
            counts.append(await renewal.renew(unit, 2))
    assert counts == [2, 1, 0]
    assert {(await house.due(case)).resolution_at for case in cases} == {at("2026-01-06 16:00+01:00")}


async def test_a_case_that_opened_while_a_calendar_was_edited_is_found_by_the_background(house: House) -> None:
    """It read the calendar before the edit was committed."""
    case = await house.case("2026-01-02 16:00+01:00", policy="standard")
    async with house.engine.begin() as connection:
        await connection.execute(
            text('UPDATE calendars SET version = 2, exceptions = \'[{"date": "2026-01-05", "windows": []}]\'')
        )
    async with house.unit("2026-01-02 16:31+01:00") as unit:
        assert await renewal.renew(unit, 10) == 1
    assert (await house.due(case)).resolution_at == at("2026-01-06 16:00+01:00")
