"""P5: fifty thousand customers become dirty at once; the time until the gateway has stored all their sections."""

from __future__ import annotations

import asyncio

import asyncpg

from benchmarks.environment import Stack, say
from benchmarks.population import wait_until_projected
from benchmarks.report import Figure

__all__ = ["section_figure"]

DIRTY = 50_000
TARGET = 5_000


async def _make_dirty(stack: Stack) -> int:
    # The next sequence without a fact: what is measured is rendering, publishing and storing the section.
    query = """
        WITH chosen AS (SELECT customer_id FROM event_streams WHERE sequence = 1 LIMIT $1),
             bumped AS (UPDATE event_streams SET sequence = 2 WHERE customer_id IN (SELECT * FROM chosen) RETURNING 1)
        SELECT count(*) FROM bumped
    """
    connection = await asyncpg.connect(stack.database("interaction"))
    try:
        return int(await connection.fetchval(query, DIRTY))
    finally:
        await connection.close()


async def _measure(stack: Stack) -> tuple[int, float]:
    dirty = await _make_dirty(stack)
    return dirty, await wait_until_projected(stack, dirty, sequence=2)


def section_figure(stack: Stack) -> Figure:
    """Customers per second from commit to stored, relay and projector together on the same cores."""
    dirty, seconds = asyncio.run(_measure(stack))
    rate = dirty / seconds
    say(f"P5 {rate:,.0f} customers/s")
    return Figure(
        "P5",
        f"{dirty:,} dirty customers → visible in the gateway",
        f"{rate:,.0f} customers/s",
        "",
        "",
        "≥ 5,000 customers/s",
        rate >= TARGET and dirty == DIRTY,
    )
