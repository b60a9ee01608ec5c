"""The product on a sample, as anybody would use it: POST the customers, `hamdel duplicates scan`, read the list."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import aiohttp

from benchmarks.environment import Stack, hamdel, say

__all__ = ["Found", "suggested"]

IN_FLIGHT = 16
REFUSED, UNAVAILABLE = 422, 503

Body = dict[str, Any]


class Found:
    """`pairs` of places with their score; `seconds` of the scan; `bodies` as they were accepted."""

    def __init__(self, pairs: dict[tuple[int, int], float], seconds: float, bodies: list[Body]) -> None:
        self.pairs, self.seconds, self.bodies = pairs, seconds, bodies


def suggested(stack: Stack, bodies: Sequence[Body]) -> Found:
    """What the product suggests among these customers."""
    accepted, ids = asyncio.run(_post_all(stack, bodies))
    began = time.perf_counter()
    hamdel("duplicates", "scan", "--home", str(stack.home), timeout=600)
    seconds = time.perf_counter() - began
    places = {customer_id: place for place, customer_id in enumerate(ids)}
    pairs = {}
    for one, other, score in asyncio.run(_read_all(stack)):
        a, b = sorted((places[one], places[other]))
        pairs[a, b] = score
    return Found(pairs, seconds, accepted)


def _session(stack: Stack) -> aiohttp.ClientSession:
    headers = {"Authorization": f"Bearer {stack.token('admin')}"}
    return aiohttp.ClientSession(f"http://127.0.0.1:{stack.gateway_port}", headers=headers)


async def _post_all(stack: Stack, bodies: Sequence[Body]) -> tuple[list[Body], list[str]]:
    gate = asyncio.Semaphore(IN_FLIGHT)
    async with _session(stack) as session:
        answers = await asyncio.gather(*(_post(session, gate, body) for body in bodies))
    say(f"posted {len(bodies):,} customers")
    return [body for body, _ in answers], [customer_id for _, customer_id in answers]


async def _post(session: aiohttp.ClientSession, gate: asyncio.Semaphore, body: Body) -> tuple[Body, str]:
    """A mistyped identifier that the product refuses is left out, as a clerk would."""
    async with gate:
        for attempt in (body, *({**body, "identifiers": kept} for kept in _fewer(body["identifiers"]))):
            answer = await _created(session, attempt)
            if answer is not None:
                return attempt, str(answer["id"])
    raise RuntimeError(f"refused: {body}")


async def _created(session: aiohttp.ClientSession, body: Body) -> Body | None:
    """The new customer, None when the body is refused; a 503 is asked again, as any importer does."""
    for _ in range(60):
        async with session.post("/v1/customers", json=body) as answer:
            if answer.status == REFUSED:
                return None
            if answer.status != UNAVAILABLE:
                answer.raise_for_status()
                created: Body = await answer.json()
                return created
        await asyncio.sleep(1)
    raise RuntimeError("503 for a minute")


def _fewer(identifiers: list[Body]) -> list[list[Body]]:
    one_less = [[each for each in identifiers if each is not left_out] for left_out in identifiers]
    return [*one_less, []]


async def _read_all(stack: Stack) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    cursor = ""
    async with _session(stack) as session:
        while True:
            async with session.get(
                "/v1/duplicates", params={"limit": 200, **({"cursor": cursor} if cursor else {})}
            ) as page:
                page.raise_for_status()
                answer = await page.json()
            found += [(*each["customer_ids"], each["score"]) for each in answer["items"]]
            cursor = answer["next_cursor"]
            if not cursor:
                return found
