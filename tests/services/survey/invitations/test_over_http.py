"""Invitations, links and the respondents' routes as their callers see them."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import text

from hamdel.ids import new_id
from tests.services.survey.invitations.support import World
from tests.services.survey.support import Api, Profile, question, survey

PASSIVE = {"nps": {"value": 8}}
DETRACTOR = {"nps": {"value": 3}}


async def invited(api: Api, survey_id: str, customer: str) -> str:
    """The token of an invitation that was sent, by whichever worker."""
    answer = await api.post(f"/v1/surveys/{survey_id}/invitations", {"customer_ids": [customer]})
    assert answer.status_code == 201, answer.text
    world = World(api.units, api.engine)
    await world.round()
    for _ in range(100):
        if sent := await world.sent():
            return str(sent[-1]["data"]["path"]).removeprefix("/s/")
        await asyncio.sleep(0.1)
    raise AssertionError("nothing was sent")


async def linked(api: Api, survey_id: str, **changes: Any) -> str:
    """The token of a new link."""
    answer = await api.post(f"/v1/surveys/{survey_id}/links", changes)
    assert answer.status_code == 201, answer.text
    assert answer.json()["path"] == f"/s/{answer.json()['token']}"
    token: str = answer.json()["token"]
    return token


async def step(api: Api, token: str, number: int = 1, **changes: Any) -> tuple[int, dict[str, Any]]:
    """A step without an account."""
    body = {"step": number, "finished": True, "answers": PASSIVE} | changes
    answer = await api.put(f"/v1/s/{token}", body, role="")
    return answer.status_code, answer.json()


def code(problem: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    """Status and code of a refusal."""
    return problem[0], problem[1]["type"].removeprefix("urn:hamdel:problem:")


async def test_unknown_customers_are_named_and_nobody_is_asked(api: Api) -> None:
    survey_id, known = await api.survey(survey()), await api.customer()
    body = {"customer_ids": [known, str(new_id())]}
    answer = await api.post(f"/v1/surveys/{survey_id}/invitations", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/customer_ids/1"]
    assert await api.rows("SELECT 1 FROM invitations") == []


async def test_the_running_service_asks_profile_service_and_sends_by_itself(api: Api, profile: Profile) -> None:
    survey_id, willing, refusing = await api.survey(survey()), await api.customer(), await api.customer()
    profile.refusing.add(refusing)
    await api.post(f"/v1/surveys/{survey_id}/invitations", {"customer_ids": [willing, refusing, willing]})
    query = "SELECT customer_id, status, reason FROM invitations WHERE status <> 'waiting'"
    for _ in range(100):
        if len(await api.rows(query)) == 2:
            break
        await asyncio.sleep(0.1)
    decided = {(str(customer), status, reason) for customer, status, reason in await api.rows(query)}
    assert decided == {(willing, "sent", None), (refusing, "refused", "no-consent")}


async def test_a_draft_asks_nobody(api: Api) -> None:
    made = await api.post("/v1/surveys", survey())
    body = {"customer_ids": [await api.customer()]}
    answer = await api.post(f"/v1/surveys/{made.json()['id']}/invitations", body)
    assert code((answer.status_code, answer.json())) == (409, "survey-not-published")


async def test_invitations_are_listed_by_what_became_of_them(api: Api) -> None:
    survey_id, willing = await api.survey(survey()), await api.customer()
    await invited(api, survey_id, willing)
    world = World(api.units, api.engine)
    refused = await world.invite(UUID(survey_id), UUID(willing))
    await world.round()
    for status, customers in (("sent", [willing]), ("refused", [willing]), ("answered", [])):
        listed = (await api.get(f"/v1/surveys/{survey_id}/invitations?status={status}")).json()
        assert [one["customer_id"] for one in listed["items"]] == customers
    first = (await api.get(f"/v1/surveys/{survey_id}/invitations?limit=1")).json()
    assert [(one["id"], one["reason"]) for one in first["items"]] == [(str(refused), "cool-down")]
    rest = (await api.get(f"/v1/surveys/{survey_id}/invitations?cursor={first['next_cursor']}")).json()
    assert [one["status"] for one in rest["items"]] == ["sent"]
    assert rest["next_cursor"] is None


async def test_a_respondent_answers_without_an_account_and_the_token_is_used_up(api: Api) -> None:
    survey_id, customer = await api.survey(survey()), await api.customer()
    token = await invited(api, survey_id, customer)
    seen = await api.get(f"/v1/s/{token}?language=en", role="")
    assert seen.headers["Cache-Control"] == "no-store"
    shown = seen.json()
    assert (shown["state"], shown["survey_id"], shown["language"], shown["response"]) == ("open", survey_id, "en", None)
    assert shown["definition"]["title"] == "Survey"
    assert shown["definition"]["pages"][0]["questions"][0]["text"] == "Question nps"
    assert "customer_id" not in seen.text
    status, begun = await step(api, token, finished=False, answers=DETRACTOR)
    assert (status, begun["visible"], begun["missing"]) == (200, ["nps", "why"], [])
    assert (await api.get(f"/v1/s/{token}", role="")).json()["response"]["answers"] == DETRACTOR
    assert (await step(api, token, 2))[0] == 200
    ((state, opened_at, response_id),) = await api.rows("SELECT status, opened_at, response_id FROM invitations")
    assert (state, str(response_id)) == ("answered", begun["response_id"])
    assert opened_at is not None
    assert (await api.get(f"/v1/s/{token}", role="")).json()["state"] == "answered"
    assert (await step(api, token, 2))[0] == 200
    assert code(await step(api, token, 3, answers=DETRACTOR)) == (409, "response-finished")
    assert await api.rows("SELECT count(*) FROM responses") == [(1,)]


async def test_the_answer_continues_the_journey_of_the_invitation(api: Api) -> None:
    survey_id, customer = await api.survey(survey()), await api.customer()
    world = World(api.units, api.engine)
    await world.invite(UUID(survey_id), UUID(customer), correlation_id="purchase-42")
    await world.round()
    for _ in range(100):
        if await world.sent():
            break
        await asyncio.sleep(0.1)
    await step(api, await world.token(), answers=DETRACTOR)
    events = await api.events(customer)
    assert [event["type"].split(".")[1] for event in events] == [
        "invitation_sent",
        "response_submitted",
        "detractor_detected",
    ]
    assert {event["correlationid"] for event in events} == {"purchase-42"}


async def test_a_token_used_twice_at_once_makes_one_response(api: Api) -> None:
    token = await invited(api, await api.survey(survey()), await api.customer())
    both = await asyncio.gather(step(api, token), step(api, token, answers=DETRACTOR))
    assert sorted(status for status, _ in both) == [200, 409]
    assert await api.rows("SELECT count(*) FROM responses") == [(1,)]


async def test_an_expired_token_takes_no_answer(api: Api) -> None:
    token = await invited(api, await api.survey(survey(invitation_days=2)), await api.customer())
    await World(api.units, api.engine).later(days=2)
    assert code(await step(api, token)) == (409, "survey-token-expired")
    shown = (await api.get(f"/v1/s/{token}", role="")).json()
    assert (shown["state"], shown["definition"]) == ("expired", None)


async def test_a_forged_token_is_not_found(api: Api) -> None:
    for answer in (await api.get("/v1/s/nonsense", role=""), await api.put("/v1/s/nonsense", {"step": 1}, role="")):
        assert code((answer.status_code, answer.json())) == (404, "unknown-survey-token")


async def test_a_link_takes_as_many_answers_as_it_may(api: Api) -> None:
    survey_id = await api.survey(survey())
    token = await linked(api, survey_id, maximum=2, channel="poster")
    assert (await step(api, token))[0] == 422
    statuses = [(await step(api, token, response_id=str(new_id())))[0] for _ in range(3)]
    assert statuses == [200, 200, 409]
    (listed,) = (await api.get(f"/v1/surveys/{survey_id}/links")).json()["items"]
    assert (listed["answers"], listed["maximum"]) == (2, 2)
    assert "token" not in listed
    assert await api.rows("SELECT DISTINCT channel, customer_id FROM responses") == [("poster", None)]


async def test_a_repeated_step_over_an_anonymous_link_is_one_answer(api: Api) -> None:
    survey_id, response = await api.survey(survey(anonymous=True)), str(new_id())
    token = await linked(api, survey_id, maximum=2)
    assert [(await step(api, token, response_id=response))[0] for _ in range(3)] == [200, 200, 200]
    assert await api.rows("SELECT answers FROM survey_links") == [(1,)]


async def test_a_personal_token_of_an_anonymous_survey_is_used_once(api: Api) -> None:
    survey_id, customer = await api.survey(survey(anonymous=True)), await api.customer()
    token, response = await invited(api, survey_id, customer), str(new_id())
    assert (await step(api, token, response_id=response))[0] == 200
    assert (await step(api, token, response_id=response))[0] == 200
    assert code(await step(api, token, response_id=str(new_id()))) == (409, "survey-token-used")
    assert await api.rows("SELECT count(*), count(customer_id), count(invitation_id) FROM responses") == [(1, 0, 0)]
    assert await api.rows("SELECT response_id, opened_at FROM invitations") == [(None, None)]


async def test_a_wrong_answer_leaves_the_token_open(api: Api) -> None:
    definition = survey([question("nps", "nps", required=True)], anonymous=True)
    token = await invited(api, await api.survey(definition), await api.customer())
    assert (await step(api, token, response_id=str(new_id()), answers={}))[0] == 422
    assert (await api.get(f"/v1/s/{token}", role="")).json()["state"] == "open"


async def test_devices_that_finish_an_anonymous_survey_with_one_token_at_once_are_counted_once(api: Api) -> None:
    survey_id = await api.survey(survey(anonymous=True))
    token = await invited(api, survey_id, await api.customer())
    devices = await asyncio.gather(*(step(api, token, response_id=str(new_id())) for _ in range(6)))
    assert sorted(status for status, _ in devices) == [200] + [409] * 5
    assert {code(each) for each in devices if each[0] == 409} == {(409, "survey-token-used")}
    results = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    assert (results["responses"], results["finished"]) == (1, 1)
    assert await api.rows("SELECT status, response_id FROM invitations") == [("answered", None)]
    traces = "SELECT count(*) FROM invitations i JOIN responses r ON r.xmin IN (i.xmin, i.xmax) OR r.xmax = i.xmin"
    assert await api.rows(traces) == [(0,)]


async def test_an_anonymous_link_with_one_place_left_takes_one_of_those_who_come_at_once(api: Api) -> None:
    survey_id, first = await api.survey(survey(anonymous=True)), str(new_id())
    token = await linked(api, survey_id, maximum=1)
    others = [str(new_id()) for _ in range(4)]
    for each in (first, *others):
        assert (await step(api, token, response_id=each, finished=False))[0] == 200
    answers = await asyncio.gather(*(step(api, token, 2, response_id=each) for each in (first, *others)))
    assert sorted(status for status, _ in answers) == [200] + [409] * 4
    assert await api.rows("SELECT answers FROM survey_links") == [(1,)]
    assert await api.rows("SELECT count(*) FROM responses WHERE status = 'finished'") == [(1,)]


async def test_a_repetition_uses_up_the_token_that_a_crash_left_open(api: Api) -> None:
    survey_id, response = await api.survey(survey(anonymous=True)), str(new_id())
    token = await invited(api, survey_id, await api.customer())
    assert (await step(api, token, response_id=response))[0] == 200
    async with api.engine.begin() as connection:
        await connection.execute(text("UPDATE invitations SET status = 'sent', answered_at = NULL"))
    assert (await step(api, token, response_id=response))[0] == 200
    assert code(await step(api, token, response_id=str(new_id()))) == (409, "survey-token-used")
