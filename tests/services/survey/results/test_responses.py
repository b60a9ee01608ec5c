"""Responses one by one: pages of JSON, and CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from survey_service.definition.domain import Answer
from survey_service.results.export import AT_ONCE
from tests.services.survey.results.answering import Given, random_responses, stored, whole_survey
from tests.services.survey.support import Api

ONE = Given(
    {
        "nps": Answer(value=9),
        "csat": Answer(dismissed=True),
        "one": Answer(options=("o2",)),
        "many": Answer(options=("o1", "o3")),
        "matrix": Answer(rows={"r1": "o1"}),
        "why": Answer(text='=1+1, "سلام"'),
    },
    attributes={"tier": "=gold"},
)


def lines(text: str) -> list[dict[str, str]]:
    """Each line of the table by its headings."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def table(api: Api, survey_id: str, query: str = "", **options: Any) -> str:
    """The table as text."""
    answer = await api.get(f"/v1/surveys/{survey_id}/responses?format=csv&{query}", **options)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return answer.text


async def test_pages_follow_each_other_and_leave_nothing_out(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    await stored(units, survey_id, random_responses(seed=21, how_many=25))
    await stored(units, await api.survey(whole_survey()), random_responses(seed=22, how_many=3))
    found: list[str] = []
    cursor: str | None = ""
    for _ in range(3):
        path = f"/v1/surveys/{survey_id}/responses?limit=10{cursor and '&cursor='}{cursor}"
        body = (await api.get(path)).json()
        found += [each["id"] for each in body["items"]]
        cursor = body["next_cursor"]
    assert (len(found), len(set(found)), cursor) == (25, 25, None)


async def test_a_response_shows_its_answers_and_whose_it_is_to_managers_alone(
    api: Api, units: UnitOfWorkFactory
) -> None:
    survey_id = await api.survey(whole_survey())
    customer = new_id()
    await stored(units, survey_id, [replace(ONE, customer_id=customer)])
    for role, sees in (("admin", True), ("manager", True), ("analyst", False), ("agent", False), ("service", False)):
        (shown,) = (await api.get(f"/v1/surveys/{survey_id}/responses", role=role)).json()["items"]
        assert shown["answers"]["nps"] == {"value": 9}
        assert (shown["customer_id"] == str(customer), "why" in shown["answers"]) == (sees, sees), role
        (line,) = lines(await table(api, survey_id, role=role))
        assert ("response.customer_id" in line, "response.id" in line, "why" in line) == (sees, True, sees), role


async def test_the_table_has_ids_words_and_no_formula(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    await stored(units, survey_id, [ONE])
    (line,) = lines(await table(api, survey_id, "language=en"))
    wanted = (
        "response.status",
        "response.language",
        "nps",
        "csat",
        "one",
        "one.text",
        "many.o1",
        "many.o2",
        "matrix.r1",
        "matrix.r2",
    )
    assert [line[name] for name in wanted] == [
        "finished", "fa", "9", "dismissed", "o2", "Option 2", "1", "0", "o1", "",
    ]  # fmt: skip
    assert line["why"] == '\'=1+1, "سلام"'
    assert line["attribute.tier"] == "'=gold"
    assert (line["response.started_at"], line["response.duration_seconds"]) == ("2026-01-01T12:00:00Z", "60")


async def test_a_browser_or_a_spreadsheet_may_ask_for_the_table_in_its_own_way(
    api: Api, units: UnitOfWorkFactory
) -> None:
    survey_id = await api.survey(whole_survey())
    await stored(units, survey_id, [ONE])
    path = f"/v1/surveys/{survey_id}/responses"
    negotiated = await api.get(path, headers={"Accept": "text/csv"})
    assert negotiated.content == (await api.get(f"{path}?format=csv")).content
    marked = await api.get(f"{path}?format=csv&bom=true")
    assert marked.content == b"\xef\xbb\xbf" + negotiated.content
    assert "attachment" in marked.headers["content-disposition"]
    plain = await api.get(f"{path}?format=json", headers={"Accept": "text/csv"})
    assert plain.json()["next_cursor"] is None


async def test_the_table_goes_on_over_more_than_one_reading(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    await stored(units, survey_id, random_responses(seed=23, how_many=AT_ONCE + 5))
    found = lines(await table(api, survey_id))
    assert len({line["response.id"] for line in found}) == len(found) == AT_ONCE + 5


async def test_an_anonymous_survey_shows_days_and_no_ids(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey(anonymous=True))
    await stored(units, survey_id, [ONE, replace(ONE, status="open")], anonymous=True)
    shown = (await api.get(f"/v1/surveys/{survey_id}/responses")).json()["items"]
    for each in shown:
        assert (each["id"], each["customer_id"], each["invitation_id"]) == (None, None, None)
        assert (each["started_at"], each["finished_at"], each["duration_seconds"]) == (None, None, None)
        assert each["day"] == "2026-01-01"
    for line in lines(await table(api, survey_id)):
        assert line["response.day"] == "2026-01-01"
        hidden = ("id", "customer_id", "invitation_id", "started_at", "finished_at", "duration_seconds")
        assert not {f"response.{name}" for name in hidden} & line.keys()


async def test_a_table_of_a_survey_that_is_not_there_is_a_problem_and_no_file(api: Api) -> None:
    answer = await api.get(f"/v1/surveys/{new_id()}/responses?format=csv")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-survey")


async def test_only_the_status_or_version_asked_for_is_shown(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    await stored(units, survey_id, [ONE, ONE, replace(ONE, status="open")])
    for query, expected in (("status=open", 1), ("status=finished", 2), ("version=1", 3)):
        assert len((await api.get(f"/v1/surveys/{survey_id}/responses?{query}")).json()["items"]) == expected
