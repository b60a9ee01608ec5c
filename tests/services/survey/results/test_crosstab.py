"""Cross tables over the API."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy import stats

from hamdel.database import UnitOfWorkFactory
from survey_service.definition.domain import Answer
from tests.services.survey.results.answering import Given, answers_to, counted, whole_survey
from tests.services.survey.support import Api


def with_tier(tier: str, responses: list[Given]) -> list[Given]:
    return [replace(given, attributes={"tier": tier}) for given in responses]


async def test_answers_are_tabled_by_an_attribute_and_tested(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    gold = answers_to("one", *["o1"] * 30, *["o2"] * 10, *["o3"] * 20)
    silver = answers_to("one", *["o1"] * 12, *["o2"] * 25, *["o3"] * 23)
    await counted(units, survey_id, [*with_tier("gold", gold), *with_tier("silver", silver), *answers_to("one", "o1")])
    answer = await api.get(f"/v1/surveys/{survey_id}/crosstab?question=one&attribute=tier")
    body = answer.json()
    assert answer.status_code == 200
    assert {member["member"]: member["counts"] for member in body["members"]} == {
        "gold": {"o1": 30, "o2": 10, "o3": 20},
        "silver": {"o1": 12, "o2": 25, "o3": 23},
    }
    assert (body["n"], body["without"], body["values"]) == (120, 1, ["o1", "o2", "o3"])
    expected = stats.chi2_contingency([[30, 10, 20], [12, 25, 23]], correction=False)
    assert body["test"]["chi_square"] == pytest.approx(expected.statistic, abs=1e-9)
    assert body["test"]["p_value"] == pytest.approx(expected.pvalue, abs=1e-9)
    assert body["test"]["cramers_v"] == pytest.approx((expected.statistic / 120) ** 0.5, abs=1e-9)
    assert (body["test"]["degrees_of_freedom"], body["test"]["warning"]) == (2, False)


async def test_a_small_table_comes_with_a_warning_and_scores_by_member(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    gold, silver = answers_to("nps", 10, 9, 3), answers_to("nps", 10, 0)
    await counted(units, survey_id, [*with_tier("gold", gold), *with_tier("silver", silver)])
    body = (await api.get(f"/v1/surveys/{survey_id}/crosstab?question=nps&attribute=tier")).json()
    assert body["test"]["warning"] is True
    assert [(member["member"], member["n"], member["nps"]["score"]) for member in body["members"]] == [
        ("gold", 3, pytest.approx(100 / 3)),
        ("silver", 2, 0),
    ]


async def test_a_row_of_a_matrix_is_tabled_and_a_multiple_choice_is_not_tested(
    api: Api, units: UnitOfWorkFactory
) -> None:
    survey_id = await api.survey(whole_survey())
    answers = {"matrix": Answer(rows={"r1": "o1", "r2": "o2"}), "many": Answer(options=("o1", "o2"))}
    await counted(units, survey_id, with_tier("gold", [Given(answers)]) + with_tier("silver", [Given(answers)]))
    matrix = (await api.get(f"/v1/surveys/{survey_id}/crosstab?question=matrix&row=r2&attribute=tier")).json()
    assert [(member["n"], member["counts"]["o2"]) for member in matrix["members"]] == [(1, 1), (1, 1)]
    many = (await api.get(f"/v1/surveys/{survey_id}/crosstab?question=many&attribute=tier")).json()
    assert many["test"] is None
    assert [member["counts"] for member in many["members"]] == [{"o1": 1, "o2": 1, "o3": 0}] * 2


async def test_the_rarest_values_beyond_fifty_are_put_together(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    responses = [each for city in range(60) for each in with_tier(f"t{city:02}", answers_to("one", *["o1"] * 2, "o2"))]
    await counted(units, survey_id, [*responses, *with_tier("often", answers_to("one", *["o3"] * 9))])
    members = (await api.get(f"/v1/surveys/{survey_id}/crosstab?question=one&attribute=tier")).json()["members"]
    assert len(members) == 51
    assert (members[-1]["member"], members[-1]["n"], members[-1]["counts"]) == (None, 33, {"o1": 22, "o2": 11, "o3": 0})
    assert "often" in {member["member"] for member in members}


async def test_what_cannot_be_tabled_is_refused_with_its_place(api: Api) -> None:
    survey_id = await api.survey(whole_survey())
    for query, place in (
        ("question=why&attribute=tier", "question"),
        ("question=nothing&attribute=tier", "question"),
        ("question=matrix&attribute=tier", "row"),
        ("question=matrix&row=r9&attribute=tier", "row"),
        ("question=one&row=r1&attribute=tier", "row"),
        ("question=one&attribute=shoe_size", "attribute"),
    ):
        answer = await api.get(f"/v1/surveys/{survey_id}/crosstab?{query}", headers={"Accept-Language": "fa"})
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"/query/{place}"]
        assert "باید" in answer.json()["errors"][0]["message"]
