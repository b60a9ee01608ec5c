"""A bad answer to a survey becomes somebody's case: once, with an owner and a deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest

from hamdel.contracts.envelope import Event
from hamdel.contracts.survey import DetractorDetected
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from hamdel.messaging.consumer.handlers import on_behalf_of
from interaction_service.cases.domain import occasion_of
from interaction_service.subscriptions import SUBSCRIPTIONS
from tests.services.interaction.cases.support import act, facts, owned_by
from tests.services.interaction.cases.test_deadlines import ROUND_THE_CLOCK
from tests.services.interaction.conversations.support import merged
from tests.services.interaction.support import CONTEXT, Api, told

CASES = "SELECT type, priority, subject, queue, owner_id, origin FROM cases ORDER BY number"


def detractor(customer: str, nps: int = 2, response_id: UUID | None = None) -> Event:
    """survey-service tells of one."""
    fact = DetractorDetected(
        response_id=response_id or new_id(),
        survey_id=new_id(),
        survey_code="after-sale",
        customer_id=UUID(customer),
        nps=nps,
        submitted_at=datetime.fromisoformat("2026-03-01T10:00:00Z"),
    )
    return told(fact, customer)


async def staffed(api: Api, *members: str) -> None:
    """These work in the queue that a new installation has."""
    changed = await api.call(
        "PATCH", "/v1/queues/default", {"members": members}, role="manager", headers={"If-Match": '"1"'}
    )
    assert changed.status_code == 200, changed.text


async def two_days_after(api: Api, start: str) -> str:
    """When 960 minutes of the office's time have passed."""
    query = urlencode({"from": start, "minutes": 960})
    found: str = (await api.get(f"/v1/calendars/default/deadline?{query}")).json()["due_at"]
    return found


async def deliver(units: UnitOfWorkFactory, *events: Event) -> None:
    """As the consumer does, each in a transaction of its own."""
    for event in events:
        async with units(CONTEXT) as unit:
            on_behalf_of(unit, event)
            await unit.lock_streams([event.subject])
            await SUBSCRIPTIONS[0].handlers[event.type](unit, event)


async def test_a_detractor_becomes_a_case_of_whoever_knows_the_customer(api: Api, units: UnitOfWorkFactory) -> None:
    customer = await api.customer()
    await staffed(api, "ann", "bob")
    await owned_by(units, customer, "keeper")
    event = detractor(customer)
    await deliver(units, event)
    ((kind, priority, _, at, owner, origin),) = await api.rows(CASES)
    assert (kind, priority, at, owner, occasion_of(origin)) == ("follow_up", "high", None, "keeper", "detractor")
    (opened, *_) = await api.events(customer)
    assert (opened["type"], opened["correlationid"]) == ("interaction.case_opened.v1", event.correlationid)
    assert opened["causationid"] == str(event.id)


async def test_the_owner_of_a_merged_customer_answers_too(api: Api, units: UnitOfWorkFactory) -> None:
    survivor, absorbed = await api.customer(), await api.customer()
    await owned_by(units, survivor, "keeper")
    await merged(units, survivor, absorbed)
    await deliver(units, detractor(absorbed))
    assert await api.rows("SELECT owner_id FROM cases") == [("keeper",)]


async def test_without_an_owner_the_queue_named_default_decides(api: Api, units: UnitOfWorkFactory) -> None:
    await staffed(api, "ann", "bob")
    await deliver(units, detractor(await api.customer()), detractor(await api.customer()))
    assert await api.rows("SELECT owner_id FROM cases ORDER BY number") == [("ann",), ("bob",)]


async def test_while_nobody_works_in_the_queue_the_case_waits_there(api: Api, units: UnitOfWorkFactory) -> None:
    await deliver(units, detractor(await api.customer()))
    assert await api.rows("SELECT queue, owner_id, status FROM cases") == [("default", None, "open")]


@pytest.mark.usefixtures("nothing_promised")
async def test_with_neither_the_case_waits_for_somebody(api: Api, units: UnitOfWorkFactory) -> None:
    await deliver(units, detractor(await api.customer()))
    assert await api.rows("SELECT queue, owner_id, status FROM cases") == [(None, None, "open")]


async def test_a_new_installation_promises_two_days_of_an_iranian_office(api: Api, units: UnitOfWorkFactory) -> None:
    await deliver(units, detractor(await api.customer()))
    (shown,) = (await api.get("/v1/cases")).json()["items"]
    whole = (await api.get(f"/v1/cases/{shown['id']}")).json()
    assert whole["due"]["resolution_at"] == await two_days_after(api, whole["opened_at"])
    # 5 March 2026 is a Thursday: the office opens on Saturday at 9 in Tehran (UTC+3:30), 16 hours end on Sunday at 17
    assert await two_days_after(api, "2026-03-05T10:00:00+03:30") == "2026-03-08T13:30:00Z"


@pytest.mark.usefixtures("nothing_promised")
async def test_the_deadline_is_that_of_the_default_policy(api: Api, units: UnitOfWorkFactory) -> None:
    await api.post("/v1/calendars", ROUND_THE_CLOCK, role="manager")
    policy = {"code": "default", "calendar": "always", "priority": "high", "first_response_minutes": 60}
    policy |= {"next_response_minutes": 60, "resolution_minutes": 480}
    assert (await api.post("/v1/sla-policies", policy, role="manager")).status_code == 201
    await deliver(units, detractor(await api.customer()))
    (shown,) = (await api.get("/v1/cases")).json()["items"]
    whole = (await api.get(f"/v1/cases/{shown['id']}")).json()
    left = datetime.fromisoformat(whole["due"]["resolution_at"]) - datetime.fromisoformat(whole["opened_at"])
    assert left == timedelta(minutes=480)


async def test_a_response_that_is_told_again_is_one_case(api: Api, units: UnitOfWorkFactory) -> None:
    customer, response_id = await api.customer(), new_id()
    await deliver(units, *(detractor(customer, response_id=response_id) for _ in range(2)))
    assert len(await api.rows(CASES)) == 1


async def test_its_closing_says_what_it_was_opened_for(api: Api, units: UnitOfWorkFactory) -> None:
    customer = await api.customer()
    await deliver(units, detractor(customer))
    ((case_id,),) = await api.rows("SELECT id FROM cases")
    await act(api, str(case_id), "resolve", {"resolution": "called"})
    await act(api, str(case_id), "close")
    closed = [data for name, data in await facts(api, customer) if name == "case_closed"]
    assert [(one["origin"], one["resolution"]) for one in closed] == [("detractor", "called")]


@pytest.mark.parametrize(
    ("origin", "occasion"),
    [
        (None, None),
        ("shop:1", None),
        ("rule:/019e8f31/survey.detractor_detected.v1/7", "detractor"),
        ("rule:/019e8f31/survey.response_submitted.v1/7", None),
        ("shop:/survey.detractor_detected.v1/7", None),
    ],
)
def test_the_occasion_of_a_case_is_in_its_origin(origin: str | None, occasion: str | None) -> None:
    assert occasion_of(origin) == occasion
