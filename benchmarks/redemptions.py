"""P10: redemptions of one hot account over HTTP, beside one row that is updated by as many clients.

A real process of loyalty-service on its own PostgreSQL (with fsync); 32 connections redeem a point each, reserved and
captured in one call, every call with an Idempotency-Key of its own. The floor is asyncpg with 32 connections, each call
one transaction: `UPDATE … SET points = points - 1 WHERE … RETURNING points` on one row of the same server, in a process
of its own. Both are measured in turn, five times, and the ratio is the median of the five. Afterwards the ledger is
added up: every point that left the account left it in exactly one entry.

Alone: `python -m benchmarks.redemptions`.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from uuid import UUID

import asyncpg
import orjson
import uvloop

from benchmarks.environment import one_service, say
from benchmarks.load import LoadResult, Request, measure
from benchmarks.report import Figure, print_figures
from hamdel.http import generate_key_pair, issue_token
from hamdel.ids import new_id
from hamdel_cli.embedded.databases import migrate
from hamdel_cli.embedded.postgres import EmbeddedPostgres

__all__ = ["redemption_figures"]

CLIENTS = 32
SECONDS = 3.0
ROUNDS = 5
POINTS = 1_000_000_000
CALLS = 30_000
"""More than the service answers in that time: no key is sent twice."""
ACCOUNTS = 1_000
TARGET = 0.5

FLOOR_SCHEMA = "CREATE TABLE IF NOT EXISTS floor_accounts (id integer PRIMARY KEY, points bigint NOT NULL)"
FLOOR_ROW = "INSERT INTO floor_accounts VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET points = excluded.points"
FLOOR = "UPDATE floor_accounts SET points = points - 1 WHERE id = $1 AND points >= 1 RETURNING points"

PROGRAM = """
    INSERT INTO programs (id, code, name, timezone, calendar, currency, enrolment, pending_days, expiry_round_up,
                          on_refund, points_paid_earn, stacking, created_at, updated_at, version)
    VALUES ($1, 'bench', 'Bench', 'UTC', 'gregorian', 'USD', 'automatic', 0, 'none', 'shortfall', false, 'stack',
            now(), now(), 1)
"""
CUSTOMERS = "INSERT INTO known_customers (customer_id, known_at) SELECT unnest($1::uuid[]), now()"
MEMBERS = """
    INSERT INTO members (program_id, customer_id, enrolled_at, available, lifetime)
    SELECT $1, unnest($2::uuid[]), now(), $3, $3
"""
ENTRIES = """
    INSERT INTO entries (id, program_id, customer_id, kind, debit, credit, points, business_key, actor, occurred_at,
                         recorded_at)
    SELECT customer, $1, customer, 'earn', 'issued', 'available', $3, 'bench:' || customer, 'bench', now(), now()
    FROM unnest($2::uuid[]) AS customer
"""
LOTS = """
    INSERT INTO lots (id, program_id, customer_id, points, remaining, earned_at, available_at, matured)
    SELECT customer, $1, customer, $3, $3, now(), now(), true FROM unnest($2::uuid[]) AS customer
"""
ADDED_UP = """
    SELECT (SELECT count(*) FROM redemptions WHERE status = 'captured'),
           (SELECT coalesce(sum(points), 0) FROM entries WHERE credit = 'redeemed'),
           (SELECT sum($1 - available) FROM members),
           (SELECT sum(points - remaining) FROM lots)
"""


async def fill(url: str, program: UUID, customers: list[UUID]) -> None:
    """A programme whose members have a billion points each, in one lot."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(PROGRAM, program)
        await connection.execute(CUSTOMERS, customers)
        for statement in (MEMBERS, ENTRIES, LOTS):
            await connection.execute(statement, program, customers, POINTS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def update_one_row(url: str, clients: int, seconds: float) -> float:
    """Updates per second of one row by so many clients, each update a transaction."""
    connections = await asyncio.gather(*(asyncpg.connect(url) for _ in range(clients)))
    await connections[0].execute(FLOOR_SCHEMA)
    await connections[0].execute(FLOOR_ROW, POINTS)
    done = 0

    async def one(connection: asyncpg.Connection, until: float) -> None:
        nonlocal done
        while time.perf_counter() < until:
            await connection.fetchval(FLOOR, 1)
            done += 1

    await asyncio.gather(*(one(each, time.perf_counter() + 1) for each in connections))
    done, started = 0, time.perf_counter()
    await asyncio.gather(*(one(each, started + seconds) for each in connections))
    elapsed = time.perf_counter() - started
    await asyncio.gather(*(each.close() for each in connections))
    return done / elapsed


def _floor(url: str) -> float:
    return uvloop.run(update_one_row(url, CLIENTS, SECONDS))


def floor_rate(url: str) -> float:
    """The floor, from a process of its own as the load is."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_floor, url).result()


def calls(program: UUID, customers: list[UUID], token: str, count: int) -> list[Request]:
    """So many redemptions of a point, the customers in turn, each with a key of its own."""
    body = orjson.dumps({"program_id": str(program), "points": 1, "capture": True})
    fixed = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
    return [
        Request(
            "POST",
            f"/v1/members/{customers[at % len(customers)]}/redemptions",
            (*fixed, ("Idempotency-Key", str(new_id()))),
            body,
        )
        for at in range(count)
    ]


async def double_spends(url: str) -> int:
    """By how much what was redeemed, what entries moved, what left the accounts and what left the lots differ."""
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(ADDED_UP, POINTS)
    await connection.close()
    return int(max(row) - min(row))


def redeem(port: int, program: UUID, customers: list[UUID], token: str) -> LoadResult:
    """Redemptions on these accounts."""
    warm_up, load = calls(program, customers, token, CALLS // 4), calls(program, customers, token, CALLS)
    return measure(port, load, connections=CLIENTS, seconds=SECONDS, expect=201, progress=say, warm_up=warm_up)


def redemption_figures() -> list[Figure]:
    """The hot account beside its floor, and a thousand accounts as a line of their own."""
    home, program, customers = (
        Path(tempfile.mkdtemp(prefix="hamdel-p10-")),
        new_id(),
        [new_id() for _ in range(ACCOUNTS)],
    )
    server = EmbeddedPostgres(home)
    try:
        server.start()
        private, jwks = generate_key_pair(home / "keys")
        asyncio.run(migrate("loyalty", server.url()))
        asyncio.run(fill(server.url(), program, customers))
        token = issue_token(private, "service", subject="bench")
        with one_service("loyalty_service", server.url(), jwks) as port:
            rounds = [(floor_rate(server.url()), redeem(port, program, customers[:1], token)) for _ in range(ROUNDS)]
            spread = redeem(port, program, customers, token)
        doubled = asyncio.run(double_spends(server.url()))
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    ratio = median(hot.rate / floor for floor, hot in rounds)
    floor, rate, p99 = (
        median(each) for each in zip(*((one, hot.rate, hot.p99_ms) for one, hot in rounds), strict=True)
    )
    failures = sum(hot.failures for _, hot in rounds)
    beside = f"raw UPDATE … RETURNING on one row, {CLIENTS} clients: {floor:,.0f}/s"
    each = ", ".join(f"{hot.rate / one:.2f}" for one, hot in rounds)
    say(f"P10 {rate:,.0f}/s beside {floor:,.0f}/s ({each}); {doubled} points spent twice, {failures} failures")
    return [
        Figure(
            "P10",
            f"redemptions of one hot account, {CLIENTS} connections; {doubled} points spent twice",
            f"{rate:,.0f}/s, p99 {p99:.0f} ms",
            beside,
            f"{ratio:.2f}",
            f"≥ {TARGET}",
            ratio >= TARGET and not failures and not doubled,
        ),
        Figure(
            "P10",
            f"redemptions of {ACCOUNTS:,} accounts in turn",
            f"{spread.rate:,.0f}/s, p99 {spread.p99_ms:.0f} ms",
            beside,
            f"{spread.rate / floor:.2f}",
            "",
            None,
        ),
    ]


if __name__ == "__main__":
    print_figures(redemption_figures())
