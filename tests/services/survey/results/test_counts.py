"""Counters equal a recount of the responses, whoever counted them and whenever."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event

from hamdel.database import UnitOfWorkFactory
from survey_service.results.service import count
from tests.services.survey.results.answering import Given, counted, finished, random_responses, whole_survey
from tests.services.survey.support import CONTEXT, Api


def recounted(responses: Sequence[Given], name: str) -> dict[str, Any]:
    """One question in plain Python."""
    answers = [given.answers[name] for given in responses if name in given.answers]
    given = [answer for answer in answers if not answer.dismissed]
    said: Counter[str] = Counter()
    for answer in given:
        said.update(answer.options or ([str(answer.date)] if answer.date else []))
        if isinstance(answer.value, bool):
            said[str(answer.value).lower()] += 1
        elif answer.value is not None:
            said[f"{answer.value:g}"] += 1
    numbers = [answer.value for answer in given if answer.value is not None and name != "ok"]
    return {
        "n": len(given),
        "dismissed": len(answers) - len(given),
        "unanswered": len(responses) - len(answers),
        "distribution": dict(said),
        "mean": float(np.mean(numbers)) if numbers else None,
        "quartiles": np.quantile(numbers, [0.25, 0.5, 0.75]).tolist() if numbers else None,
        "rows": {row: dict(Counter(answer.rows[row] for answer in given)) for row in ("r1", "r2")}
        if name == "matrix"
        else None,
    }


def shown(found: dict[str, Any]) -> dict[str, Any]:
    """The same of an answer of the API, without the values that nobody gave."""
    rows = found["rows"] and {
        row: {option: times for option, times in each["distribution"].items() if times}
        for row, each in found["rows"].items()
    }
    distribution = {value: times for value, times in found["distribution"].items() if times}
    return {name: found[name] for name in ("n", "dismissed", "unanswered", "mean", "quartiles")} | {
        "distribution": distribution,
        "rows": rows,
    }


async def test_results_equal_a_recount_of_the_responses(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    responses = random_responses(seed=1, how_many=1_000)
    for start in range(0, len(responses), 90):
        await counted(units, survey_id, responses[start : start + 90])
    body = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    assert body["finished"] == 1_000
    assert body["languages"] == dict(Counter(given.language or "" for given in responses))
    assert body["channels"] == dict(Counter(given.channel for given in responses))
    assert len(body["questions"]) == 11
    for name, found in body["questions"].items():
        expected = recounted(responses, name)
        assert shown(found) == expected | {
            "mean": expected["mean"] and pytest.approx(expected["mean"], abs=1e-9),
            "quartiles": expected["quartiles"] and pytest.approx(expected["quartiles"], abs=1e-9),
        }, name


async def test_some_days_equal_a_recount_of_those_days(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())
    responses = random_responses(seed=2, how_many=300)
    await counted(units, survey_id, responses)
    body = (await api.get(f"/v1/surveys/{survey_id}/results?from=2026-01-10&to=2026-02-05&by=week")).json()
    within = [given for given in responses if "2026-01-10" <= given.day.isoformat() <= "2026-02-05"]
    assert body["finished"] == len(within)
    assert sum(each["finished"] for each in body["trend"]) == len(within)
    assert shown(body["questions"]["one"])["distribution"] == recounted(within, "one")["distribution"]
    for each in body["trend"]:
        week = [given for given in within if each["start"] <= given.day.isoformat() <= each["end"]]
        assert each["questions"]["nps"]["n"] == recounted(week, "nps")["n"]


async def test_many_writers_at_once_lose_nothing_and_never_wait_for_each_other_for_ever(
    api: Api, units: UnitOfWorkFactory
) -> None:
    survey_id = await api.survey(whole_survey())
    responses = random_responses(seed=3, how_many=600, days=3)
    batches = [responses[start : start + 15] for start in range(0, 600, 15)]
    await asyncio.gather(*(counted(units, survey_id, batch) for batch in batches))
    await counted(units, await api.survey(whole_survey()), responses[:100])
    body = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    assert body["finished"] == 600
    for name in ("nps", "many"):
        assert shown(body["questions"][name])["distribution"] == recounted(responses, name)["distribution"]


async def test_what_is_rolled_back_was_not_counted(api: Api, units: UnitOfWorkFactory) -> None:
    survey_id = await api.survey(whole_survey())

    async def failing() -> None:
        async with units(CONTEXT) as unit:
            await count(unit, [finished(survey_id, given) for given in random_responses(seed=4, how_many=5)])
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await failing()
    assert (await api.get(f"/v1/surveys/{survey_id}/results")).json()["finished"] == 0


async def test_a_batch_is_one_statement_whatever_its_size(units: UnitOfWorkFactory, api: Api) -> None:
    survey_id = await api.survey(whole_survey())
    sent: list[str] = []
    event.listen(api.engine.sync_engine, "before_cursor_execute", lambda *call: sent.append(call[2]))
    async with units(CONTEXT) as unit:
        await count(unit, [])
        await count(unit, [finished(survey_id, given) for given in random_responses(seed=5, how_many=200)])
    assert len(sent) == 1
    assert (await api.get(f"/v1/surveys/{survey_id}/results")).json()["finished"] == 200
