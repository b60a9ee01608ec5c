"""Facts are told and rules follow them: once, exactly, and without harm to whoever tells."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.envelope import Event
from hamdel.contracts.interaction import CaseOpened, PurchaseRecorded
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.rules import active
from interaction_service.rules.service import Happening, tell
from interaction_service.subscriptions import SUBSCRIPTIONS
from tests.services.interaction.rules.writing import CALL, changed
from tests.services.interaction.support import CONTEXT, Api

WHEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
PURCHASE = PurchaseRecorded.fact_type
PLAIN = {"kind": "create_task", "title": "Case {{number}}", "owner_id": "agent-7"}
TASKS = "SELECT title, owner_id, due_at, customer_id, created_by FROM tasks ORDER BY title"


async def ruled(api: Api, engine: AsyncEngine, **changes: Any) -> str:
    """A rule that was made and that the tests' own engine knows; gives its code."""
    answer = await api.post("/v1/rules", CALL | changes, role="manager")
    assert answer.status_code == 201, answer.text
    active.forget(engine.sync_engine)
    code: str = answer.json()["code"]
    return code


def bought(customer: str, amount: str = "1000000.0001", currency: str = "IRR", **changes: Any) -> Happening:
    """A purchase as the code that records one tells it: its lines are JSON already."""
    values: dict[str, Any] = {"key": "purchase-1", "occurred_at": WHEN} | changes
    data = {"total": {"amount": amount, "currency": currency}, "items": orjson.Fragment(b'[{"category": "music"}]')}
    return Happening(UUID(customer), values["occurred_at"], data, values["key"])


async def told(units: UnitOfWorkFactory, *happenings: Happening, fact_type: str = PURCHASE) -> None:
    """Tells them in one transaction."""
    async with units(CONTEXT) as unit:
        await unit.lock_streams(one.customer_id for one in happenings)
        await tell(unit, fact_type, happenings)


async def delivered(units: UnitOfWorkFactory, fact_type: str, customer: str, **data: Any) -> None:
    """A neighbour's fact reaches the service, as its consumer hands it over."""
    (subscription,) = SUBSCRIPTIONS
    fact = Event(
        specversion="1.0",
        id=new_id(),
        type=fact_type,
        source="/hamdel/neighbour",
        subject=UUID(customer),
        time=WHEN,
        sequence=1,
        correlationid="r",
        data={"customer_id": customer} | data,
    )
    async with units(CONTEXT) as unit:
        await unit.lock_streams([fact.subject])
        await subscription.handlers[fact_type](unit, fact)


async def not_recommended(units: UnitOfWorkFactory, customer: str, response: str) -> None:
    """A detractor is detected."""
    told_by_survey = {"response_id": response, "survey_id": str(new_id()), "survey_code": "nps", "nps": 2}
    await delivered(
        units, "survey.detractor_detected.v1", customer, **told_by_survey, submitted_at="2026-03-01T10:00:00Z"
    )


async def test_a_call_is_due_three_days_after_a_purchase_over_a_million_rial(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customer = await api.customer()
    await ruled(api, engine)
    exactly = bought(customer, "1000000", key="purchase-2")
    dollars = bought(customer, "2000000", "USD", key="purchase-3")
    await told(units, bought(customer), exactly, dollars)
    due = datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert await api.rows(TASKS) == [
        ("Satisfaction call (1000000.0001)", "agent-7", due, UUID(customer), "rule:satisfaction-call")
    ]


async def test_a_fact_that_is_told_again_has_one_effect(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customer = await api.customer()
    await ruled(api, engine)
    await told(units, bought(customer), bought(customer))
    await told(units, bought(customer))
    assert len(await api.rows(TASKS)) == 1


async def test_a_fact_that_is_told_at_the_same_time_has_one_effect(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customer = await api.customer()
    await ruled(api, engine)
    await asyncio.gather(*(told(units, bought(customer)) for _ in range(8)))
    assert len(await api.rows(TASKS)) == 1


async def test_every_detractor_gets_one_case_with_whoever_keeps_the_relationship(
    api: Api, units: UnitOfWorkFactory
) -> None:
    known, unknown = await api.customer(), await api.customer()
    await delivered(units, "profile.relationship_changed.v1", known, model="personal", owner_id="agent-3")
    response = str(new_id())
    await not_recommended(units, known, response)
    await not_recommended(units, known, response)
    await not_recommended(units, unknown, str(new_id()))
    cases = "SELECT customer_id, type, priority, owner_id, subject FROM cases ORDER BY number"
    subject = "A customer would not recommend us (NPS 2)"
    assert await api.rows(cases) == [
        (UUID(known), "follow_up", "high", "agent-3", subject),
        (UUID(unknown), "follow_up", "high", None, subject),
    ]


async def test_a_thank_you_message_waits_in_the_queue_once(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customer = await api.customer()
    code = "thank-you-after-purchase"
    action = (await api.get(f"/v1/rules/{code}")).json()["action"] | {"variables": {"paid": "{{total.amount}}"}}
    assert (await changed(api, "PATCH", code, 1, {"active": True, "action": action})).status_code == 200
    for _ in range(2):
        await told(units, bought(customer, "250000", occurred_at=datetime(2190, 1, 1, tzinfo=UTC)))
    messages = "SELECT customer_id, channel, purpose, template, variables, not_before FROM messages"
    at = datetime(2190, 1, 1, 1, tzinfo=UTC)
    assert await api.rows(messages) == [(UUID(customer), "email", "service", "thank-you", {"paid": "250000"}, at)]


async def test_what_happened_too_long_ago_is_left_alone(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customer = await api.customer()
    await ruled(api, engine, max_age_days=2)
    await told(units, bought(customer), bought(customer, key="purchase-2", occurred_at=datetime.now(UTC)))
    assert len(await api.rows(TASKS)) == 1


async def test_a_delay_can_be_counted_in_open_hours(api: Api, units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    customer, windows = await api.customer(), {"mon": [["09:00", "17:00"]]}
    calendar = {"code": "mondays", "timezone": "UTC", "windows": windows, "exceptions": []}
    assert (await api.post("/v1/calendars", calendar, role="manager")).status_code == 201
    await ruled(api, engine, delay={"business_minutes": 90, "calendar": "mondays"})
    await told(units, bought(customer))
    # 1 March 2026 is a Sunday
    assert [row[2] for row in await api.rows(TASKS)] == [datetime(2026, 3, 2, 10, 30, tzinfo=UTC)]


async def test_a_task_goes_to_whoever_keeps_the_relationship_else_to_the_one_named(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    known, unknown = await api.customer(), await api.customer()
    await delivered(units, "profile.relationship_changed.v1", known, model="personal", owner_id="agent-3")
    await ruled(api, engine, action=CALL["action"] | {"owner": "relationship", "title": "{{total.amount}}"})
    await told(units, bought(known, "1000001"), bought(unknown, "1000002", key="purchase-2"))
    assert [row[:2] for row in await api.rows(TASKS)] == [("1000001", "agent-3"), ("1000002", "agent-7")]


async def test_a_failing_rule_harms_nobody_and_is_tried_again(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customer = await api.customer()
    action = {"kind": "open_case", "type": "request", "subject": "s", "queue": "not-yet"}
    failing = await ruled(api, engine, code="a-failing", delay=None, action=action)
    await ruled(api, engine)
    await told(units, bought(customer))
    assert len(await api.rows(TASKS)) == 1
    assert await api.rows("SELECT count(*) FROM cases") == [(0,)]
    assert await api.events(customer) == []
    (failure,) = (await api.get(f"/v1/rules/{failing}/failures")).json()["items"]
    assert (failure["error"], failure["key"], failure["attempts"]) == ("unknown-queue", "purchase-1", 1)

    retry = f"/v1/rules/{failing}/failures/retry"
    assert (await api.post(retry, {}, role="manager")).json() == {"resolved": 0, "failed": 1}
    assert (await api.get(f"/v1/rules/{failing}/failures")).json()["items"][0]["attempts"] == 2
    await changed(api, "PATCH", failing, 1, {"action": action | {"queue": None}})
    assert (await api.post(retry, {}, role="manager")).json() == {"resolved": 1, "failed": 0}
    assert (await api.get(f"/v1/rules/{failing}/failures")).json()["items"] == []
    assert await api.rows("SELECT customer_id FROM cases") == [(UUID(customer),)]


async def test_of_a_batch_in_which_one_fails_the_others_are_followed(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customer, windows = await api.customer(), {"mon": [["09:00", "17:00"]]}
    calendar = {"code": "mondays", "timezone": "UTC", "windows": windows, "exceptions": []}
    assert (await api.post("/v1/calendars", calendar, role="manager")).status_code == 201
    await ruled(api, engine, delay={"business_minutes": 90, "calendar": "mondays"})
    # no calendar reaches beyond what a date can say
    never = bought(customer, key="never", occurred_at=datetime(9999, 12, 31, 23, tzinfo=UTC))
    await told(units, bought(customer, key="first"), never, bought(customer, key="last"))
    assert len(await api.rows(TASKS)) == 2
    assert await api.rows("SELECT fact_key FROM rule_failures") == [("never",)]


async def test_what_a_rule_does_starts_no_rule(api: Api, units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    customer = await api.customer()
    action = {"kind": "open_case", "type": "request", "subject": "again and again"}
    await ruled(api, engine, on=CaseOpened.fact_type, when=None, delay=None, action=action)
    body = {"customer_id": customer, "type": "complaint", "priority": "normal", "subject": "s", "channel": "phone"}
    assert (await api.post("/v1/cases", body)).status_code == 201
    assert await api.rows("SELECT count(*) FROM cases") == [(2,)]


async def test_a_task_on_a_fact_of_a_case_belongs_to_the_case(api: Api, engine: AsyncEngine) -> None:
    customer = await api.customer()
    await ruled(api, engine, on="interaction.case_opened", when=None, action=PLAIN)
    body = {"customer_id": customer, "type": "complaint", "priority": "normal", "subject": "s", "channel": "phone"}
    case = (await api.post("/v1/cases", body)).json()["id"]
    tasks = (await api.get(f"/v1/tasks?case_id={case}")).json()["items"]
    assert [one["customer_id"] for one in tasks] == [customer]


async def test_a_rule_that_is_switched_off_does_nothing_from_then_on(api: Api) -> None:
    customer = await api.customer()
    rule = CALL | {"on": "interaction.case_opened", "when": None, "action": PLAIN}
    assert (await api.post("/v1/rules", rule, role="manager")).status_code == 201
    body = {"customer_id": customer, "type": "complaint", "priority": "normal", "subject": "s", "channel": "phone"}
    await api.post("/v1/cases", body)
    await changed(api, "PATCH", CALL["code"], 1, {"active": False})
    await api.post("/v1/cases", body)
    assert len(await api.rows(TASKS)) == 1


async def test_another_process_knows_a_rule_after_a_second(
    api: Api, units: UnitOfWorkFactory, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, now = await api.customer(), 0.0
    monkeypatch.setattr(active, "monotonic", lambda: now)
    await told(units, bought(customer))
    assert (await api.post("/v1/rules", CALL, role="manager")).status_code == 201
    now = 0.9
    await told(units, bought(customer))
    assert await api.rows(TASKS) == []
    now = 1.1
    await told(units, bought(customer))
    assert len(await api.rows(TASKS)) == 1


async def test_a_fact_without_a_rule_costs_no_statement(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    customer = str(new_id())
    seen: list[str] = []
    async with units(CONTEXT) as unit:
        await tell(unit, PURCHASE, [bought(customer)])
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
        for _ in range(100):
            await tell(unit, PURCHASE, [bought(customer)])
    assert seen == []


def test_no_fact_is_without_a_handler_that_rules_could_be_about() -> None:
    """Facts of the neighbours come from the topics; our own are told where they are recorded."""
    from hamdel.contracts.base import all_facts

    (subscription,) = SUBSCRIPTIONS
    foreign: Sequence[str] = [one for one in all_facts() if not one.startswith("interaction.")]
    assert sorted(foreign) == sorted(subscription.handlers)
