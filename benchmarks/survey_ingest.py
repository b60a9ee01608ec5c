"""Ingest of survey responses, over HTTP to a real process of survey-service, beside FastAPI with one insert.

Each call is a whole response of a known customer, begun and finished by one `PUT`: four answers checked against the
definition, the path evaluated, scores, counters, stream and fact in the transaction. The same calls to an anonymous
survey have no stream and no fact. The floor is that of P2: FastAPI, a pydantic body, and one statement that bumps a
stream, inserts a row and an outbox row; on the same PostgreSQL, right before.

Alone: `python -m benchmarks.survey_ingest`.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
import orjson

from benchmarks.environment import floor_server, one_service, say
from benchmarks.floors import INSERT_SCHEMA
from benchmarks.load import LoadResult, Request, measure
from benchmarks.report import Figure, print_figures
from benchmarks.writes import interaction
from hamdel.http import generate_key_pair, issue_token
from hamdel.ids import new_id
from hamdel_cli.embedded.databases import migrate
from hamdel_cli.embedded.postgres import EmbeddedPostgres

__all__ = ["survey_ingest_figures"]

CUSTOMERS = 2_000
RESPONSES = 40_000
EARLY = 8_000
SECONDS = 5.0
TARGET = 0.35


def definition(code: str, *, anonymous: bool) -> dict[str, Any]:
    """NPS, why where it is low, an effort score and a choice."""
    low = {"question": "nps", "op": "lte", "value": 6}
    options = [{"id": f"o{number}", "text": f"Option {number}"} for number in (1, 2, 3)]
    first = [
        {"id": "nps", "kind": "nps", "text": "?", "required": True},
        {"id": "why", "kind": "text", "text": "?", "required": True, "show_if": low},
    ]
    second = [
        {"id": "ces", "kind": "ces", "text": "?"},
        {"id": "one", "kind": "single_choice", "text": "?", "options": options},
    ]
    pages = [{"id": "p1", "questions": first}, {"id": "p2", "questions": second}]
    return {"code": code, "title": {"en": "Bench"}, "anonymous": anonymous, "pages": pages}


async def published(port: int, token: str, code: str, *, anonymous: bool) -> str:
    """The id of a survey, made over the API."""
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers, raise_for_status=True) as session:
        made = await session.post("/v1/surveys", json=definition(code, anonymous=anonymous))
        survey_id = str((await made.json())["id"])
        await session.post(f"/v1/surveys/{survey_id}/publish")
        return survey_id


async def prepared(url: str) -> list[UUID]:
    """Customers that the service knows, and the tables of the floor."""
    ids = [new_id() for _ in range(CUSTOMERS)]
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("INSERT INTO known_customers SELECT unnest($1::uuid[]), now()", ids)
        await connection.execute(INSERT_SCHEMA)
        return ids
    finally:
        await connection.close()


async def stored(url: str, survey_id: str) -> int:
    """How many finished responses of the survey are in the database."""
    connection = await asyncpg.connect(url)
    try:
        query = "SELECT count(*) FROM responses WHERE survey_id = $1 AND status = 'finished'"
        return int(await connection.fetchval(query, UUID(survey_id)))
    finally:
        await connection.close()


def puts(survey_id: str, customers: Sequence[UUID], token: str) -> list[Request]:
    """Responses, each under an id of its own."""
    draw, headers = Random(3), (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
    requests = []
    for place in range(RESPONSES):
        nps = draw.choices(range(11), (2, 1, 1, 1, 2, 5, 5, 12, 20, 21, 30))[0]
        answers: dict[str, Any] = {"nps": {"value": nps}, "ces": {"value": draw.randint(1, 7)}}
        answers |= {"why": {"text": "it took too long"}} if nps <= 6 else {}
        answers["one"] = {"options": [f"o{draw.randint(1, 3)}"]}
        body = {"customer_id": str(customers[place % CUSTOMERS]), "language": "fa", "channel": "web", "step": 1}
        body |= {"finished": True, "answers": answers}
        requests.append(Request("PUT", f"/v1/surveys/{survey_id}/responses/{uuid4()}", headers, orjson.dumps(body)))
    return requests


def survey_ingest_figures() -> list[Figure]:
    """The rates of identified and of anonymous responses beside the floor."""
    home = Path(tempfile.mkdtemp(prefix="hamdel-ingest-"))
    server = EmbeddedPostgres(home)
    try:
        server.start()
        private, jwks = generate_key_pair(home / "keys")
        asyncio.run(migrate("survey", server.url()))
        customers = asyncio.run(prepared(server.url()))
        with floor_server("fastapi_insert", FLOOR_DATABASE=server.url()) as port:
            bodies = [orjson.dumps(interaction(customer)) for customer in customers]
            plain = (("Content-Type", "application/json"),)
            floor = measure(port, [Request("POST", "/interactions", plain, one) for one in bodies], expect=201)
        say(f"floor: {floor.rate:,.0f}/s")
        token = issue_token(private, "admin", subject="bench")
        with one_service("survey_service", server.url(), jwks) as port:
            return [ingested(port, server.url(), token, customers, floor, anonymous) for anonymous in (False, True)]
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def ingested(port: int, url: str, token: str, customers: Sequence[UUID], floor: LoadResult, anonymous: bool) -> Figure:
    """One line of the table. Should the ids run out they come again and are answered 200, which counts as a failure."""
    survey_id = asyncio.run(published(port, token, f"bench-{anonymous}".lower(), anonymous=anonymous))
    requests = puts(survey_id, customers, token)
    ours = measure(port, requests[EARLY:], seconds=SECONDS, expect=201, warm_up=requests[:EARLY])
    kept = asyncio.run(stored(url, survey_id))
    work = f"PUT of {'anonymous' if anonymous else 'identified'} responses, direct, 32 connections"
    shown = f"{ours.rate:,.0f}/s, p50 {ours.p50_ms:.0f} ms, p99 {ours.p99_ms:.0f} ms, {ours.failures} failures"
    ratio = ours.rate / floor.rate
    say(f"{work}: {shown}; {kept:,} stored; ratio {ratio:.2f}")
    raw = f"FastAPI + one-statement insert, direct: {floor.rate:,.0f}/s"
    return Figure("S5", work, shown, raw, f"{ratio:.2f}", f"≥ {TARGET}", ratio >= TARGET and not ours.failures)


if __name__ == "__main__":
    print_figures(survey_ingest_figures())
