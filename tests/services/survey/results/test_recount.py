"""Responses that are stored: recounted, left unfinished."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import text

from hamdel.database import UnitOfWorkFactory
from survey_service.definition.domain import Answer
from survey_service.results.recounting import differences
from survey_service.results.service import Move, count
from tests.services.survey.results.answering import (
    FIRST_DAY,
    Given,
    counted,
    finished,
    random_responses,
    stored,
    whole_survey,
)
from tests.services.survey.support import CONTEXT, Api


async def test_counters_equal_a_recount_of_what_is_stored(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey(timezone="Asia/Tehran"))
    responses = random_responses(seed=11, how_many=1_200)
    unfinished = [replace(given, status="open") for given in random_responses(seed=12, how_many=50)]
    await stored(units, survey_id, [*responses, *unfinished])
    await counted(units, survey_id, [*responses, *unfinished])
    async with units.reading() as connection:
        assert await differences(connection, UUID(survey_id)) == {}


async def test_a_counter_that_went_astray_is_found(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    responses = random_responses(seed=13, how_many=20)
    await stored(units, survey_id, responses)
    await counted(units, survey_id, responses[:-1])
    lost = Given({"nps": Answer(value=10)}, version=1)
    await counted(units, survey_id, [lost])
    async with units.reading() as connection:
        found = await differences(connection, UUID(survey_id))
    assert [times for (_, cell), times in found.items() if cell == ("", "nps", "", "value", "10")] == [1]
    assert -1 in found.values()


async def test_what_is_not_finished_is_counted_by_the_last_question_answered(
    api: Api, units: UnitOfWorkFactory
) -> None:
    survey_id = await api.survey(whole_survey())
    left = [
        Given({}, status="open"),
        Given({"nps": Answer(value=3)}, status="open"),
        Given({"csat": Answer(value=3), "nps": Answer(dismissed=True)}, status="open"),
        Given({"nps": Answer(value=3), "many": Answer(options=("o1",))}, status="open"),
        Given({"why": Answer(text="?")}, status="open"),
    ]
    done = Given({"nps": Answer(value=9)})
    await counted(units, survey_id, [*left, *left[:2], done])
    body = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    drop_off = body["drop_off"]
    assert (body["responses"], body["finished"], drop_off["open"], drop_off["unanswered"]) == (8, 1, 7, 2)
    assert drop_off["pages"] == [
        {"id": "p1", "responses": 3},
        {"id": "p2", "responses": 1},
        {"id": "p3", "responses": 1},
    ]
    assert {each["id"]: each["responses"] for each in drop_off["questions"] if each["responses"]} == {
        "nps": 2,
        "csat": 1,
        "many": 1,
        "why": 1,
    }


async def test_a_response_that_goes_on_and_is_finished_is_open_no_more(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())

    async def moved(before: str | None, after: str | None, *done: Given) -> tuple[int, int, dict[str, int]]:
        async with units(CONTEXT) as unit:
            move = Move(UUID(survey_id), 1, FIRST_DAY, before, after)
            await count(unit, [finished(survey_id, given) for given in done], [move])
        body = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
        left = {each["id"]: each["responses"] for each in body["drop_off"]["questions"] if each["responses"]}
        return body["responses"], body["finished"], left

    assert await moved(None, "") == (1, 0, {})
    assert await moved("", "nps") == (1, 0, {"nps": 1})
    assert await moved("nps", "nps") == (1, 0, {"nps": 1})
    assert await moved("nps", "many") == (1, 0, {"many": 1})
    assert await moved("many", None, Given({"nps": Answer(value=9)})) == (1, 1, {})


async def test_results_do_not_look_at_responses(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    responses = random_responses(seed=14, how_many=100)
    await stored(units, survey_id, responses)
    await counted(units, survey_id, responses)
    before = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    async with units.engine.begin() as connection:
        await connection.execute(text("DELETE FROM responses"))
    assert (await api.get(f"/v1/surveys/{survey_id}/results")).json() == before
