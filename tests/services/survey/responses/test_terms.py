"""Who may answer, which version, until when; what is told and measured."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from survey_service.responses.service import submit
from survey_service.responses.submissions import Submission, Ticket
from tests.services.survey.responses.giving import branching, code, new_uuid, put, values
from tests.services.survey.support import CONTEXT, Api, Profile, question, survey


async def test_a_customer_answers_for_nobody_else_and_sees_nobody_elses_response(api: Api) -> None:
    survey_id, own, other = await api.survey(branching()), await api.customer(), await api.customer()
    uuid = new_uuid()
    me: dict[str, Any] = {"role": "customer", "own": UUID(own)}
    assert (await put(api, survey_id, uuid, 1, values(nps=9), customer_id=own, **me)).status_code == 201
    assert code(await put(api, survey_id, new_uuid(), 1, {}, customer_id=other, **me)) == (403, "forbidden")
    path = f"/v1/surveys/{survey_id}/responses/{uuid}"
    assert (await api.get(path, role="customer", customer_id=UUID(own))).status_code == 200
    assert (await api.get(path, role="customer", customer_id=UUID(other))).status_code == 403
    assert code(await put(api, survey_id, uuid, 2, {}, customer_id=own, role="analyst")) == (403, "forbidden")


async def test_an_unknown_customer_is_refused_and_an_unreachable_directory_says_so(api: Api, profile: Profile) -> None:
    survey_id, stranger = await api.survey(branching()), str(new_id())
    unknown = await put(api, survey_id, new_uuid(), 1, values(nps=9), customer_id=stranger)
    assert code(unknown) == (404, "unknown-customer")
    profile.status = 500
    unsure = await put(api, survey_id, new_uuid(), 1, values(nps=9), customer_id=stranger)
    assert code(unsure) == (503, "profile-unreachable")


async def test_a_draft_takes_no_responses_and_neither_does_what_is_not_there(api: Api) -> None:
    draft = (await api.post("/v1/surveys", branching())).json()["id"]
    assert code(await put(api, draft, new_uuid(), 1, {})) == (409, "survey-not-published")
    assert code(await put(api, str(new_id()), new_uuid(), 1, {})) == (404, "unknown-survey")
    survey_id = await api.survey(branching())
    assert code(await put(api, survey_id, new_uuid(), 1, {}, version=2)) == (404, "unknown-survey-version")


async def test_a_response_stays_with_the_version_it_began_with(api: Api) -> None:
    survey_id, old = await api.survey(branching()), new_uuid()
    await put(api, survey_id, old, 1, values(nps=9))
    changed = survey([question("ces", "ces")])["pages"]
    answer = await api.patch(f"/v1/surveys/{survey_id}", {"pages": changed}, 2)
    assert answer.status_code == 200, answer.text
    assert (await api.post(f"/v1/surveys/{survey_id}/publish")).json()["version"] == 2
    ended = (await put(api, survey_id, old, 2, values(csat=4), finished=True)).json()
    assert (ended["version"], ended["answers"]) == (1, values(nps=9, csat=4))
    assert (await put(api, survey_id, new_uuid(), 1, values(ces=7))).json()["version"] == 2
    assert (await put(api, survey_id, new_uuid(), 1, values(nps=7), version=1)).json()["version"] == 1


async def test_a_closed_survey_begins_nothing_and_takes_what_was_begun_as_late(api: Api) -> None:
    survey_id, begun = await api.survey(branching()), new_uuid()
    await put(api, survey_id, begun, 1, values(nps=9))
    await api.post(f"/v1/surveys/{survey_id}/close")
    assert code(await put(api, survey_id, new_uuid(), 1, values(nps=9))) == (409, "survey-closed")
    ended = (await put(api, survey_id, begun, 2, {}, finished=True)).json()
    assert (ended["status"], ended["late"]) == ("finished", True)


async def test_a_survey_that_refuses_late_responses_or_whose_time_is_over_takes_none(api: Api) -> None:
    refusing, begun = await api.survey(branching(late="refuse")), new_uuid()
    await put(api, refusing, begun, 1, values(nps=9))
    await api.post(f"/v1/surveys/{refusing}/close")
    assert code(await put(api, refusing, begun, 2, {}, finished=True)) == (409, "survey-closed")
    over = await api.survey(branching(closes_at="2026-01-01T00:00:00Z"))
    assert code(await put(api, over, new_uuid(), 1, values(nps=9))) == (409, "survey-closed")


async def test_attributes_decide_the_path_and_only_declared_ones_are_shown(api: Api) -> None:
    gold = {"attribute": "tier", "op": "eq", "value": "gold"}
    asked = survey([question("nps", "nps"), question("why", "text", show_if=gold)], crosstab=["city"])
    survey_id, uuid = await api.survey(asked), new_uuid()
    await put(api, survey_id, uuid, 1, values(nps=9), attributes={"tier": "gold", "city": "Rasht"})
    ended = (await put(api, survey_id, uuid, 2, values(why="good"), finished=True)).json()
    assert (ended["path"]["visible"], ended["attributes"]) == (["nps", "why"], {"city": "Rasht"})
    assert (await api.get(f"/v1/surveys/{survey_id}/responses/{uuid}")).json() == ended
    crosstab = (await api.get(f"/v1/surveys/{survey_id}/crosstab?question=nps&attribute=city")).json()
    assert "Rasht" in str(crosstab)


async def test_the_first_answered_question_of_a_kind_is_the_score_and_facts_tell_it(api: Api) -> None:
    asked = survey([question(name, name.rstrip("12")) for name in ("csat1", "csat2", "nps", "ces")])
    survey_id, customer = await api.survey(asked), await api.customer()
    answers = values(csat2=2, nps=6, ces=5) | {"csat1": {"dismissed": True}}
    ended = await put(api, survey_id, new_uuid(), 1, answers, finished=True, customer_id=customer, language="fa")
    body = ended.json()
    assert [body[name] for name in ("nps", "csat", "ces")] == [6, 2, 5]
    assert ended.headers["Hamdel-Sequence"] == "surveys=2"
    submitted, detractor = await api.events(customer)
    assert submitted["type"] == "survey.response_submitted.v1"
    scales = {"csat_min": 1, "csat_max": 5, "ces_min": 1, "ces_max": 7}
    assert submitted["data"].items() >= ({"nps": 6, "csat": 2, "ces": 5, "survey_version": 1} | scales).items()
    assert (detractor["type"], detractor["data"]["nps"]) == ("survey.detractor_detected.v1", 6)


async def test_a_seven_is_no_detractor_and_open_or_unidentified_responses_tell_nothing(api: Api) -> None:
    survey_id, customer = await api.survey(branching()), await api.customer()
    await put(api, survey_id, new_uuid(), 1, values(nps=2), customer_id=customer)
    await put(api, survey_id, new_uuid(), 1, values(nps=2, why="slow"), finished=True)
    await put(api, survey_id, new_uuid(), 1, values(nps=7), finished=True, customer_id=customer)
    types = [each["type"] for each in await api.events(customer)]
    assert types == ["survey.response_submitted.v1"]
    assert await api.rows("SELECT count(*) FROM outbox WHERE type <> 'survey.survey_published.v1'") == [(1,)]


async def test_a_ticket_continues_its_journey_and_its_invitation_is_answered(
    api: Api, units: UnitOfWorkFactory
) -> None:
    survey_id, customer, invitation = await api.survey(branching(crosstab=["tier"])), await api.customer(), new_id()
    marked: list[Any] = []

    async def answered(unit: Any, invitation_id: UUID, response_id: UUID) -> None:
        marked.append((invitation_id, response_id))

    ticket = Ticket(
        survey_id=UUID(survey_id), version=1, invitation_id=invitation, customer_id=UUID(customer),
        correlation_id="purchase-1", channel="email", attributes={"tier": "gold"}, answered=answered,
    )  # fmt: skip
    step = Submission(
        id=UUID(new_uuid()), survey_id=UUID(survey_id), step=1, finished=True, answers=values(nps=0, why="slow"),
        attributes={"tier": "spoofed"}, channel="web", ticket=ticket,
    )  # fmt: skip
    async with units(CONTEXT) as unit:
        response = (await submit(unit, step)).response
    assert marked == [(invitation, response.id)]
    assert (response.channel, response.attributes) == ("email", {"tier": "gold"})
    assert response.invitation_id == invitation
    assert {each["correlationid"] for each in await api.events(customer)} == {"purchase-1"}


async def test_a_duration_runs_from_the_first_step_or_from_a_believable_start(api: Api) -> None:
    survey_id = await api.survey(branching())
    for begun, least in (("now() - interval '90 seconds'", 90), ("now() - interval '25 hours'", 0)):
        ((start,),) = await api.rows(f"SELECT to_json({begun})#>>'{{}}'")
        ended = await put(api, survey_id, new_uuid(), 1, values(nps=9), finished=True, started_at=start)
        assert least <= ended.json()["duration_seconds"] < least + 30, ended.text
