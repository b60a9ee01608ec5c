"""Results over the API: figures, versions, periods, trends and changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from scipy import stats
from sqlalchemy import text

from hamdel.database import UnitOfWorkFactory
from survey_service.definition.domain import Answer
from survey_service.scores.domain import nps_with_margin
from tests.services.survey.results.answering import Given, answers_to, counted, of_day, whole_survey
from tests.services.survey.support import Api, question, survey

INVITE = text(
    """
    INSERT INTO invitations (id, survey_id, customer_id, channel, ignore_recontact, status, due_at, sent_at,
                             correlation_id, created_at, created_by)
    VALUES (gen_random_uuid(), :survey, gen_random_uuid(), 'email', false, :status, now(), :sent, 'c', now(), 'tester')
    """
)


async def results(api: Api, survey_id: str, query: str = "", role: str = "analyst") -> dict[str, Any]:
    """The body of the results."""
    answer = await api.get(f"/v1/surveys/{survey_id}/results?{query}", role=role)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_every_scale_has_its_figures(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    answers = {"nps": [10, 9, 9, 7, 3], "csat": [5, 4, 4, 2, 1], "ces": [7, 6, 5, 4, 1], "rating": [1, 2, 3, 4, 5]}
    responses = [Given({name: Answer(value=values[place]) for name, values in answers.items()}) for place in range(5)]
    await counted(units, survey_id, responses)
    body = await results(api, survey_id)
    nps, csat, ces, rating = (body["questions"][name] for name in ("nps", "csat", "ces", "rating"))
    assert (body["responses"], body["finished"], nps["n"]) == (5, 5, 5)
    assert {value: times for value, times in nps["distribution"].items() if times} == {"3": 1, "7": 1, "9": 2, "10": 1}
    assert (nps["mean"], nps["median"], nps["quartiles"]) == (7.6, 9, [7, 9, 9])
    assert nps["nps"] == {
        "score": pytest.approx(40, abs=1e-9),
        "standard_error": pytest.approx(100 * stats.sem([1, 1, 1, 0, -1], ddof=0), abs=1e-9),
        "interval": pytest.approx(list(nps_with_margin(3, 1, 1).interval or ()), abs=1e-9),
        "promoters": 3,
        "passives": 1,
        "detractors": 1,
    }
    wilson = stats.binomtest(3, 5).proportion_ci(method="wilson")
    assert (csat["csat"]["score"], csat["csat"]["satisfied"], csat["csat"]["least"]) == (60, 3, 4)
    assert csat["csat"]["interval"] == pytest.approx([wilson.low, wilson.high], abs=1e-9)
    assert (ces["ces"]["mean"], ces["ces"]["easy"], ces["ces"]["least"]) == (pytest.approx(4.6, abs=1e-9), 3, 5)
    assert (rating["mean"], rating["nps"], rating["csat"], rating["ces"]) == (3, None, None, None)


async def test_dismissed_and_unanswered_are_in_no_denominator(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    dismissed, without = Given({"nps": Answer(dismissed=True)}), Given({"rating": Answer(value=3)})
    await counted(units, survey_id, [*answers_to("nps", 9, 0), dismissed, without])
    body = await results(api, survey_id)
    nps = body["questions"]["nps"]
    assert (body["finished"], nps["n"], nps["dismissed"], nps["unanswered"]) == (4, 2, 1, 1)
    assert (nps["mean"], nps["nps"]["score"]) == (4.5, 0)


async def test_a_survey_without_answers_has_nulls(api: Api) -> None:
    survey_id = await api.survey(whole_survey())
    body = await results(api, survey_id, "by=month&compare_from=2026-01-01&compare_to=2026-01-31")
    assert (body["responses"], body["finished"], body["trend"], body["response_rate"]) == (0, 0, [], None)
    for name, found in body["questions"].items():
        assert (found["n"], found["mean"], found["median"], found["quartiles"]) == (0, None, None, None), name
    assert body["questions"]["nps"]["nps"]["interval"] is None
    assert body["questions"]["nps"]["change"]["nps"]["z"] is None


async def test_versions_are_counted_together_where_scale_and_options_are_the_same(
    api: Api, units: UnitOfWorkFactory
) -> None:
    first = survey([question("nps", "nps"), question("rating", "rating")])
    survey_id = await api.survey(first)
    await counted(units, survey_id, [Given({"nps": Answer(value=9), "rating": Answer(value=5)})])
    pages = [
        {"id": "p1", "questions": [question("nps", "nps"), question("rating", "rating", scale={"min": 1, "max": 7})]}
    ]
    changed = await api.patch(f"/v1/surveys/{survey_id}", {"pages": pages}, 2)
    assert changed.status_code == 200, changed.text
    assert (await api.post(f"/v1/surveys/{survey_id}/publish")).json()["version"] == 2
    await counted(units, survey_id, [Given({"nps": Answer(value=0), "rating": Answer(value=7)}, version=2)])
    body = await results(api, survey_id)
    assert (body["versions"], body["excluded_versions"], body["finished"]) == ([1, 2], [1], 2)
    assert (body["questions"]["nps"]["n"], body["questions"]["nps"]["excluded_versions"]) == (2, [])
    assert (body["questions"]["rating"]["n"], body["questions"]["rating"]["excluded_versions"]) == (1, [1])
    assert body["questions"]["rating"]["unanswered"] == 0
    alone = await results(api, survey_id, "version=1")
    assert (alone["finished"], alone["questions"]["rating"]["mean"], alone["excluded_versions"]) == (1, 5, [])


async def test_days_are_included_at_both_ends(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    for day in ("2026-03-20", "2026-03-21", "2026-03-22"):
        await counted(units, survey_id, of_day(day, answers_to("nps", 9)))
    assert (await results(api, survey_id, "from=2026-03-21"))["finished"] == 2
    assert (await results(api, survey_id, "from=2026-03-21&to=2026-03-21"))["finished"] == 1
    assert (await results(api, survey_id, "to=2026-03-19"))["finished"] == 0


async def test_a_trend_has_the_months_of_the_survey_calendar(api: Api, units: UnitOfWorkFactory) -> None:
    """1 Farvardin 1405 is 21 March 2026; 29 Esfand 1404 the day before."""
    survey_id = await api.survey(whole_survey(calendar="jalali", timezone="Asia/Tehran"))
    for day, values in (("2026-02-19", [0]), ("2026-03-20", [9, 9]), ("2026-03-21", [9, 0]), ("2026-05-22", [10])):
        await counted(units, survey_id, of_day(day, answers_to("nps", *values)))
    trend = (await results(api, survey_id, "by=month"))["trend"]
    assert [(each["label"], each["finished"], each["questions"]["nps"]["nps"]["score"]) for each in trend] == [
        ("1404-11", 1, -100),
        ("1404-12", 2, 100),
        ("1405-01", 2, 0),
        ("1405-02", 0, None),
        ("1405-03", 1, 100),
    ]
    assert (trend[1]["start"], trend[1]["end"]) == ("2026-02-20", "2026-03-20")
    gregorian = (await results(api, survey_id, "by=month&calendar=gregorian"))["trend"]
    assert [(each["label"], each["finished"]) for each in gregorian] == [
        ("2026-02", 1), ("2026-03", 4), ("2026-04", 0), ("2026-05", 1),
    ]  # fmt: skip


async def test_a_change_is_tested_against_the_earlier_period(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    before, after = [9] * 20 + [0] * 20, [9] * 35 + [0] * 5
    await counted(units, survey_id, of_day("2026-01-15", answers_to("nps", *before)))
    await counted(units, survey_id, of_day("2026-02-15", answers_to("nps", *after)))
    await counted(units, survey_id, of_day("2026-01-15", answers_to("csat", *[5] * 20, *[1] * 20)))
    await counted(units, survey_id, of_day("2026-02-15", answers_to("csat", *[5] * 35, *[1] * 5)))
    body = await results(api, survey_id, "from=2026-02-01&to=2026-02-28&compare_from=2026-01-01&compare_to=2026-01-31")
    nps, csat = body["questions"]["nps"]["change"], body["questions"]["csat"]["change"]
    first, second = [(1 if value == 9 else -1) for value in before], [(1 if value == 9 else -1) for value in after]
    error = 100 * (stats.sem(first, ddof=0) ** 2 + stats.sem(second, ddof=0) ** 2) ** 0.5
    assert body["compared_with"] == {"start": "2026-01-01", "end": "2026-01-31", "finished": 80}
    assert (nps["previous"]["nps"]["score"], nps["nps"]["difference"]) == (0, 75)
    assert nps["nps"]["z"] == pytest.approx(75 / error, abs=1e-9)
    assert nps["nps"]["p_value"] == pytest.approx(2 * stats.norm.sf(75 / error), abs=1e-9)
    pooled = stats.chi2_contingency([[20, 20], [35, 5]], correction=False)
    assert csat["csat"]["z"] == pytest.approx(pooled.statistic**0.5, abs=1e-9)
    assert csat["csat"]["p_value"] == pytest.approx(pooled.pvalue, abs=1e-9)


async def test_the_response_rate_is_of_the_invitations_that_were_sent(api: Api) -> None:
    """30 January in Tehran begins at 20:30 the day before, UTC."""
    survey_id = await api.survey(whole_survey(timezone="Asia/Tehran"))
    invitations = [
        ("answered", "2026-01-29T20:30:00Z"),
        ("sent", "2026-01-29T20:29:59Z"),
        ("expired", "2026-01-05T10:00:00Z"),
        ("answered", "2026-01-05T10:00:00Z"),
        ("refused", None),
        ("waiting", None),
    ]
    async with api.engine.begin() as connection:
        for status, sent_at in invitations:
            await connection.execute(INVITE, {"survey": UUID(survey_id), "status": status, "sent": moment(sent_at)})
    wilson = stats.binomtest(2, 4).proportion_ci(method="wilson")
    assert (await results(api, survey_id))["response_rate"] == {
        "invited": 4,
        "answered": 2,
        "rate": 0.5,
        "interval": pytest.approx([wilson.low, wilson.high], abs=1e-9),
    }
    late = (await results(api, survey_id, "from=2026-01-30"))["response_rate"]
    early = (await results(api, survey_id, "to=2026-01-29"))["response_rate"]
    assert (late["invited"], late["answered"], early["invited"], early["answered"]) == (1, 1, 3, 1)
    assert (await results(api, survey_id, "from=2026-02-01"))["response_rate"] is None


def moment(text_of: str | None) -> datetime | None:
    return None if text_of is None else datetime.fromisoformat(text_of)


async def test_a_query_that_makes_no_sense_is_refused_with_its_place(api: Api) -> None:
    survey_id = await api.survey(whole_survey())
    for query, pointer in (
        ("compare_from=2026-01-01", "/query/compare_to"),
        ("compare_to=2026-01-01", "/query/compare_from"),
        ("by=year", "/query/by"),
        ("from=yesterday", "/query/from"),
        ("version=0", "/query/version"),
    ):
        answer = await api.get(f"/v1/surveys/{survey_id}/results?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_trend_of_too_many_days_is_refused(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    for day in ("2020-01-01", "2026-01-01"):
        await counted(units, survey_id, of_day(day, answers_to("nps", 9)))
    answer = await api.get(f"/v1/surveys/{survey_id}/results?by=day")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/by")


async def test_there_are_no_results_of_what_is_not_published(api: Api) -> None:
    draft = (await api.post("/v1/surveys", survey())).json()["id"]
    published = await api.survey(whole_survey())
    for path, kind in (
        ("0199f5a0-0000-7000-8000-000000000001/results", "unknown-survey"),
        (f"{draft}/results", "unknown-survey-version"),
        (f"{published}/results?version=2", "unknown-survey-version"),
        (f"{published}/crosstab?question=one&attribute=tier&version=2", "unknown-survey-version"),
    ):
        answer = await api.get(f"/v1/surveys/{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, f"urn:hamdel:problem:{kind}")


async def test_results_are_not_for_customers(api: Api) -> None:
    survey_id = await api.survey(whole_survey())
    for path in ("results", "responses", "crosstab?question=one&attribute=tier"):
        answer = await api.get(f"/v1/surveys/{survey_id}/{path}", role="customer", customer_id=uuid4())
        assert answer.status_code == 403
