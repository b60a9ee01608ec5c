"""A survey of every kind of question, random answers to it, and how they are stored and counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from survey_service.definition import parse
from survey_service.definition.domain import Answer
from survey_service.results.service import FinishedResponse, Move, count, last_answered
from tests.services.survey.support import CONTEXT, question, survey

FIRST_DAY = date(2026, 1, 1)

STORE = text(
    """
    INSERT INTO responses (id, survey_id, version, anonymous, customer_id, language, channel, status, step, answers,
                           attributes, started_at, finished_at, duration_seconds)
    SELECT id, survey_id, version, anonymous, customer_id, language, channel, status, 1, answers,
           attributes, started_at, finished_at, duration_seconds
    FROM jsonb_populate_recordset(CAST(NULL AS responses), CAST(:rows AS jsonb))
    """
)

PAGES = [
    [question("nps", "nps"), question("csat", "csat"), question("ces", "ces"), question("rating", "rating")],
    [question("one", "single_choice"), question("many", "multiple_choice"), question("matrix", "likert")],
    [question("number", "number"), question("day", "date"), question("why", "text"), question("ok", "consent")],
]


def whole_survey(**changes: Any) -> dict[str, Any]:
    """Every kind of question on three pages, with two attributes for cross tables."""
    return survey(*PAGES, crosstab=["tier", "city"], **changes)


@dataclass(frozen=True)
class Given:
    """A response as it was given."""

    answers: dict[str, Answer]
    day: date = FIRST_DAY
    version: int = 1
    language: str | None = "fa"
    channel: str | None = "email"
    attributes: dict[str, Any] = field(default_factory=dict)
    status: str = "finished"
    customer_id: UUID | None = None


def random_answers(draw: Random) -> dict[str, Answer]:
    """Answers to some of the questions; some are dismissed."""
    possible = {
        "nps": Answer(value=draw.randint(0, 10)),
        "csat": Answer(value=draw.randint(1, 5)),
        "ces": Answer(value=draw.randint(1, 7)),
        "rating": Answer(value=draw.randint(1, 5)),
        "one": Answer(options=(draw.choice(["o1", "o2", "o3"]),)),
        "many": Answer(options=tuple(sorted(draw.sample(["o1", "o2", "o3"], draw.randint(1, 3))))),
        "matrix": Answer(rows={row: draw.choice(["o1", "o2", "o3"]) for row in ("r1", "r2")}),
        "number": Answer(value=draw.choice([1, 2.5, -3, 40])),
        "day": Answer(date=date(2025, 3, draw.randint(19, 22))),
        "why": Answer(text="because"),
        "ok": Answer(value=draw.random() < 0.5),
    }
    kept = {name: answer for name, answer in possible.items() if draw.random() < 0.8}
    return {name: Answer(dismissed=True) if draw.random() < 0.1 else answer for name, answer in kept.items()}


def random_responses(seed: int, how_many: int, days: int = 60) -> list[Given]:
    """The same for a seed."""
    draw = Random(seed)
    return [
        Given(
            random_answers(draw),
            FIRST_DAY + timedelta(days=draw.randrange(days)),
            language=draw.choice(["fa", "en", None]),
            channel=draw.choice(["email", "sms"]),
            attributes={"tier": draw.choice(["gold", "silver"])} | ({"city": "Rasht"} if draw.random() < 0.3 else {}),
        )
        for _ in range(how_many)
    ]


def finished(survey_id: str, given: Given) -> FinishedResponse:
    """As it is counted."""
    return FinishedResponse(
        UUID(survey_id),
        given.version,
        given.day,
        given.answers,
        given.language,
        given.channel,
        given.attributes,
    )


async def counted(units: UnitOfWorkFactory, survey_id: str, responses: Sequence[Given]) -> None:
    """Counts the responses in one transaction: those that are finished, and those that were begun and are not."""
    definition = parse(whole_survey())
    async with units(CONTEXT) as unit:
        await count(
            unit,
            [finished(survey_id, given) for given in responses if given.status == "finished"],
            [
                Move(UUID(survey_id), given.version, given.day, None, last_answered(definition, given.answers))
                for given in responses
                if given.status == "open"
            ],
        )


def answers_to(name: str, *values: Any) -> list[Given]:
    """Responses with a scale's values, or the ids of a single choice, for one question."""
    made = [Answer(options=(one,)) if isinstance(one, str) else Answer(value=one) for one in values]
    return [Given({name: answer}) for answer in made]


def of_day(day: str, responses: Iterable[Given]) -> list[Given]:
    """The same on another day."""
    return [replace(given, day=date.fromisoformat(day)) for given in responses]


async def stored(
    units: UnitOfWorkFactory, survey_id: str, responses: Iterable[Given], *, anonymous: bool = False
) -> None:
    """Stores the responses as they are kept, begun and finished at noon, UTC; nothing is counted."""
    rows = [_row(survey_id, given, anonymous) for given in responses]
    async with units(CONTEXT) as unit:
        await unit.connection.execute(STORE, {"rows": orjson.dumps(rows).decode()})


def _row(survey_id: str, given: Given, anonymous: bool) -> dict[str, Any]:
    at = f"{given.day}T12:00:00Z"
    return {
        "id": new_id(),
        "survey_id": survey_id,
        "version": given.version,
        "anonymous": anonymous,
        "status": given.status,
        "customer_id": given.customer_id,
        "duration_seconds": None if anonymous else 60,
        "language": given.language,
        "channel": given.channel,
        "started_at": at,
        "finished_at": at if given.status == "finished" else None,
        "answers": {name: answer.on_wire() for name, answer in given.answers.items()},
        "attributes": None if anonymous else given.attributes,
    }
