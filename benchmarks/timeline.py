"""P7: page 1 and page 1,000 of one customer's timeline, over HTTP to a real process of interaction-service.

The customer has 100,000 touches in all three tables of the timeline, beside 20,000 customers with ten each, so that
PostgreSQL plans for an ordinary customer. Page 1,000 is reached by following the cursors of the pages before it; then
both pages are asked for in turn, many times. A page has 50 entries.

Alone: `python -m benchmarks.timeline`.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg

from benchmarks.environment import one_service, say
from benchmarks.report import Figure, print_figures
from benchmarks.search import percentile
from hamdel.http import generate_key_pair, issue_token
from hamdel.ids import new_id
from hamdel_cli.embedded.databases import migrate
from hamdel_cli.embedded.postgres import EmbeddedPostgres

__all__ = ["timeline_figures"]

TOUCHES = 100_000
OTHERS = 20_000
DEEP = 1_000
TIMES = 300
TARGET = 1.5

INTERACTIONS = """
    INSERT INTO interactions (id, customer_id, source, external_id, occurred_at, channel, direction, kind, subject,
                              attributes, fingerprint, summary, recorded_at)
    SELECT gen_random_uuid(), customer, 'bench', customer || '-' || n, timestamptz '2026-01-01' - n * interval '7 min',
           CASE n % 3 WHEN 0 THEN 'web' WHEN 1 THEN 'phone' ELSE 'email' END, 'inbound', 'support',
           'asked about order ' || n, '{}', gen_random_uuid(), '{}', now()
    FROM unnest($1::uuid[]) AS customer, generate_series(1, $2::integer) AS n
"""
PURCHASES = """
    INSERT INTO purchases (id, customer_id, source, external_id, occurred_at, channel, total, currency, items,
                           item_count, fingerprint, summary, recorded_at)
    SELECT gen_random_uuid(), customer, 'bench', customer || '-' || n, timestamptz '2026-01-01' - n * interval '90 min',
           'web', 77, 'USD', '[]', 0, gen_random_uuid(), '{}', now()
    FROM unnest($1::uuid[]) AS customer, generate_series(1, $2::integer) AS n
"""
ENTRIES = """
    INSERT INTO timeline_entries (id, customer_id, type, kind, occurred_at, received_at, summary)
    SELECT gen_random_uuid(), customer, 'points', 'points_earned', timestamptz '2026-01-01' - n * interval '90 min',
           now(), '{"points": 70}'
    FROM unnest($1::uuid[]) AS customer, generate_series(1, $2::integer) AS n
"""


async def fill(url: str, busy: UUID) -> None:
    """The busy customer and the ordinary ones."""
    connection = await asyncpg.connect(url, command_timeout=600)
    others = [new_id() for _ in range(OTHERS)]
    parts = {INTERACTIONS: (84, 8), PURCHASES: (8, 1), ENTRIES: (8, 1)}
    try:
        for statement, (share, each) in parts.items():
            await connection.execute(statement, [busy], TOUCHES * share // 100)
            await connection.execute(statement, others, each)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def ask(port: int, token: str, busy: UUID) -> tuple[list[float], list[float]]:
    """Milliseconds of page 1 and of the deep page."""
    path = f"http://127.0.0.1:{port}/v1/customers/{busy}/timeline"
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=30)) as session:

        async def page(cursor: str) -> tuple[float, dict[str, Any]]:
            started = time.perf_counter()
            async with session.get(path, params={"cursor": cursor} if cursor else {}) as answer:
                answer.raise_for_status()
                body: dict[str, Any] = await answer.json()
            return (time.perf_counter() - started) * 1000, body

        cursor = ""
        for _ in range(DEEP - 1):
            cursor = (await page(cursor))[1]["next_cursor"]
        first, deep = [], []
        for _ in range(TIMES):
            first.append((await page(""))[0])
            deep.append((await page(cursor))[0])
        return first, deep


def timeline_figures() -> list[Figure]:
    """p50 of both pages and their ratio."""
    home, busy = Path(tempfile.mkdtemp(prefix="hamdel-timeline-")), new_id()
    server = EmbeddedPostgres(home)
    try:
        server.start()
        private, jwks = generate_key_pair(home / "keys")
        asyncio.run(migrate("interaction", server.url()))
        asyncio.run(fill(server.url(), busy))
        with one_service("interaction_service", server.url(), jwks) as port:
            token = issue_token(private, "agent", subject="bench")
            first, deep = asyncio.run(ask(port, token, busy))
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    ratio = percentile(deep, 0.5) / percentile(first, 0.5)
    shown, floor = [
        f"p50 {percentile(each, 0.5):.2f} ms, p95 {percentile(each, 0.95):.2f} ms" for each in (deep, first)
    ]
    say(f"P7 timeline: page {DEEP:,} {shown}; page 1 {floor}")
    work = f"timeline of {TOUCHES:,} touches, page {DEEP:,} of 50"
    return [Figure("P7", work, shown, f"page 1: {floor}", f"{ratio:.2f}", f"≤ {TARGET}", ratio <= TARGET)]


if __name__ == "__main__":
    print_figures(timeline_figures())
