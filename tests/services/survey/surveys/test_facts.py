"""What others are told of a survey itself; its subject is the survey, and nobody's section changes."""

from __future__ import annotations

from uuid import UUID

from survey_service.section import SurveysSection
from tests.services.survey.support import Api, survey


async def told(api: Api, survey_id: str) -> list[tuple[int, str, int]]:
    """(sequence, type, version) of the facts about a survey."""
    events = await api.events(survey_id)
    return [(int(each["sequence"]), each["type"], each["data"]["survey_version"]) for each in events]


async def test_every_version_and_the_end_are_told_once_in_order(api: Api) -> None:
    survey_id = await api.survey(survey())
    await api.post(f"/v1/surveys/{survey_id}/publish")
    await api.patch(f"/v1/surveys/{survey_id}", {"recontact_days": 9}, 2)
    await api.post(f"/v1/surveys/{survey_id}/publish")
    for _ in range(2):
        assert (await api.post(f"/v1/surveys/{survey_id}/close")).status_code == 200
    assert await told(api, survey_id) == [
        (1, "survey.survey_published.v1", 1),
        (2, "survey.survey_published.v1", 2),
        (3, "survey.survey_closed.v1", 2),
    ]


async def test_a_fact_about_a_survey_names_it_and_its_moment(api: Api) -> None:
    survey_id = await api.survey(survey())
    (event,) = await api.events(survey_id)
    found = (await api.get(f"/v1/surveys/{survey_id}")).json()
    assert event["subject"] == survey_id
    assert event["data"] == {
        "survey_id": survey_id,
        "survey_code": found["code"],
        "survey_version": 1,
        "published_at": found["published_at"],
    }


async def test_a_draft_that_is_refused_tells_nothing(api: Api) -> None:
    made = (await api.post("/v1/surveys", survey())).json()
    assert (await api.post(f"/v1/surveys/{made['id']}/close")).status_code == 409
    assert await told(api, made["id"]) == []


async def test_a_survey_has_no_section_in_anybodys_view(api: Api) -> None:
    survey_id, customer = UUID(await api.survey(survey())), UUID(await api.customer())
    async with api.engine.connect() as connection:
        shown = await SurveysSection().render(connection, {survey_id: (survey_id,), customer: (customer,)})
    assert shown[survey_id] is None
    assert shown[customer] is not None
