"""Ten thousand simulated respondents: what is stored equals what the simulation says, and so do the counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import orjson
import pytest

from hamdel.database import UnitOfWorkFactory
from hamdel.http import ProblemError
from survey_service.responses.service import submit_many
from survey_service.responses.submissions import Submission
from survey_service.results.recounting import differences
from tests.services.survey.responses.giving import put
from tests.services.survey.responses.respondents import Respondent, Step, definition, respond
from tests.services.survey.support import CONTEXT, Api

HOW_MANY = 10_000
OVER_HTTP = 200
BATCH = 200

Arrival = tuple[Respondent, Step]
T = TypeVar("T")


def respondents(seed: int, how_many: int, customers: Sequence[str]) -> list[Respondent]:
    """The same for a seed; one in twenty never finishes, and half of all are known customers."""
    draw = Random(seed)
    return [
        respond(
            draw, UUID(int=draw.getrandbits(128), version=4), draw.choice([None, *customers]), finishes=place % 20 > 0
        )
        for place in range(how_many)
    ]


def _known(draw: Random, customers: Sequence[str]) -> str | None:
    return draw.choice(customers) if draw.random() < 0.5 else None


def batches(of: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`, in order."""
    rest = iter(of)
    while batch := list(islice(rest, size)):
        yield batch


def arrivals(draw: Random, everybody: Iterable[Respondent], *, late: bool) -> Iterator[Arrival]:
    """Steps of all respondents mixed, those of each in the order of their arrival; of a late one whatever arrives after
    the first finishing step comes when the survey is closed."""
    queues = [[(one, step) for step in _part(one, late=late)] for one in everybody]
    order = [place for place, queue in enumerate(queues) for _ in queue]
    draw.shuffle(order)
    positions = Counter[int]()
    for place in order:
        yield queues[place][positions[place]]
        positions[place] += 1


def _part(one: Respondent, *, late: bool) -> list[Step]:
    end = next((place for place, step in enumerate(one.delivered) if step.finished and not step.refused), None)
    if not one.late or end in (None, 0):
        return [] if late else one.delivered
    return one.delivered[end:] if late else one.delivered[:end]


async def hand_in(units: UnitOfWorkFactory, survey_id: str, steps: Iterable[Arrival]) -> None:
    """Through the use case, in transactions of some hundred steps; what must be refused is, and nothing else."""
    for batch in batches(steps, BATCH):
        given = [_submission(survey_id, one, step) for one, step in batch]
        async with units(CONTEXT) as unit:
            outcomes = await submit_many(unit, given)
        for (_, step), outcome in zip(batch, outcomes, strict=True):
            assert (outcome.code if isinstance(outcome, ProblemError) else None) == step.refused


async def hand_in_over_http(api: Api, survey_id: str, everybody: Sequence[Respondent], *, late: bool) -> None:
    """Through the API, everybody beside each other, each with one call at a time."""

    async def answer(one: Respondent) -> None:
        for step in _part(one, late=late):
            more: dict[str, Any] = {"customer_id": one.customer, "attributes": {"tier": one.tier}}
            got = await put(api, survey_id, str(one.uuid), step.number, step.answers, finished=step.finished, **more)
            assert got.status_code == 422 if step.refused else got.status_code in (200, 201), got.text

    for some in batches(everybody, 20):
        await asyncio.gather(*(answer(one) for one in some))


def _submission(survey_id: str, one: Respondent, step: Step) -> Submission:
    return Submission(
        id=one.uuid,
        survey_id=UUID(survey_id),
        step=step.number,
        finished=step.finished,
        answers=step.answers,
        customer_id=UUID(one.customer) if one.customer else None,
        attributes={"tier": one.tier},
    )


def facts_of(everybody: Iterable[Respondent]) -> Counter[str]:
    """How often each fact must be told."""
    known = [one for one in everybody if one.customer and one.finished]
    low = sum(one.kept["nps"]["value"] <= 6 for one in known)
    return Counter({"survey.response_submitted.v1": len(known), "survey.detractor_detected.v1": low})


@pytest.mark.slow
async def test_what_is_stored_and_counted_of_ten_thousand_respondents_equals_the_simulation(
    api: Api, units: UnitOfWorkFactory
) -> None:
    survey_id = await api.survey(definition())
    customers = [await api.customer() for _ in range(50)]
    everybody = respondents(20260321, HOW_MANY, customers)
    by_http, direct = everybody[:OVER_HTTP], everybody[OVER_HTTP:]
    draw = Random(5)

    await hand_in(units, survey_id, arrivals(draw, direct, late=False))
    await hand_in_over_http(api, survey_id, by_http, late=False)
    await api.post(f"/v1/surveys/{survey_id}/close")
    await hand_in(units, survey_id, arrivals(draw, direct, late=True))
    await hand_in_over_http(api, survey_id, by_http, late=True)

    rows = await api.rows("SELECT id, status, step, answers, dropped, late FROM responses")
    stored = {row[0]: (*row[1:4], sorted(row[4]), row[5]) for row in rows}
    assert len(stored) == HOW_MANY
    wrong = [(one, stored[one.uuid]) for one in everybody if one.stored != stored[one.uuid]]
    assert not wrong, f"{len(wrong)}, the first: {wrong[0][0].stored}, {wrong[0][1]}, {wrong[0][0]}"
    await check_counts(api, survey_id, everybody)
    payloads = await api.rows("SELECT payload FROM outbox WHERE aggregateid <> :survey", survey=UUID(survey_id))
    assert Counter(orjson.loads(payload)["type"] for (payload,) in payloads) == facts_of(everybody)


async def check_counts(api: Api, survey_id: str, everybody: Sequence[Respondent]) -> None:
    """The results equal the simulation's, and the counters a recount."""
    finished = [one.kept for one in everybody if one.finished]
    results = (await api.get(f"/v1/surveys/{survey_id}/results")).json()
    assert (results["responses"], results["finished"]) == (len(everybody), len(finished))
    for name, found in results["questions"].items():
        said = [kept[name] for kept in finished if name in kept]
        answered = [one for one in said if "dismissed" not in one]
        assert (found["n"], found["dismissed"]) == (len(answered), len(said) - len(answered)), name
    scores = Counter(str(kept["nps"]["value"]) for kept in finished)
    assert {value: times for value, times in results["questions"]["nps"]["distribution"].items() if times} == scores
    async with api.engine.connect() as connection:
        assert await differences(connection, UUID(survey_id)) == {}


def test_the_simulation_holds_what_it_shall_show() -> None:
    everybody = respondents(20260321, HOW_MANY, ["c"])
    shares = [sum(getattr(one, name) for one in everybody) / HOW_MANY for name in ("back_and_forth", "retries", "late")]
    assert shares == pytest.approx([0.2, 0.1, 0.05], abs=0.01)
    assert sum(bool(one.stored[3]) for one in everybody) > 500, "answers to drop"
    refused = Counter(step.refused for one in everybody for step in one.sent)
    assert refused["empty-response"] > 300
    assert refused["incomplete-response"] > 100
    overtaking = [one for one in everybody if [step.number for step in one.delivered] != sorted(
        step.number for step in one.delivered)]  # fmt: skip
    assert len(overtaking) > 500
