"""Triggers over HTTP, and the invitations that facts make."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event

from hamdel.clock import utc_now
from hamdel.contracts.base import Money
from hamdel.contracts.envelope import Event
from hamdel.contracts.interaction import CaseClosed, PurchaseItem, PurchaseRecorded
from hamdel.contracts.loyalty import PointsRedeemed
from hamdel.ids import new_id
from hamdel.messaging.consumer.handlers import handle_all
from survey_service.subscriptions import SUBSCRIPTIONS
from tests.services.survey.invitations.support import World
from tests.services.survey.support import CONTEXT, Api, survey, told

LATER = {"delay_minutes": 60}
"""Nothing is due while the test looks."""

INVITED = "SELECT customer_id, due_at, channel, ignore_recontact, correlation_id FROM invitations ORDER BY created_at"


async def trigger(api: Api, survey_id: str, **changes: Any) -> dict[str, Any]:
    """A new trigger."""
    body = {"code": "after-purchase", "on": "purchase_recorded"} | LATER | changes
    answer = await api.post(f"/v1/surveys/{survey_id}/triggers", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def bought(customer: str, occurred_at: datetime | None = None, category: str = "music", **options: Any) -> Event:
    """A purchase of 77 dollars as interaction-service tells it."""
    fact = PurchaseRecorded(
        purchase_id=options.pop("purchase_id", None) or new_id(),
        customer_id=UUID(customer),
        source="shop",
        external_id="1",
        occurred_at=occurred_at or utc_now(),
        items=[PurchaseItem(quantity=1, category=category)],
        total=Money.model_validate({"amount": "77.00", "currency": "USD"}),
    )
    return told(fact, customer, **options)


def closed(customer: str, **changes: Any) -> Event:
    """A case is over now."""
    fact = CaseClosed(
        **{
            "case_id": new_id(),
            "customer_id": UUID(customer),
            "type": "complaint",
            "priority": "high",
            "status": "closed",
        }
        | changes
    )
    return told(fact, customer).model_copy(update={"time": utc_now()})


async def test_a_purchase_makes_an_invitation_that_keeps_its_journey(api: Api) -> None:
    customer, at = await api.customer(), utc_now()
    await trigger(api, await api.survey(survey()), channel="sms")
    await api.deliver(bought(customer, at, correlation_id="order-9"))
    assert await api.rows(INVITED) == [(UUID(customer), at + timedelta(hours=1), "sms", False, "order-9")]


async def test_the_invitation_is_sent_under_the_correlation_of_the_purchase(api: Api) -> None:
    customer = await api.customer()
    await trigger(api, await api.survey(survey()), delay_minutes=0, channel="push")
    await api.deliver(bought(customer, correlation_id="order-11"))
    world = World(api.units, api.engine)
    await world.round()
    while not (sent := await world.sent()):
        await world.round()
    assert [(one["correlationid"], one["data"]["channel"]) for one in sent] == [("order-11", "push")]


async def test_a_replay_never_doubles_an_invitation(api: Api) -> None:
    customer = await api.customer()
    await trigger(api, await api.survey(survey()))
    purchase_id = new_id()
    for _ in range(2):
        await api.deliver(bought(customer, purchase_id=purchase_id))
    again = bought(customer, purchase_id=purchase_id)
    async with api.units(CONTEXT) as unit:
        await handle_all(unit, SUBSCRIPTIONS[0].handlers, [again, again])
    assert len(await api.rows(INVITED)) == 1


async def test_an_imported_log_of_1997_invites_nobody(api: Api) -> None:
    customer = await api.customer()
    await trigger(api, await api.survey(survey()))
    await api.deliver(bought(customer, datetime.fromisoformat("1997-03-01T10:00:00Z")))
    assert await api.rows(INVITED) == []


async def test_thousands_of_purchases_are_one_statement(api: Api) -> None:
    customer = await api.customer()
    await trigger(api, await api.survey(survey()))
    run = [bought(customer) for _ in range(1_000)]
    statements: list[str] = []
    event.listen(api.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    async with api.units(CONTEXT) as unit:
        await handle_all(unit, SUBSCRIPTIONS[0].handlers, run)
    assert len(statements) == 2
    assert await api.rows("SELECT count(*) FROM invitations") == [(1_000,)]


async def test_facts_that_no_trigger_is_about_cost_no_statement(api: Api) -> None:
    customer = await api.customer()
    await api.deliver(bought(customer))
    statements: list[str] = []
    event.listen(api.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    async with api.units(CONTEXT) as unit:
        await handle_all(unit, SUBSCRIPTIONS[0].handlers, [bought(customer) for _ in range(50)])
    assert statements == []


async def test_only_active_triggers_of_published_surveys_ask(api: Api) -> None:
    customer, draft = await api.customer(), (await api.post("/v1/surveys", survey())).json()["id"]
    await trigger(api, draft)
    await trigger(api, await api.survey(survey()), active=False)
    over = await api.survey(survey())
    await trigger(api, over)
    await api.post(f"/v1/surveys/{over}/close")
    await api.deliver(bought(customer))
    assert await api.rows(INVITED) == []


async def test_a_closed_detractor_case_asks_again_within_the_pauses(api: Api) -> None:
    customer = await api.customer()
    wanted = {"on": "case_closed", "origin": "detractor", "case_types": ["complaint"], "ignore_recontact": True}
    await trigger(api, await api.survey(survey()), **wanted)
    await api.deliver(closed(customer), closed(customer, origin="detractor", merged_into=new_id()))
    assert await api.rows(INVITED) == []
    await api.deliver(closed(customer, origin="detractor"))
    ((asked, _, _, ignore_recontact, _),) = await api.rows(INVITED)
    assert (asked, ignore_recontact) == (UUID(customer), True)


async def test_points_that_were_spent_ask(api: Api) -> None:
    customer = await api.customer()
    await trigger(api, await api.survey(survey()), on="points_redeemed")
    fact = PointsRedeemed(
        entry_id=new_id(),
        customer_id=UUID(customer),
        program_id=new_id(),
        program_code="club",
        points=10,
        available=0,
        occurred_at=utc_now(),
        redemption_id=new_id(),
    )
    await api.deliver(told(fact, customer))
    assert len(await api.rows(INVITED)) == 1


async def test_a_trigger_is_changed_and_taken_away(api: Api) -> None:
    survey_id = await api.survey(survey())
    made = await trigger(api, survey_id, min_total={"amount": "50.00", "currency": "USD"}, category="music")
    path = f"/v1/surveys/{survey_id}/triggers/{made['id']}"
    changed = await api.patch(path, {"min_total": None, "active": False}, version=1)
    assert changed.status_code == 200, changed.text
    found = (await api.get(path)).json()
    assert (found["min_total"], found["category"], found["active"], found["version"]) == (None, "music", False, 2)
    assert (await api.patch(path, {"active": True}, version=1)).status_code == 412
    assert [one["code"] for one in (await api.get(f"/v1/surveys/{survey_id}/triggers")).json()["items"]] == [
        "after-purchase"
    ]
    assert (await api.call("DELETE", path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_a_condition_of_another_fact_is_refused_by_its_name(api: Api) -> None:
    survey_id = await api.survey(survey())
    body = {"code": "x", "on": "case_closed", "min_total": {"amount": "5", "currency": "USD"}, "category": "music"}
    answer = await api.post(f"/v1/surveys/{survey_id}/triggers", body)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/min_total", "/category"}


async def test_a_code_is_one_trigger_of_a_survey(api: Api) -> None:
    survey_id = await api.survey(survey())
    await trigger(api, survey_id)
    again = await api.post(f"/v1/surveys/{survey_id}/triggers", {"code": "after-purchase", "on": "case_closed"})
    assert again.status_code == 409
    assert (await api.post(f"/v1/surveys/{survey_id}/triggers", {}, role="agent")).status_code == 403
