"""The `surveys` section of the customer view."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hamdel.contracts.sections import EMPTY
from hamdel.ids import new_id
from survey_service.invitations.service import answered
from survey_service.section import SurveysSection
from tests.services.survey.invitations.support import COOLDOWN, World
from tests.services.survey.support import CONTEXT, Api, question, section, survey


async def answers(api: Api, survey_id: str, customer: str, **values: int) -> dict[str, Any]:
    """The state of a finished response."""
    body = {
        "customer_id": customer,
        "step": 1,
        "finished": True,
        "answers": {name: {"value": value} for name, value in values.items()},
    }
    answer = await api.put(f"/v1/surveys/{survey_id}/responses/{new_id()}", body)
    assert answer.is_success, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def scored(api: Api) -> str:
    """A survey with all three scores, none of them required."""
    return await api.survey(survey([question("nps", "nps"), question("csat", "csat"), question("ces", "ces")]))


async def merge(api: Api, absorbed: str, survivor: str) -> None:
    """The two are one."""
    await World(api.units, api.engine).merge(UUID(absorbed), UUID(survivor))


async def test_a_customer_without_anything_has_the_empty_section(api: Api) -> None:
    assert await section(api, await api.customer()) == [EMPTY["surveys"]]


async def test_a_score_is_the_last_and_its_trend_the_step_from_the_one_before(api: Api) -> None:
    survey_id, customer = await scored(api), await api.customer()
    for nps in (9, 2, 7):
        last = await answers(api, survey_id, customer, nps=nps)
    first_csat = await answers(api, survey_id, customer, csat=4)
    (shown,) = await section(api, customer)
    assert shown["responses"] == 4
    assert shown["nps"] == {"score": 7, "at": last["finished_at"], "trend": 5}
    assert shown["csat"] == {"score": 4, "at": first_csat["finished_at"], "trend": None}
    assert (shown["ces"], shown["last_at"]) == (None, first_csat["finished_at"])


async def test_an_unfinished_response_does_not_count(api: Api) -> None:
    survey_id, customer = await scored(api), await api.customer()
    body = {"customer_id": customer, "step": 1, "answers": {"nps": {"value": 1}}}
    assert (await api.put(f"/v1/surveys/{survey_id}/responses/{new_id()}", body)).is_success
    assert await section(api, customer) == [EMPTY["surveys"]]


async def test_merged_customers_are_shown_as_one(api: Api) -> None:
    survey_id, survivor, absorbed = await scored(api), await api.customer(), await api.customer()
    await answers(api, survey_id, survivor, nps=10)
    await answers(api, survey_id, absorbed, nps=4)
    await merge(api, absorbed, survivor)
    async with api.engine.connect() as connection:
        family = {UUID(survivor): (UUID(survivor), UUID(absorbed))}
        rendered = await SurveysSection().render(connection, family)
        assert await SurveysSection().count_rows(connection, [UUID(absorbed), UUID(survivor)]) == 2
    assert b'"responses":2,"nps":{"score":4,' in (rendered[UUID(survivor)] or b"")
    assert b'"trend":-6' in (rendered[UUID(survivor)] or b"")


async def test_a_sent_invitation_is_pending_until_it_is_answered(api: Api) -> None:
    world, customer = World(api.units, api.engine), await api.customer()
    made = await api.post("/v1/surveys", survey(code="after-sale", invitation_days=5))
    survey_id = made.json()["id"]
    await api.post(f"/v1/surveys/{survey_id}/publish")
    invitation = await world.invite(UUID(survey_id), UUID(customer))
    while await world.fate(invitation) == ("waiting", None):
        await world.round()
    (shown,) = await section(api, customer)
    (pending,) = shown["pending"]
    sent_at, expires_at = await world.moments(invitation, "sent_at", "expires_at")
    assert (pending["id"], pending["survey_id"], pending["code"]) == (str(invitation), survey_id, "after-sale")
    assert sent_at is not None
    assert expires_at is not None
    iso = "%Y-%m-%dT%H:%M:%S"
    assert pending["sent_at"].startswith(sent_at.strftime(iso))
    assert pending["expires_at"].startswith(expires_at.strftime(iso))
    assert shown["ask_again_at"].startswith((sent_at + COOLDOWN).strftime(iso))
    async with api.units(CONTEXT) as unit:
        await answered(unit, invitation, new_id())
    (after,) = await section(api, customer)
    assert (after["pending"], after["ask_again_at"]) == ([], shown["ask_again_at"])


async def test_an_expired_invitation_leaves_the_section_and_tells_so(api: Api) -> None:
    world, customer = World(api.units, api.engine), await api.customer()
    invitation = await world.invite(UUID(await api.survey(survey(invitation_days=1))), UUID(customer))
    while await world.fate(invitation) == ("waiting", None):
        await world.round()
    sequence = "SELECT sequence + touched FROM event_streams WHERE customer_id = :id"
    before = await api.rows(sequence, id=UUID(customer))
    await world.later(days=1)
    while await world.fate(invitation) == ("sent", None):
        await world.round()
    (shown,) = await section(api, customer)
    assert shown["pending"] == []
    assert await api.rows(sequence, id=UUID(customer)) == [(before[0][0] + 1,)]


async def test_hundreds_of_families_are_rendered_together(api: Api) -> None:
    survey_id, customer = await scored(api), await api.customer()
    await answers(api, survey_id, customer, nps=6)
    others = [str(new_id()) for _ in range(300)]
    shown = await section(api, *others, customer)
    assert [one["responses"] for one in shown] == [0] * 300 + [1]
