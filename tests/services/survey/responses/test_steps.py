"""A response step by step: rising, idempotent, final."""

from __future__ import annotations

import asyncio
from itertools import permutations

from tests.services.survey.responses.giving import branching, code, new_uuid, places, put, values
from tests.services.survey.support import Api, question, survey


async def test_the_first_step_begins_a_response_and_the_next_one_goes_on(api: Api) -> None:
    survey_id, customer, uuid = await api.survey(branching()), await api.customer(), new_uuid()
    first = await put(api, survey_id, uuid, 1, values(nps=3), customer_id=customer, language="fa", channel="web")
    assert first.status_code == 201, first.text
    body = first.json()
    assert body | {"started_at": ""} == {
        "id": uuid, "survey_id": survey_id, "version": 1, "customer_id": customer, "status": "open", "step": 1,
        "path": {"visible": ["nps", "why", "csat"], "missing": ["why"]}, "dropped": [],
        "answers": {"nps": {"value": 3}}, "attributes": None, "language": "fa", "channel": "web", "started_at": "",
        "finished_at": None, "duration_seconds": None, "late": False, "nps": None, "csat": None, "ces": None,
    }  # fmt: skip
    second = await put(api, survey_id, uuid, 2, values(why="slow"), customer_id=customer)
    assert (second.status_code, second.json()["path"]["missing"]) == (200, [])
    assert second.json()["answers"] == {"nps": {"value": 3}, "why": {"text": "slow"}}
    read = await api.get(f"/v1/surveys/{survey_id}/responses/{uuid}")
    assert read.json() == second.json()


async def test_a_step_that_is_not_above_the_stored_one_changes_nothing(api: Api) -> None:
    survey_id, uuid = await api.survey(branching()), new_uuid()
    stored = (await put(api, survey_id, uuid, 5, values(nps=9))).json()
    for step in (5, 4, 0):
        stale = await put(api, survey_id, uuid, step, values(nps=1), language="en")
        assert (stale.status_code, stale.json()) == (200, stored)


async def test_steps_that_overtake_each_other_end_alike_in_every_order(api: Api) -> None:
    survey_id = await api.survey(branching())
    said = [values(nps=3), values(nps=3, why="slow"), values(nps=8, why=None, csat=4)]
    for order in permutations(range(3)):
        uuid = new_uuid()
        for place in order:
            await put(api, survey_id, uuid, place + 1, said[place])
        last = await api.get(f"/v1/surveys/{survey_id}/responses/{uuid}")
        assert last.json()["answers"] == values(nps=8, csat=4), order


async def test_an_answer_hidden_after_going_back_is_dropped_and_named(api: Api) -> None:
    survey_id, uuid = await api.survey(branching()), new_uuid()
    await put(api, survey_id, uuid, 1, values(nps=3, why="slow"))
    ended = await put(api, survey_id, uuid, 2, values(nps=9), finished=True)
    body = ended.json()
    assert (body["status"], body["dropped"], body["answers"]) == ("finished", ["why"], values(nps=9))
    assert body["path"] == {"visible": ["nps", "csat"], "missing": []}
    assert await api.rows("SELECT answers, dropped FROM responses") == [(values(nps=9), ["why"])]


async def test_what_is_required_and_visible_is_named_by_pointers_and_nothing_is_stored(api: Api) -> None:
    survey_id, uuid = await api.survey(branching()), new_uuid()
    refused = await put(api, survey_id, uuid, 1, values(nps=3), finished=True)
    assert (code(refused), places(refused)) == ((422, "incomplete-response"), ["/answers/why"])
    assert await api.rows("SELECT count(*) FROM responses") == [(0,)]
    hidden = await put(api, survey_id, uuid, 1, values(nps=9), finished=True)
    assert hidden.status_code == 201


async def test_nothing_but_empty_and_dismissed_answers_is_no_response(api: Api) -> None:
    survey_id = await api.survey(survey([question("nps", "nps"), question("why", "text")]))
    for answers in ({}, values(nps=None), {"why": {"text": "  "}}, {"nps": {"dismissed": True}}):
        assert code(await put(api, survey_id, new_uuid(), 1, answers, finished=True)) == (422, "empty-response")


async def test_wrong_answers_are_named_even_in_a_step_that_does_not_finish(api: Api) -> None:
    survey_id = await api.survey(branching())
    wrong = await put(api, survey_id, new_uuid(), 1, {"nps": {"value": 11}, "other": {"value": 1}})
    assert (code(wrong), places(wrong)) == ((422, "invalid-value"), ["/answers/nps/value", "/answers/other"])


async def test_a_finished_response_repeats_itself_and_takes_nothing_else(api: Api) -> None:
    survey_id, uuid = await api.survey(branching()), new_uuid()
    await put(api, survey_id, uuid, 1, values(nps=3))
    last = values(nps=9, why="slow")
    ended = await put(api, survey_id, uuid, 2, last, finished=True)
    again = await put(api, survey_id, uuid, 2, last, finished=True)
    assert (again.status_code, again.json()) == (200, ended.json())
    overtaken = await put(api, survey_id, uuid, 1, values(nps=3))
    assert (overtaken.status_code, overtaken.json()) == (200, ended.json())
    for step, answers, finished in ((2, values(nps=8), True), (3, last, False), (3, {"nps": {"value": 99}}, True)):
        other = await put(api, survey_id, uuid, step, answers, finished=finished)
        assert code(other) == (409, "response-finished")


async def test_an_id_belongs_to_one_survey_and_one_customer(api: Api) -> None:
    survey_id, other = await api.survey(branching()), await api.survey(branching())
    customer, uuid = await api.customer(), new_uuid()
    await put(api, survey_id, uuid, 1, values(nps=9), customer_id=customer)
    assert code(await put(api, other, uuid, 2, {}, customer_id=customer)) == (409, "response-taken")
    assert code(await put(api, survey_id, uuid, 2, {}, customer_id=await api.customer())) == (409, "response-taken")
    assert code(await put(api, survey_id, uuid, 2, {})) == (409, "response-taken")
    assert code(await api.get(f"/v1/surveys/{other}/responses/{uuid}")) == (404, "unknown-response")


async def test_twenty_repetitions_at_once_begin_one_response_and_count_it_once(api: Api) -> None:
    survey_id, uuid = await api.survey(branching()), new_uuid()
    step = (put(api, survey_id, uuid, 1, values(nps=9), finished=True) for _ in range(20))
    statuses = sorted(each.status_code for each in await asyncio.gather(*step))
    assert statuses == [200] * 19 + [201]
    results = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    assert (results["finished"], results["questions"]["nps"]["n"]) == (1, 1)


async def test_ones_failure_among_calls_at_once_is_nobody_elses(api: Api) -> None:
    survey_id, ids = await api.survey(branching()), [new_uuid() for _ in range(12)]
    said = [values(nps=9), values(nps=2), values(nps=77)]
    calls = (put(api, survey_id, one, 1, said[place % 3], finished=True) for place, one in enumerate(ids))
    assert [each.status_code for each in await asyncio.gather(*calls)] == [201, 422, 422] * 4
    assert await api.rows("SELECT count(*) FROM responses WHERE status = 'finished'") == [(4,)]
