"""I1–I4: customers through the gateway, created, looked up, resolved a thousand at a time and merged, beside the raw
statements they end in.

A merge is measured one at a time, because they are made one at a time: its floor is a transaction that writes one row
and one event for each of the two customers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import orjson

from benchmarks.environment import Stack, floor_server, say
from benchmarks.floors import INSERT_MANY, INSERT_ONE, INSERT_SCHEMA
from benchmarks.load import Request, measure
from benchmarks.people import people
from benchmarks.report import Figure
from hamdel.ids import new_id

__all__ = ["identity_figures"]

AT = datetime(2026, 1, 2, 10, tzinfo=UTC)
CREATED = 10_000
LOOKED_UP = 2_000
RESOLVED = 1_000
BATCHES = 10
PAIRS = 300
PAYLOAD = b"x" * 400


def _requests(method: str, path: str, token: str, bodies: list[object]) -> list[Request]:
    headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
    return [Request(method, path, headers, orjson.dumps(body)) for body in bodies]


def _create(stack: Stack, token: str) -> Figure:
    interaction = {"customer_id": str(new_id()), "channel": "phone", "direction": "inbound", "kind": "call"}
    floor_body = {**interaction, "occurred_at": AT.isoformat()}
    with floor_server("fastapi_insert", FLOOR_DATABASE=stack.database("profile")) as port:
        bodies: list[object] = [{**floor_body, "customer_id": str(new_id())} for _ in range(2000)]
        floor = measure(port, _requests("POST", "/interactions", token, bodies), expect=201)
    newcomers: list[object] = [_sharable(body) for body in people(CREATED, seed=7).bodies]
    ours = measure(stack.gateway_port, _requests("POST", "/v1/customers", token, newcomers), connections=16, expect=201)
    say(f"I1 create {ours.rate:,.0f}/s against {floor.rate:,.0f}/s, {ours.failures} failures")
    return Figure(
        "I1",
        "POST /v1/customers through the gateway: record, identifier, code, history, search words, two facts",
        f"{ours.rate:,.0f}/s, p50 {ours.p50_ms:.0f} ms, p99 {ours.p99_ms:.0f} ms",
        f"FastAPI + one-statement insert, direct: {floor.rate:,.0f}/s",
        f"{ours.rate / floor.rate:.2f}",
        "",
        None,
    )


def _sharable(body: dict[str, Any]) -> dict[str, Any]:
    """Without cards: the load goes round and round over the same people, and nobody has another one's card."""
    return {**body, "identifiers": [each for each in body["identifiers"] if each["type"] in ("phone", "email")]}


def _look_up(stack: Stack, token: str) -> Figure:
    numbers = [f"L{number}" for number in range(LOOKED_UP)]
    _resolve(stack, token, numbers)
    paths = [f"/v1/customers/by/external:bench/{number}" for number in numbers]
    headers = (("Authorization", f"Bearer {token}"),)
    with floor_server("fastapi_lookup", FLOOR_DATABASE=stack.database("profile")) as port:
        floor = measure(port, [Request("GET", f"/external:bench/{number}") for number in numbers])
    ours = measure(stack.gateway_port, [Request("GET", path, headers) for path in paths])
    say(f"I2 lookup {ours.rate:,.0f}/s against {floor.rate:,.0f}/s, {ours.failures} failures")
    return Figure(
        "I2",
        "GET /v1/customers/by/{type}/{value} through the gateway, 32 connections",
        f"{ours.rate:,.0f}/s, p50 {ours.p50_ms:.0f} ms, p99 {ours.p99_ms:.0f} ms",
        f"FastAPI + one asyncpg SELECT by identifier, direct: {floor.rate:,.0f}/s",
        f"{ours.rate / floor.rate:.2f}",
        "",
        None,
    )


def _resolve(stack: Stack, token: str, numbers: list[str]) -> list[str]:
    found: list[str] = []
    with _client(stack, token) as client:
        for at in range(0, len(numbers), RESOLVED):
            identifiers = [{"type": "external:bench", "value": each} for each in numbers[at : at + RESOLVED]]
            answer = client.post("/v1/customers/resolve", json={"create_missing": True, "identifiers": identifiers})
            answer.raise_for_status()
            found += [item["id"] for item in answer.json()["items"]]
    return found


def _thousand(stack: Stack, token: str) -> Figure:
    batches = [[f"R{at}-{number}" for number in range(RESOLVED)] for at in range(BATCHES)]
    created = _timed([lambda b=batch: _resolve(stack, token, b) for batch in batches])  # type: ignore[misc]
    found = _timed([lambda b=batch: _resolve(stack, token, b) for batch in batches])  # type: ignore[misc]
    floor = asyncio.run(_raw_thousands(stack.database("profile")))
    say(f"I3 resolve of 1,000: new {created[0]:.0f} ms, known {found[0]:.0f} ms, against {floor:.0f} ms")
    return Figure(
        "I3",
        "POST /v1/customers/resolve of 1,000 identifiers through the gateway",
        f"new p50 {created[0]:.0f} ms, p99 {created[1]:.0f} ms; known p50 {found[0]:.0f} ms",
        f"raw unnest of 1,000 rows with stream and outbox: {floor:.0f} ms",
        f"{floor / created[0]:.2f}",
        "",
        None,
    )


async def _raw_thousands(url: str) -> float:
    connection = await asyncpg.connect(url)
    times = []
    for _ in range(BATCHES):
        ids = [[new_id() for _ in range(RESOLVED)] for _ in range(3)]
        rows: list[list[object]] = [[value] * RESOLVED for value in (AT, "phone", "call", "asked")]
        started = time.perf_counter()
        await connection.execute(INSERT_MANY, ids[0], ids[1], *rows, ids[2], [PAYLOAD] * RESOLVED)
        times.append(time.perf_counter() - started)
    await connection.close()
    return sorted(times)[len(times) // 2] * 1000


def _merge(stack: Stack, token: str) -> Figure:
    pairs = _resolve(stack, token, [f"M{number}" for number in range(2 * PAIRS)])
    with _client(stack, token) as client:
        both = zip(pairs[::2], pairs[1::2], strict=True)
        ours = _timed([lambda a=a, b=b: _absorb(client, a, b) for a, b in both])  # type: ignore[misc]
    floor = asyncio.run(_raw_pairs(stack.database("profile")))
    say(f"I4 merge p50 {ours[0]:.1f} ms, p99 {ours[1]:.1f} ms, against {floor[0]:.1f} ms")
    return Figure(
        "I4",
        "POST /v1/customers/{id}/merges through the gateway, one at a time",
        f"p50 {ours[0]:.1f} ms, p99 {ours[1]:.1f} ms",
        f"one transaction, a row and an event for both: p50 {floor[0]:.1f} ms, p99 {floor[1]:.1f} ms",
        f"{floor[0] / ours[0]:.2f}",
        "",
        None,
    )


def _absorb(client: httpx.Client, survivor: str, absorbed: str) -> None:
    client.post(f"/v1/customers/{survivor}/merges", json={"absorb": absorbed}).raise_for_status()


async def _raw_pairs(url: str) -> tuple[float, float]:
    connection = await asyncpg.connect(url)
    times = []
    for _ in range(PAIRS):
        started = time.perf_counter()
        async with connection.transaction():
            for _ in range(2):
                ids = [new_id() for _ in range(3)]
                await connection.execute(INSERT_ONE, ids[0], ids[1], AT, "phone", "call", "asked", ids[2], PAYLOAD)
        times.append(time.perf_counter() - started)
    await connection.close()
    return _percentiles(times)


def _timed(calls: list[Callable[[], object]]) -> tuple[float, float]:
    times = []
    for call in calls:
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return _percentiles(times)


def _percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2] * 1000, ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000


def _client(stack: Stack, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=f"http://127.0.0.1:{stack.gateway_port}", headers=headers, timeout=60)


def identity_figures(stack: Stack) -> list[Figure]:
    """I1–I4 on a running stack."""
    token = stack.token("agent")
    asyncio.run(_floor_tables(stack.database("profile")))
    return [_create(stack, token), _look_up(stack, token), _thousand(stack, token), _merge(stack, token)]


async def _floor_tables(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(INSERT_SCHEMA)
    await connection.close()
