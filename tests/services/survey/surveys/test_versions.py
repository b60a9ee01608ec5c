"""Publishing, closing, and that a published version never changes."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hamdel.database import UnitOfWorkFactory
from survey_service.definition import questions_of
from survey_service.surveys.service import definition_of, survey_of
from tests.services.survey.support import CONTEXT, Api, question, survey


async def published(api: Api, **changes: object) -> tuple[str, dict[str, object]]:
    """A published survey: its id, and its definition."""
    given = survey(**changes)
    return await api.survey(given), given


async def test_publishing_gives_version_one(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    answer = await api.post(f"/v1/surveys/{made['id']}/publish")
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    found = (await api.get(f"/v1/surveys/{made['id']}")).json()
    assert (found["status"], found["current_version"], found["version"]) == ("published", 1, 2)
    assert found["published_at"] is not None


async def test_publishing_what_is_published_gives_the_current_version(api: Api) -> None:
    survey_id, _ = await published(api)
    again = await api.post(f"/v1/surveys/{survey_id}/publish")
    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert await api.rows("SELECT count(*) FROM survey_versions") == [(1,)]


async def test_the_next_version_leaves_the_one_before_as_it_was(api: Api) -> None:
    survey_id, given = await published(api)
    pages = survey([question("nps", "nps"), question("more", "text")])["pages"]
    changed = await api.patch(f"/v1/surveys/{survey_id}", {"pages": pages}, 2)
    assert changed.status_code == 200, changed.text
    assert (await api.get(f"/v1/surveys/{survey_id}/versions/1")).json()["definition"] == given
    assert (await api.post(f"/v1/surveys/{survey_id}/publish")).json()["version"] == 2
    versions = [(await api.get(f"/v1/surveys/{survey_id}/versions/{number}")).json() for number in (1, 2)]
    assert [one["definition"]["pages"] for one in versions] == [given["pages"], pages]


async def test_versions_are_listed_newest_first_page_by_page(api: Api) -> None:
    survey_id, _ = await published(api)
    for number in (1, 2):
        await api.patch(f"/v1/surveys/{survey_id}", {"recontact_days": number}, number * 2)
        await api.post(f"/v1/surveys/{survey_id}/publish")
    first = (await api.get(f"/v1/surveys/{survey_id}/versions?limit=2", role="agent")).json()
    second = (await api.get(f"/v1/surveys/{survey_id}/versions?limit=2&cursor={first['next_cursor']}")).json()
    assert [item["version"] for item in (*first["items"], *second["items"])] == [3, 2, 1]


async def test_a_version_that_is_not_there_is_404(api: Api) -> None:
    survey_id, _ = await published(api)
    answer = await api.get(f"/v1/surveys/{survey_id}/versions/2")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:hamdel:problem:unknown-survey-version"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE survey_versions SET definition = '{}'",
        "UPDATE survey_versions SET version = 7",
        "DELETE FROM survey_versions",
        "TRUNCATE survey_versions CASCADE",
    ],
)
async def test_the_database_refuses_to_change_a_version(api: Api, statement: str) -> None:
    await published(api)
    async with api.engine.connect() as connection:
        with pytest.raises(DBAPIError, match="never changes"):
            await connection.execute(text(statement))


async def test_missing_translations_keep_a_survey_from_being_published_unless_that_is_allowed(api: Api) -> None:
    asked = [question("q", "nps", text={"fa": "چقدر؟"})]
    made = (await api.post("/v1/surveys", survey(asked, languages=["fa", "en"]))).json()
    refused = await api.post(f"/v1/surveys/{made['id']}/publish", {})
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:hamdel:problem:incomplete-translations"
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/pages/0/questions/0/text"]
    allowed = await api.post(f"/v1/surveys/{made['id']}/publish", {"allow_incomplete": True})
    assert allowed.json()["version"] == 1


async def test_completeness_names_the_places_of_each_language(api: Api) -> None:
    asked = [question("q", "nps", text={"fa": "چقدر؟"})]
    made = (await api.post("/v1/surveys", survey(asked, languages=["fa", "en"]))).json()
    assert (await api.get(f"/v1/surveys/{made['id']}/completeness")).json() == {
        "languages": [
            {"language": "fa", "complete": True, "missing": []},
            {"language": "en", "complete": False, "missing": ["/pages/0/questions/0/text"]},
        ]
    }


async def test_a_closed_survey_is_closed_for_good(api: Api) -> None:
    survey_id, _ = await published(api)
    closed = await api.post(f"/v1/surveys/{survey_id}/close")
    again = await api.post(f"/v1/surveys/{survey_id}/close")
    assert (closed.json()["status"], closed.json()["current_version"]) == ("closed", 1)
    assert again.json() == closed.json()
    for refused in (
        await api.post(f"/v1/surveys/{survey_id}/publish"),
        await api.patch(f"/v1/surveys/{survey_id}", {"late": "refuse"}, 3),
    ):
        assert refused.status_code == 409
        assert refused.json()["type"] == "urn:hamdel:problem:survey-closed"


async def test_a_draft_is_not_closed(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    answer = await api.post(f"/v1/surveys/{made['id']}/close")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:hamdel:problem:survey-not-published"


async def test_many_who_publish_at_once_publish_one_version(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    answers = await asyncio.gather(*(api.post(f"/v1/surveys/{made['id']}/publish") for _ in range(8)))
    assert {(answer.status_code, answer.json()["version"]) for answer in answers} == {(200, 1)}
    assert await api.rows("SELECT count(*) FROM survey_versions") == [(1,)]


async def test_a_published_definition_is_read_once(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id, _ = await published(api)
    async with units(CONTEXT) as unit:
        found = await survey_of(unit.connection, (await api.rows("SELECT id FROM surveys"))[0][0])
        first = await definition_of(unit.connection, found.id, 1)
        again = await definition_of(unit.connection, found.id, 1)
    assert str(found.id) == survey_id
    assert first is again
    assert list(questions_of(first)) == ["nps", "why"]
