"""P2 and P3: interactions through the gateway, single and in batches, beside the raw statements they end in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import orjson

from benchmarks.environment import Stack, floor_server, say
from benchmarks.floors import INSERT_MANY, INSERT_SCHEMA
from benchmarks.load import Request, measure
from benchmarks.report import Figure
from hamdel.ids import new_id

__all__ = ["floor_schema", "known_customers", "raw_batches", "write_figures"]

AT = datetime(2026, 1, 2, 10, tzinfo=UTC)
BATCH = 500
BATCHES = 40


async def known_customers(stack: Stack, count: int) -> list[UUID]:
    """Customers that interaction-service knows, put straight into its projection: creating them is not the subject."""
    ids = [new_id() for _ in range(count)]
    connection = await asyncpg.connect(stack.database("interaction"))
    try:
        await connection.execute(
            "INSERT INTO known_customers (customer_id, known_at) SELECT unnest($1::uuid[]), now() "
            "ON CONFLICT DO NOTHING",
            ids,
        )
    finally:
        await connection.close()
    return ids


def interaction(customer_id: UUID, subject: str = "asked about an order") -> dict[str, str]:
    """A body as a front end would send it."""
    return {
        "customer_id": str(customer_id),
        "channel": "phone",
        "direction": "inbound",
        "kind": "call",
        "occurred_at": "2026-01-02T10:00:00Z",
        "subject": subject,
    }


def _posts(path: str, bodies: Sequence[object], token: str) -> list[Request]:
    headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
    return [Request("POST", path, headers, orjson.dumps(body)) for body in bodies]


async def floor_schema(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(INSERT_SCHEMA)
    await connection.close()


def _single(stack: Stack, customers: list[UUID], token: str) -> Figure:
    bodies = [interaction(customer) for customer in customers[:2000]]
    database = stack.database("interaction")
    asyncio.run(floor_schema(database))
    with floor_server("fastapi_insert", FLOOR_DATABASE=database) as port:
        floor = measure(port, _posts("/interactions", bodies, token), expect=201)
    ours = measure(stack.gateway_port, _posts("/v1/interactions", bodies, token), expect=201)
    ratio = ours.rate / floor.rate
    say(f"P2 {ours.rate:,.0f}/s against {floor.rate:,.0f}/s, {ours.failures} failures")
    return Figure(
        "P2",
        "POST /v1/interactions through the gateway, 32 connections",
        f"{ours.rate:,.0f}/s, p99 {ours.p99_ms:.0f} ms",
        f"FastAPI + one-statement insert, direct: {floor.rate:,.0f}/s",
        f"{ratio:.2f}",
        "≥ 0.35",
        ratio >= 0.35 and not ours.failures,
    )


async def raw_batches(url: str, customers: list[UUID]) -> float:
    connection = await asyncpg.connect(url)
    payload = orjson.dumps({"data": interaction(customers[0])}) + b" " * 250
    started = time.perf_counter()
    for at in range(BATCHES):
        chosen = [customers[(at * BATCH + n) % len(customers)] for n in range(BATCH)]
        await connection.execute(
            INSERT_MANY,
            chosen,
            [new_id() for _ in chosen],
            [AT] * BATCH,
            ["phone"] * BATCH,
            ["call"] * BATCH,
            ["asked about an order"] * BATCH,
            [new_id() for _ in chosen],
            [payload] * BATCH,
        )
    elapsed = time.perf_counter() - started
    await connection.close()
    return BATCH * BATCHES / elapsed


def _batches(stack: Stack, customers: list[UUID], token: str) -> Figure:
    database = stack.database("interaction")
    asyncio.run(floor_schema(database))
    floor = asyncio.run(raw_batches(database, customers))
    bodies = [
        {"items": [interaction(customers[(at * BATCH + n) % len(customers)]) for n in range(BATCH)]} for at in range(20)
    ]
    ours = measure(
        stack.gateway_port, _posts("/v1/interactions/batch", bodies, token), connections=4, seconds=8, expect=200
    )
    rate = ours.rate * BATCH
    say(f"P3 {rate:,.0f} rows/s against {floor:,.0f} rows/s, {ours.failures} failures")
    return Figure(
        "P3",
        "POST /v1/interactions/batch, 500 each, through the gateway, with outbox rows",
        f"{rate:,.0f} rows/s",
        f"raw unnest, one statement: {floor:,.0f} rows/s",
        f"{rate / floor:.2f}",
        "≥ 0.35",
        rate / floor >= 0.35 and not ours.failures,
    )


def write_figures(stack: Stack) -> list[Figure]:
    """P2 and P3 on a running stack."""
    customers = asyncio.run(known_customers(stack, 10_000))
    token = stack.token("agent")
    return [_single(stack, customers, token), _batches(stack, customers, token)]
