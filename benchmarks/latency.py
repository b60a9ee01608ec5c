"""P6: from the commit of a write to the projected view that shows it, at a steady 200 writes a second.

Method: every 5 ms one interaction is posted through the gateway; when its answer is there (the commit lies before it),
the projected view of that customer is read with the answer's sequence as `Hamdel-Min-Sequence`, as a client would read
its own write: the gateway answers as soon as the projection shows it. The time is taken from the arrival of the answer,
a little after the commit, to the arrival of the view. After 250 ms the gateway composes the section live: such a write
is then read without the header, and so from the projection alone, until it is shown.
The customers were made through the API before, and nothing is left to do in the background. The first half minute is
not counted: connection pools fill, and Apache Kafka's JVM compiles itself, which takes the time of one core (measured
in rounds of 13 seconds on one broker: 3.0, 2.5, 1.6, 1.4, 1.5 ms of it per write; a broker in service has that behind
it).
"""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import aiohttp
import orjson

from benchmarks.environment import Stack, running_stack, say
from benchmarks.population import populate
from benchmarks.report import Figure
from benchmarks.writes import interaction
from tests.kafka.find import running_kafka

__all__ = ["kafka_latency_figure", "latency_figure"]

WRITES = 2000
WARM_UP = 6000
PER_SECOND = 200
CUSTOMERS = 1000
PAUSE = 0.005
LIVE_AFTER = 0.25


async def _one(session: aiohttp.ClientSession, base: str, customer: UUID) -> float:
    async with session.post(f"{base}/v1/interactions", json=interaction(customer)) as answer:
        answer.raise_for_status()
        wanted = answer.headers["Hamdel-Sequence"]
    started = time.perf_counter()
    async with session.get(f"{base}/v1/customers/{customer}/view", headers={"Hamdel-Min-Sequence": wanted}) as view:
        shown = await _shown(view, wanted)
    waited = time.perf_counter() - started
    if shown and waited < LIVE_AFTER:
        return waited
    return waited + await _projected(session, base, customer, wanted)


async def _projected(session: aiohttp.ClientSession, base: str, customer: UUID, wanted: str) -> float:
    """The further seconds until the plain view, which is never composed, shows it."""
    started = time.perf_counter()
    while time.perf_counter() - started < 10:
        async with session.get(f"{base}/v1/customers/{customer}/view") as view:
            if await _shown(view, wanted):
                return time.perf_counter() - started
        await asyncio.sleep(PAUSE)
    raise RuntimeError(f"the view of {customer} did not show {wanted} within 10 s")


async def _shown(view: aiohttp.ClientResponse, wanted: str) -> bool:
    view.raise_for_status()
    name, _, sequence = wanted.partition("=")
    return bool(orjson.loads(await view.read())["sections"][name]["sequence"] >= int(sequence))


async def _steady(stack: Stack, customers: list[UUID]) -> list[float]:
    headers = {"Authorization": f"Bearer {stack.token('agent')}"}
    base = f"http://127.0.0.1:{stack.gateway_port}"
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        tasks = []
        started = time.perf_counter()
        for at in range(WARM_UP + WRITES):
            await asyncio.sleep(max(0.0, started + at / PER_SECOND - time.perf_counter()))
            tasks.append(asyncio.create_task(_one(session, base, customers[at % len(customers)])))
        return sorted((await asyncio.gather(*tasks))[WARM_UP:])


def latency_figure(stack: Stack, broker: str) -> Figure:
    """p50 and p99 in milliseconds; the target counts on Apache Kafka."""
    customers = [UUID(customer) for customer in populate(stack, CUSTOMERS)]
    times = asyncio.run(_steady(stack, customers))
    p50, p99 = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
    say(f"P6 {broker}: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    return Figure(
        "P6",
        f"commit → visible in the view, 200 writes/s, {broker}",
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
        "",
        "",
        "p50 ≤ 30 ms, p99 ≤ 150 ms",
        p50 <= 30 and p99 <= 150,
    )


def kafka_latency_figure() -> Figure:
    """The same on an Apache Kafka, found or started as `make test-kafka` does, with a stack of its own.

    Raises KafkaUnavailableError where there is none to be had.
    """
    with running_kafka() as address, running_stack("--kafka", address) as stack:
        return latency_figure(stack, "Apache Kafka")
