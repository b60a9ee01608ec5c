"""L3: a million lots of points expire, in a process that is killed in the middle, beside one raw statement.

`.venv/bin/python -m benchmarks.loyalty_sweep [--lots N] [--per-member N]` prints the table. The floor changes and adds
the same rows in a copy of the database: lots, entries, uses, sums of members, streams, and a fact for each member.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import uvloop

from benchmarks.environment import say
from benchmarks.report import Figure, print_figures
from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine
from hamdel_cli.embedded.databases import migrate
from hamdel_cli.embedded.postgres import EmbeddedPostgres

__all__ = ["sweep_figures"]

LOTS, PER_MEMBER, POINTS = 1_000_000, 10, 7
SECONDS = 60.0
KILLED_AT = 0.4
LOOK_SECONDS = 0.05

POPULATE = (
    """
    INSERT INTO programs (id, code, name, timezone, calendar, currency, enrolment, pending_days, expiry_months,
                          expiry_round_up, on_refund, points_paid_earn, stacking, created_at, updated_at, version)
    VALUES (uuidv7(), 'bench', 'Bench', 'UTC', 'gregorian', 'USD', 'automatic', 0, 12, 'none', 'shortfall', false,
            'stack', now(), now(), 1)
    """,
    """
    INSERT INTO members (program_id, customer_id, enrolled_at, available, lifetime)
    SELECT p.id, uuidv7(), now(), {per} * {points}, {per} * {points}
    FROM programs AS p, generate_series(1, {members}) AS n
    """,
    """
    INSERT INTO event_streams (customer_id, shard, changed_at)
    SELECT customer_id, get_byte(uuid_send(customer_id), 15) & 15, now() FROM members
    """,
    """
    INSERT INTO entries (id, program_id, customer_id, kind, debit, credit, points, business_key, actor, occurred_at,
                         recorded_at, expires_at)
    SELECT uuidv7(), m.program_id, m.customer_id, 'earn', 'issued', 'available', {points}, m.customer_id || ':' || n,
           'bench', now() - interval '400 days', now(), now() - n * interval '1 day'
    FROM generate_series(1, {per}) AS n, members AS m
    """,
    """
    INSERT INTO lots (id, program_id, customer_id, points, remaining, earned_at, available_at, expires_at, matured)
    SELECT id, program_id, customer_id, points, points, occurred_at, occurred_at, expires_at, true FROM entries
    """,
    "VACUUM ANALYZE",
    "CHECKPOINT",
)

FLOOR = """
    WITH lapsed AS (
        SELECT id, program_id, customer_id, remaining, expires_at, uuidv7() AS entry_id FROM lots
        WHERE open AND expires_at <= now()
    ), written AS (
        INSERT INTO entries (id, program_id, customer_id, kind, debit, credit, points, business_key, actor,
                             occurred_at, recorded_at)
        SELECT entry_id, program_id, customer_id, 'expire', 'available', 'expired', remaining, 'expire:' || id || ':0',
               'bench', expires_at, now()
        FROM lapsed
    ), used AS (
        INSERT INTO lot_uses (lot_id, entry_id, points) SELECT id, entry_id, remaining FROM lapsed
    ), emptied AS (
        UPDATE lots AS l SET remaining = 0, lapsed = d.remaining FROM lapsed AS d WHERE l.id = d.id
    ), owners AS (
        SELECT customer_id, sum(remaining)::bigint AS points FROM lapsed GROUP BY customer_id
    ), numbered AS (
        UPDATE event_streams AS s SET sequence = sequence + 1 FROM owners AS o WHERE s.customer_id = o.customer_id
    ), told AS (
        INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, shard)
        SELECT uuidv7(), 'customer', customer_id, 'loyalty.points_expired.v1', decode(repeat('61', 600), 'hex'), 0
        FROM owners
    )
    UPDATE members AS m SET available = m.available - o.points FROM owners AS o WHERE m.customer_id = o.customer_id
"""

TOTALS = """
    SELECT (SELECT count(*) FROM lots WHERE open), (SELECT sum(lapsed)::bigint FROM lots),
           (SELECT sum(points)::bigint FROM entries WHERE kind = 'expire'),
           (SELECT count(DISTINCT business_key) FROM entries WHERE kind = 'expire'),
           (SELECT sum(points)::bigint FROM lot_uses), (SELECT sum(available)::bigint FROM members),
           (SELECT count(*) FROM outbox)
"""


def sweep_figures(lots: int = LOTS, per_member: int = PER_MEMBER) -> list[Figure]:
    """One figure: the seconds of both processes together, and whether every total is exact."""
    with _server() as server:
        asyncio.run(_populate(server, lots // per_member, per_member))
        floor = asyncio.run(_floor(server.url(database="floor")))
        say(f"floor: one raw statement {floor:.1f} s")
        seconds, totals = asyncio.run(_swept(server.url(database="bench"), lots))
    open_lots, *points, available, facts = totals
    exact = open_lots == 0 and points == [lots * POINTS, lots * POINTS, lots, lots * POINTS] and available == 0
    say(f"killed once, {seconds:.1f} s, totals {'exact' if exact else 'WRONG'}: {totals}")
    return [
        Figure(
            "L3",
            f"{lots:,} lots of {lots // per_member:,} members expire; killed once in the middle",
            f"{seconds:.1f} s, {lots / seconds:,.0f} lots/s, {facts:,} facts, totals {'exact' if exact else 'WRONG'}",
            f"one raw statement for the same rows: {floor:.1f} s",
            f"{floor / seconds:.2f}",
            f"≤ {SECONDS:.0f} s for 1,000,000, totals exact",
            exact and seconds * LOTS / lots <= SECONDS,
        )
    ]


@contextmanager
def _server() -> Iterator[EmbeddedPostgres]:
    home = Path(tempfile.mkdtemp(prefix="hamdel-bench-"))
    server = EmbeddedPostgres(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _populate(server: EmbeddedPostgres, members: int, per_member: int) -> None:
    admin = await asyncpg.connect(server.url())
    await admin.execute("CREATE DATABASE bench")
    await migrate("loyalty", server.url(database="bench"))
    bench = await asyncpg.connect(server.url(database="bench"))
    for statement in POPULATE:
        await bench.execute(statement.format(members=members, per=per_member, points=POINTS))
    await bench.close()
    await admin.execute("CREATE DATABASE floor TEMPLATE bench")
    await admin.close()


async def _floor(url: str) -> float:
    connection = await asyncpg.connect(url)
    began = time.monotonic()
    await connection.execute(FLOOR)
    seconds = time.monotonic() - began
    await connection.execute("CHECKPOINT")
    await connection.close()
    return seconds


async def _swept(url: str, lots: int) -> tuple[float, tuple[int, ...]]:
    connection = await asyncpg.connect(url)
    began = time.monotonic()
    first = _start(url)
    while await connection.fetchval("SELECT count(*) FROM lot_uses") < lots * KILLED_AT:
        await asyncio.sleep(LOOK_SECONDS)
        if first.poll() is not None:
            break
    first.kill()
    first.wait()
    say(f"killed after {time.monotonic() - began:.1f} s")
    await asyncio.to_thread(_start(url).wait)
    seconds = time.monotonic() - began
    totals = tuple(await connection.fetchrow(TOTALS))
    await connection.close()
    return seconds, totals


def _start(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "benchmarks.loyalty_sweep", "--sweep", url])


async def _sweep(url: str) -> None:
    from loyalty_service.ledger.sweeping import Sweeper

    engine = create_engine(DatabaseSettings(url=url))
    sweeper = Sweeper(UnitOfWorkFactory(engine, "/hamdel/loyalty-service"))
    while await sweeper.step():
        pass
    await engine.dispose()


def main() -> None:
    """Measures and prints the table; with `--sweep URL` it is the process that sweeps."""
    parser = argparse.ArgumentParser(prog="benchmarks.loyalty_sweep")
    parser.add_argument("--lots", type=int, default=LOTS)
    parser.add_argument("--per-member", type=int, default=PER_MEMBER)
    parser.add_argument("--sweep", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.sweep:
        uvloop.run(_sweep(given.sweep))
    else:
        print_figures(sweep_figures(given.lots, given.per_member))


if __name__ == "__main__":
    main()
