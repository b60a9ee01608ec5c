"""`GET /v1/members/{id}` of a member with 10,000 entries, over HTTP to a real process of loyalty-service.

The member earned 7,000 times, at 7,000 moments; 4,000 of the lots are still open, a third of them due to lapse within
the year. Beside it are 20,000 members with ten entries each, so that PostgreSQL plans for an ordinary one. The floor is
one row by its primary key through FastAPI; both are asked in turn, over one connection each, many times.

Alone: `python -m benchmarks.loyalty_members`.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg

from benchmarks.environment import floor_server, one_service, say
from benchmarks.report import Figure, print_figures
from benchmarks.search import percentile
from hamdel.http import generate_key_pair, issue_token
from hamdel.ids import new_id
from hamdel_cli.embedded.databases import migrate
from hamdel_cli.embedded.postgres import EmbeddedPostgres

__all__ = ["member_figures"]

EARNED, OPEN, REDEEMED = 7_000, 4_000, 1_500
OTHERS = 20_000
TIMES = 1_000
TARGET = 20.0

PROGRAM = """
    INSERT INTO programs (id, code, name, timezone, calendar, currency, enrolment, pending_days, expiry_months,
                          expiry_round_up, on_refund, points_paid_earn, stacking, created_at, updated_at, version)
    VALUES ($1, 'bench', 'Bench', 'UTC', 'gregorian', 'USD', 'automatic', 0, 12, 'none', 'shortfall', false, 'stack',
            now(), now(), 1)
"""
MEMBERS = """
    INSERT INTO members (program_id, customer_id, enrolled_at, available, lifetime)
    SELECT $1, customer, now() - interval '3 years', $3::integer * 7, $4::integer * 7
    FROM unnest($2::uuid[]) AS customer
"""
ENTRIES = """
    INSERT INTO entries (id, program_id, customer_id, kind, debit, credit, points, business_key, actor, occurred_at,
                         recorded_at, expires_at)
    SELECT uuidv7(), $1, customer, $3, $4, $5, 7, $3 || ':' || customer || ':' || n, 'bench',
           now() - n * interval '3 hours', now(), now() + n * interval '2 hours'
    FROM generate_series(1, $6::integer) AS n, unnest($2::uuid[]) AS customer
"""
LOTS = """
    INSERT INTO lots (id, program_id, customer_id, points, remaining, earned_at, available_at, expires_at, matured)
    SELECT id, program_id, customer_id, 7, CASE WHEN place <= $1::integer THEN 7 ELSE 0 END, occurred_at, occurred_at,
           expires_at, true
    FROM (SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY occurred_at DESC) AS place
          FROM entries WHERE kind = 'earn') AS e
"""
KINDS = {
    "earn": ("issued", "available", EARNED, 8),
    "reserve": ("available", "reserved", REDEEMED, 1),
    "capture": ("reserved", "redeemed", REDEEMED, 1),
}


@dataclass
class Times:
    """Milliseconds of each answer."""

    ours: list[float] = field(default_factory=list)
    entries: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


async def fill(url: str, program: UUID, busy: UUID) -> None:
    """The busy member and the ordinary ones."""
    connection = await asyncpg.connect(url, command_timeout=600)
    others = [new_id() for _ in range(OTHERS)]
    try:
        await connection.execute(PROGRAM, program)
        await connection.execute(MEMBERS, program, [busy], OPEN, EARNED)
        await connection.execute(MEMBERS, program, others, 8, 8)
        for kind, (debit, credit, many, few) in KINDS.items():
            await connection.execute(ENTRIES, program, [busy], kind, debit, credit, many)
            await connection.execute(ENTRIES, program, others, kind, debit, credit, few)
        await connection.execute(LOTS, OPEN)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def ask(port: int, floor_port: int, token: str, program: UUID, busy: UUID) -> Times:
    """Asks for the member, the newest entries and the floor's row in turn; the first tenth is not counted."""
    member = f"http://127.0.0.1:{port}/v1/members/{busy}"
    paths = {"ours": member, "entries": f"{member}/entries", "floor": f"http://127.0.0.1:{floor_port}/{busy}/{program}"}
    times, headers = Times(), {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=30)) as session:
        for turn in range(-TIMES // 10, TIMES):
            for name, path in paths.items():
                started = time.perf_counter()
                async with session.get(path) as answer:
                    answer.raise_for_status()
                    await answer.read()
                if turn >= 0:
                    getattr(times, name).append((time.perf_counter() - started) * 1000)
    return times


def member_figures() -> list[Figure]:
    """p50 and p99 of the member and of the newest entries, beside the floor."""
    home, program, busy = Path(tempfile.mkdtemp(prefix="hamdel-members-")), new_id(), new_id()
    server = EmbeddedPostgres(home)
    try:
        server.start()
        private, jwks = generate_key_pair(home / "keys")
        asyncio.run(migrate("loyalty", server.url()))
        asyncio.run(fill(server.url(), program, busy))
        token = issue_token(private, "agent", subject="bench")
        with (
            one_service("loyalty_service", server.url(), jwks) as port,
            floor_server("fastapi_member", FLOOR_DATABASE=server.url()) as floor_port,
        ):
            times = asyncio.run(ask(port, floor_port, token, program, busy))
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    work = f"member with {EARNED + 2 * REDEEMED:,} entries, {OPEN:,} open lots"
    return [_figure(work, times.ours, times.floor), _figure(f"{work}: newest 50 entries", times.entries, times.floor)]


def _figure(work: str, ours: list[float], floor: list[float]) -> Figure:
    shown, beside = [
        f"p50 {percentile(each, 0.5):.2f} ms, p99 {percentile(each, 0.99):.2f} ms" for each in (ours, floor)
    ]
    say(f"{work}: {shown}; floor {beside}")
    ratio = percentile(ours, 0.5) / percentile(floor, 0.5)
    return Figure("L2", work, shown, beside, f"{ratio:.1f}", f"p99 ≤ {TARGET:.0f} ms", percentile(ours, 0.99) <= TARGET)


if __name__ == "__main__":
    print_figures(member_figures())
