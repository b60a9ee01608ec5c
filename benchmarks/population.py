"""Many customers with a profile and a purchase each, made through the API like anybody's."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import asyncpg

from benchmarks.environment import Stack, say

__all__ = ["populate", "wait_until_projected", "wait_until_quiet"]

RESOLVE = 1000
BATCH = 500
IN_FLIGHT = 4
BACKGROUND = {"profile": "duplicate_queue", "interaction": "search_waiting"}
"""The queues of what a service does after a write, by its short name."""


async def _post(session: aiohttp.ClientSession, url: str, body: object) -> list[dict[str, Any]]:
    """The items of the answer; a 503 is asked again, as `Retry-After` says and any importer does."""
    for _ in range(60):
        async with session.post(url, json=body) as answer:
            if answer.status != 503:
                answer.raise_for_status()
                items: list[dict[str, Any]] = (await answer.json())["items"]
                return items
        await asyncio.sleep(1)
    raise RuntimeError(f"{url} answered 503 for a minute")


async def _resolve(session: aiohttp.ClientSession, base: str, first: int) -> list[str]:
    wanted = [{"type": "external:bench", "value": f"{number:07d}"} for number in range(first + 1, first + RESOLVE + 1)]
    body = {"create_missing": True, "identifiers": wanted}
    return [item["id"] for item in await _post(session, f"{base}/v1/customers/resolve", body)]


async def _buy(session: aiohttp.ClientSession, base: str, ids: list[str], first: int) -> None:
    items = [
        {
            "customer_id": customer,
            "external_id": f"bench-{first + at}",
            "source": "bench",
            "occurred_at": "2026-01-02T10:00:00Z",
            "channel": "web",
            "items": [{"sku": "cd", "name": "a record", "quantity": 2}],
            "total": {"amount": "29.33", "currency": "USD"},
        }
        for at, customer in enumerate(ids)
    ]
    answers = await _post(session, f"{base}/v1/purchases/batch", {"items": items})
    rejected = [item for item in answers if item["status"] == "rejected"]
    if rejected:
        raise RuntimeError(f"a purchase was rejected: {rejected[0]}")


async def _make(session: aiohttp.ClientSession, base: str, first: int, gate: asyncio.Semaphore) -> list[str]:
    async with gate:
        ids = await _resolve(session, base, first)
        for at in range(0, len(ids), BATCH):
            await _buy(session, base, ids[at : at + BATCH], first + at)
        return ids


async def _populate(stack: Stack, count: int) -> list[str]:
    base = f"http://127.0.0.1:{stack.gateway_port}"
    headers = {"Authorization": f"Bearer {stack.token('service')}"}
    gate = asyncio.Semaphore(IN_FLIGHT)
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=120)) as session:
        made = await asyncio.gather(*(_make(session, base, first, gate) for first in range(0, count, RESOLVE)))
    return [customer for ids in made for customer in ids]


async def wait_until_projected(stack: Stack, count: int, sequence: int = 1, timeout: float = 180) -> float:
    """Seconds until so many stored views have an interactions section of at least this sequence."""
    query = "SELECT count(*) FROM customer_views WHERE interactions_sequence >= $1 AND profile_sequence > 0"
    started = time.perf_counter()
    connection = await asyncpg.connect(stack.database("gateway"))
    try:
        while time.perf_counter() - started < timeout:
            if await connection.fetchval(query, sequence) >= count:
                return time.perf_counter() - started
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    raise RuntimeError(f"not all of {count} sections arrived within {timeout} s")


async def wait_until_quiet(stack: Stack, timeout: float = 600) -> float:
    """Seconds until nothing is left to do in the background: new customers are compared with everybody, new records
    go into the index of words. That work is not what the next figure is about, and takes both cores."""
    started = time.perf_counter()
    for service, table in BACKGROUND.items():
        connection = await asyncpg.connect(stack.database(service))
        try:
            while await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):
                if time.perf_counter() - started > timeout:
                    raise RuntimeError(f"{table} is not worked off within {timeout} s")
                await asyncio.sleep(0.5)
        finally:
            await connection.close()
    return time.perf_counter() - started


def populate(stack: Stack, count: int) -> list[str]:
    """Makes `count` customers (a multiple of 1,000), waits until their views are stored and the work in the background
    is done; gives their ids."""
    started = time.perf_counter()
    ids = asyncio.run(_populate(stack, count))
    asyncio.run(wait_until_projected(stack, count))
    say(f"{count:,} customers with a purchase each, visible after {time.perf_counter() - started:.0f} s")
    say(f"quiet {asyncio.run(wait_until_quiet(stack)):.0f} s later")
    return ids
