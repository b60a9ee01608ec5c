"""The checks of `hamdel doctor`: each answers one line and whether it is well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from hamdel.messaging.topics import PARTITIONS, TopicsFailedError, partition_counts
from hamdel_cli.embedded import repository
from hamdel_cli.embedded.environment import database_url
from hamdel_cli.embedded.health import is_ready
from hamdel_cli.embedded.processes import running
from hamdel_cli.embedded.state import Home, Running, Settings
from hamdel_cli.gateway_client import Gateway
from hamdel_cli.importing.purchases import batches
from hamdel_cli.kafka import all_topics, tool_kafka
from hamdel_cli.topology import PROCESSES, SERVICES

__all__ = ["Finding", "check_all", "compare_views", "settle", "total_backlog"]

VIEWS_AT_ONCE = 500
QUIET_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    well: bool
    text: str


async def check_all(home: Home, settings: Settings, record: Running) -> AsyncIterator[Finding]:
    """Processes, health, backlog and topics, in this order."""
    marks = record.process_marks()
    dead = [name for name, mark in marks.items() if not running(mark)]
    yield Finding(not dead, f"processes: {len(marks) - len(dead)} of {len(marks)} running" + _named(dead))
    ready = {name: await asyncio.to_thread(is_ready, settings.ports[short]) for short, name in PROCESSES.items()}
    failing = [name for name, well in ready.items() if not well]
    yield Finding(not failing, f"health: {len(ready) - len(failing)} of {len(ready)} ready" + _named(failing))
    yield await _check_backlog(settings)
    yield await _check_topics(record.kafka)


def _named(names: list[str]) -> str:
    return f" (not: {', '.join(names)})" if names else ""


async def _check_backlog(settings: Settings) -> Finding:
    try:
        left = await settle(settings, 10.0)
    except (OSError, asyncpg.PostgresError) as error:
        return Finding(False, f"backlog: unknown, {type(error).__name__}")
    parts = ", ".join(f"{count} {kind}" for kind, count in left.items())
    return Finding(not any(left.values()), f"backlog: {parts}")


async def _check_topics(bootstrap: str) -> Finding:
    names = [spec.name for spec in all_topics()]
    try:
        counts = await partition_counts(tool_kafka(bootstrap), names)
    except TopicsFailedError as error:
        return Finding(False, f"topics: {error}")
    wrong = [f"{name} has {count}" for name, count in counts.items() if count != PARTITIONS]
    return Finding(
        not wrong, f"topics: {len(names) - len(wrong)} of {len(names)} with {PARTITIONS} partitions" + _named(wrong)
    )


async def total_backlog(settings: Settings) -> dict[str, int]:
    """The backlog of all services together, by kind: events, sections, parked."""
    totals = {"events": 0, "sections": 0, "parked": 0}
    for short in SERVICES:
        async with _database(settings, short) as connection:
            for kind, count in (await repository.backlog(connection)).items():
                totals[kind] += count
    return totals


@asynccontextmanager
async def _database(settings: Settings, short: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database_url(settings, short), timeout=5)
    try:
        yield connection
    finally:
        await connection.close()


async def settle(settings: Settings, timeout: float = QUIET_SECONDS) -> dict[str, int]:
    """Waits until everything is published, at most `timeout` seconds; returns what is left."""
    deadline = time.monotonic() + timeout
    while True:
        left = await total_backlog(settings)
        if not (left["events"] or left["sections"]) or time.monotonic() > deadline:
            return left
        await asyncio.sleep(0.1)


async def compare_views(gateway: Gateway, settings: Settings, timeout: float = QUIET_SECONDS) -> dict[str, int]:
    """Compares every projected view with the live one: `{"compared": n, "differences": n}`.

    Every customer of the projection, and every customer that any service has something about: a view that is missing
    is a difference too. A view that is still on its way through Kafka is one for a moment, so a comparison that finds
    some is made again until the number is 0 or `timeout` seconds are over.
    """
    deadline = time.monotonic() + timeout
    while True:
        await settle(settings, max(0.0, deadline - time.monotonic()))
        compared, differences = await _compare_once(gateway, settings)
        if not differences or time.monotonic() > deadline:
            return {"compared": compared, "differences": differences}
        await asyncio.sleep(0.3)


async def _compare_once(gateway: Gateway, settings: Settings) -> tuple[int, int]:
    differing: set[tuple[str, str]] = set()
    projected = 0
    after: str | None = None
    while True:
        page = await gateway.post("/internal/views/compare", {"after": after, "limit": VIEWS_AT_ONCE})
        projected += page["compared"]
        differing |= {(each["customer_id"], each["section"]) for each in page["differences"]}
        after = page["next"]
        if after is None:
            break
    known = sorted(await _known_customers(settings))
    for batch in batches(known, VIEWS_AT_ONCE):
        page = await gateway.post("/internal/views/compare", {"customer_ids": batch})
        differing |= {(each["customer_id"], each["section"]) for each in page["differences"]}
    return max(projected, len(known)), len(differing)


async def _known_customers(settings: Settings) -> set[str]:
    known: set[str] = set()
    for short in SERVICES:
        async with _database(settings, short) as connection:
            known |= await repository.customers(connection)
    return known
