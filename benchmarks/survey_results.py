"""Results of a survey with a million stored responses, over HTTP to a real process of survey-service.

Eight questions, a year of days one after the other, two attributes; one in twenty responses is not finished. The
responses are counted as the service counts them, in batches, while they are stored. The floor is the least that a
recount would do: one `SELECT … count(*) … GROUP BY` over the stored responses for one question. What the API says of
every question is held against such recounts.

Alone: `python -m benchmarks.survey_results [how many]`.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import orjson

from benchmarks.environment import one_service, say
from benchmarks.report import Figure, print_figures
from benchmarks.search import percentile
from hamdel.context import CallContext
from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine
from hamdel.http import generate_key_pair, issue_token
from hamdel.ids import new_id
from hamdel_cli.embedded.databases import migrate
from hamdel_cli.embedded.postgres import EmbeddedPostgres
from survey_service.definition.domain import Answer
from survey_service.results.service import FinishedResponse, Move, count

__all__ = ["survey_results_figures"]

RESPONSES = 1_000_000
BATCH = 5_000
TIMES = 30
TARGET_MS = 300
DAYS = 365
BEGIN = date(2025, 3, 21)

COLUMNS = (
    "id", "survey_id", "version", "language", "channel", "status", "step", "answers", "attributes", "started_at",
    "finished_at", "duration_seconds", "late",
)  # fmt: skip

SCALED = """
    SELECT answers->$2->>'value' AS value, count(*) FROM responses
    WHERE survey_id = $1 AND status = 'finished' AND answers ? $2 GROUP BY 1
"""
CHOSEN = """
    SELECT option, count(*) FROM responses, jsonb_array_elements_text(answers->$2->'options') AS option
    WHERE survey_id = $1 AND status = 'finished' GROUP BY 1
"""
ANSWERED = """
    SELECT count(*) FROM responses WHERE survey_id = $1 AND status = 'finished' AND answers ? $2
"""
KINDS = {
    "nps": "nps", "csat": "csat", "ces": "ces", "rating": "rating", "one": "single_choice", "many": "multiple_choice",
    "ok": "consent", "why": "text",
}  # fmt: skip


def definition() -> dict[str, Any]:
    """The survey that is asked."""
    options = [{"id": f"o{number}", "text": f"Option {number}"} for number in range(1, 6)]
    questions = [
        {"id": name, "kind": kind, "text": name} | ({"options": options} if kind.endswith("_choice") else {})
        for name, kind in KINDS.items()
    ]
    pages = [{"id": f"p{place}", "questions": questions[place : place + 2]} for place in range(0, len(questions), 2)]
    return {"code": "bench", "title": {"en": "Bench"}, "crosstab": ["tier", "city"], "pages": pages}


def answers(draw: Random) -> dict[str, Answer]:
    """What somebody said; one question in five is left out."""
    whole = {
        "nps": Answer(value=draw.choices(range(11), (2, 1, 1, 1, 2, 5, 5, 12, 20, 21, 30))[0]),
        "csat": Answer(value=draw.randint(1, 5)),
        "ces": Answer(value=draw.randint(1, 7)),
        "rating": Answer(value=draw.randint(1, 5)),
        "one": Answer(options=(f"o{draw.randint(1, 5)}",)),
        "many": Answer(options=tuple(f"o{number}" for number in range(1, 6) if draw.random() < 0.4) or ("o1",)),
        "ok": Answer(value=draw.random() < 0.7),
        "why": Answer(text="it was fine, thank you very much"),
    }
    return {name: answer for name, answer in whole.items() if draw.random() < 0.8}


def made(
    draw: Random, survey_id: UUID, days: Sequence[date]
) -> tuple[list[FinishedResponse], list[Move], list[tuple[Any, ...]]]:
    """Responses of these days as they are counted, finished or not, and as they are stored."""
    counted, begun, rows = [], [], []
    for day in days:
        done = draw.random() < 0.95
        said, language, channel = answers(draw), draw.choice(("fa", "en")), draw.choice(("email", "sms", "web"))
        attributes = {"tier": draw.choice(("gold", "silver", "basic")), "city": f"city {draw.randrange(20)}"}
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        wire = orjson.dumps({name: answer.on_wire() for name, answer in said.items()}).decode()
        status, finished_at = ("finished", at) if done else ("open", None)
        rows.append(
            (new_id(), survey_id, 1, language, channel, status, 4, wire, orjson.dumps(attributes).decode(), at,
             finished_at, 60, False)
        )  # fmt: skip
        if done:
            counted.append(FinishedResponse(survey_id, 1, day, said, language, channel, attributes))
        else:
            begun.append(Move(survey_id, 1, day, None, next(reversed(said), "")))
    return counted, begun, rows


async def fill(url: str, survey_id: UUID, how_many: int) -> float:
    """Stores and counts the responses; gives the seconds that counting took."""
    engine = create_engine(DatabaseSettings(url=url, statement_timeout_ms=60_000, command_timeout=60))
    units = UnitOfWorkFactory(engine, "/hamdel/survey-service")
    connection = await asyncpg.connect(url, command_timeout=600)
    draw, counting = Random(1), 0.0
    try:
        for begin in range(0, how_many, BATCH):
            days = [BEGIN + timedelta(days=DAYS * place // how_many) for place in range(begin, begin + BATCH)]
            counted, begun, rows = made(draw, survey_id, days)
            await connection.copy_records_to_table("responses", records=rows, columns=COLUMNS)
            started = time.perf_counter()
            async with units(CallContext("bench", "bench")) as unit:
                await count(unit, counted, begun)
            counting += time.perf_counter() - started
        await connection.execute("VACUUM ANALYZE")
        return counting
    finally:
        await connection.close()
        await engine.dispose()


async def published(port: int, token: str) -> UUID:
    """The id of the survey, made over the API."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers, raise_for_status=True) as session:
        survey_id = (await (await session.post("/v1/surveys", json=definition())).json())["id"]
        await session.post(f"/v1/surveys/{survey_id}/publish")
        return UUID(survey_id)


async def timed(port: int, token: str, path: str) -> tuple[list[float], dict[str, Any]]:
    """Milliseconds of each call, and the answer."""
    times, body = [], b""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}, raise_for_status=True) as session:
        for _ in range(TIMES):
            started = time.perf_counter()
            body = await (await session.get(f"http://127.0.0.1:{port}{path}")).read()
            times.append((time.perf_counter() - started) * 1000)
    answer: dict[str, Any] = orjson.loads(body)
    return times, answer


async def recounted(url: str, survey_id: UUID, results: dict[str, Any]) -> tuple[float, bool]:
    """Milliseconds of the floor, one question, and whether the results equal a recount of every question."""
    connection = await asyncpg.connect(url, command_timeout=600)
    try:
        floors = []
        for _ in range(3):
            started = time.perf_counter()
            await connection.fetch(SCALED, survey_id, "nps")
            floors.append((time.perf_counter() - started) * 1000)
        equal = True
        for name, kind in KINDS.items():
            found = results["questions"][name]
            n = await connection.fetchval(ANSWERED, survey_id, name)
            equal &= found["n"] == n
            if kind != "text":
                rows = await connection.fetch(CHOSEN if kind.endswith("_choice") else SCALED, survey_id, name)
                equal &= {value: times for value, times in found["distribution"].items() if times} == dict(rows)
        total = await connection.fetchval("SELECT count(*) FROM responses WHERE survey_id = $1", survey_id)
        return min(floors), equal and results["responses"] == total
    finally:
        await connection.close()


def survey_results_figures(how_many: int = RESPONSES) -> list[Figure]:
    """p50 and p95 of the results, of a trend and of a cross table beside the floor."""
    home = Path(tempfile.mkdtemp(prefix="hamdel-results-"))
    server = EmbeddedPostgres(home)
    try:
        server.start()
        private, jwks = generate_key_pair(home / "keys")
        asyncio.run(migrate("survey", server.url()))
        with one_service("survey_service", server.url(), jwks) as port:
            token = issue_token(private, "admin", subject="bench")
            survey_id = asyncio.run(published(port, token))
            counting = asyncio.run(fill(server.url(), survey_id, how_many))
            say(f"counted {how_many:,} in batches of {BATCH:,}: {how_many / counting:,.0f} responses/s")
            base = f"/v1/surveys/{survey_id}"
            paths = (f"{base}/results", f"{base}/results?by=month", f"{base}/crosstab?question=nps&attribute=city")
            answers = [asyncio.run(timed(port, token, path)) for path in paths]
            floor, equal = asyncio.run(recounted(server.url(), survey_id, answers[0][1]))
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    names = ("results", "results by month", "cross table")
    return [
        figure(f"{name} over {how_many:,} responses", times, floor, equal)
        for name, (times, _) in zip(names, answers, strict=True)
    ]


def figure(work: str, times: Sequence[float], floor: float, equal: bool) -> Figure:
    """One line of the table."""
    p50, p95 = percentile(list(times), 0.5), percentile(list(times), 0.95)
    same = "equal to a recount" if equal else "NOT equal to a recount"
    shown = f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, {same}"
    raw = f"raw GROUP BY of one question: {floor:.0f} ms"
    say(f"{work}: {shown}; {raw}")
    return Figure("S4", work, shown, raw, f"{p50 / floor:.3f}", f"≤ {TARGET_MS} ms", p95 <= TARGET_MS and equal)


if __name__ == "__main__":
    print_figures(survey_results_figures(int(sys.argv[1]) if len(sys.argv) > 1 else RESPONSES))
