"""L1: purchases from the topic to the ledger, beside the raw insert that batches are measured against (P3's floor).

`.venv/bin/python -m benchmarks.loyalty_earning [--purchases N]` prints the table. The facts wait on the embedded
broker; a process of its own with the service's subscriptions applies them: a purchase, an accrual, an entry, a lot, the
member's sums, a qualifying day and a fact for each. The clock runs between two looks at the table of purchases, so
neither the start of the process nor the joining of the group is in it.
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
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import uvloop

from benchmarks.environment import say
from benchmarks.report import Figure, print_figures
from benchmarks.writes import floor_schema, raw_batches
from hamdel.collector import spare_collector
from hamdel.contracts.envelope import encode_event, source_of
from hamdel.contracts.interaction import PurchaseRecorded
from hamdel.contracts.sections import events_topic
from hamdel.database import DatabaseSettings, UnitOfWorkFactory, create_engine
from hamdel.ids import new_id
from hamdel.messaging import EventConsumer, KafkaSettings, Message, apply_topics, service_topics
from hamdel.messaging.producer import KafkaProducer
from hamdel_cli.embedded.broker import EmbeddedBroker
from hamdel_cli.embedded.databases import migrate
from hamdel_cli.embedded.postgres import EmbeddedPostgres

__all__ = ["earning_figures"]

PURCHASES, CUSTOMERS = 100_000, 20_000
TARGET = 5_000
LOOK_SECONDS, PATIENCE = 0.25, 300.0
"""A look reads the table: ten in a second took three parts in a hundred of what was measured."""
SENT_AT_ONCE = 10_000
DOLLARS = 77

PROGRAM = """
    WITH p AS (
        INSERT INTO programs (id, code, name, timezone, calendar, currency, enrolment, pending_days, expiry_months,
                              expiry_round_up, on_refund, points_paid_earn, stacking, created_at, updated_at, version)
        VALUES (uuidv7(), 'bench', 'Bench', 'Asia/Tehran', 'jalali', 'USD', 'automatic', 14, 12, 'year', 'shortfall',
                false, 'stack', now(), now(), 1)
        RETURNING id
    )
    INSERT INTO earning_rules (program_id, code, version, rule_id, definition, retired, created_at, created_by)
    SELECT id, 'base', 1, uuidv7(),
           '{"kind": "per_amount", "points": 1, "per": {"amount": "1.00", "currency": "USD"}, "rounding": "floor"}',
           false, now(), 'bench'
    FROM p
"""
TOTALS = """
    SELECT (SELECT count(*) FROM purchases), (SELECT sum(points)::bigint FROM entries),
           (SELECT sum(remaining)::bigint FROM lots), (SELECT sum(pending + available)::bigint FROM members),
           (SELECT count(*) FROM outbox WHERE type = 'loyalty.points_earned.v1')
"""


def earning_figures(purchases: int = PURCHASES) -> list[Figure]:
    """One figure: purchases per second, and whether every total is exact."""
    with _servers() as (server, broker):
        rate, totals = asyncio.run(_measured(server, broker, purchases))
        asyncio.run(floor_schema(server.url(database="bench")))
        floor = asyncio.run(raw_batches(server.url(database="bench"), [new_id() for _ in range(CUSTOMERS)]))
    points = purchases * DOLLARS
    exact = totals == (purchases, points, points, points, purchases)
    say(f"earning {rate:,.0f} purchases/s, totals {'exact' if exact else 'WRONG'}: {totals}")
    return [
        Figure(
            "L1",
            f"{purchases:,} purchases of {CUSTOMERS:,} customers from the topic to the ledger, in batches",
            f"{rate:,.0f} purchases/s, totals {'exact' if exact else 'WRONG'}",
            f"raw unnest, one statement: {floor:,.0f} rows/s",
            f"{rate / floor:.2f}",
            f"≥ {TARGET:,}/s, totals exact",
            exact and rate >= TARGET,
        )
    ]


@contextmanager
def _servers() -> Iterator[tuple[EmbeddedPostgres, EmbeddedBroker]]:
    home = Path(tempfile.mkdtemp(prefix="hamdel-bench-"))
    server, broker = EmbeddedPostgres(home), EmbeddedBroker(log=home / "broker.log")
    try:
        server.start()
        broker.start()
        yield server, broker
    finally:
        broker.stop()
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


async def _measured(server: EmbeddedPostgres, broker: EmbeddedBroker, purchases: int) -> tuple[float, tuple[int, ...]]:
    admin = await asyncpg.connect(server.url())
    await admin.execute("CREATE DATABASE bench")
    await admin.close()
    url = server.url(database="bench")
    await migrate("loyalty", url)
    connection = await asyncpg.connect(url)
    await connection.execute(PROGRAM)
    await _tell(_kafka(broker.bootstrap), purchases)
    say(f"{purchases:,} facts wait on the topic")
    process = _start(url, broker.bootstrap)
    try:
        rate = await _watched(connection, purchases)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)
    totals = tuple(await connection.fetchrow(TOTALS))
    await connection.close()
    return rate, totals


def _kafka(bootstrap: str) -> KafkaSettings:
    return KafkaSettings(bootstrap=bootstrap, idempotence=False, static_membership=False, session_timeout_ms=2_000)


def _start(url: str, bootstrap: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "benchmarks.loyalty_earning", "--consume", url, bootstrap])


async def _tell(kafka: KafkaSettings, purchases: int) -> None:
    for service in ("profile", "interaction", "survey"):
        await apply_topics(kafka, service_topics(service))
    customers = [new_id() for _ in range(CUSTOMERS)]
    producer = KafkaProducer(kafka)
    await producer.start()
    for first in range(0, purchases, SENT_AT_ONCE):
        numbers = range(first, min(first + SENT_AT_ONCE, purchases))
        messages = [_message(customers[at % CUSTOMERS], at // CUSTOMERS + 1, at) for at in numbers]
        await producer.send_all(messages)
    await producer.stop()


def _message(customer: UUID, sequence: int, number: int) -> Message:
    now = datetime.now(UTC)
    event_id = new_id()
    price = {"amount": f"{DOLLARS}.50", "currency": "USD"}
    line = {"sku": "sku-1", "name": "A thing", "category": "things", "quantity": 1, "unit_price": price}
    payload = encode_event(
        event_id=event_id,
        fact_type=PurchaseRecorded.fact_type,
        source=source_of("interaction-service"),
        subject=customer,
        time=now,
        sequence=sequence,
        correlation_id=str(event_id),
        causation_id=None,
        traceparent=None,
        data={
            "purchase_id": str(new_id()),
            "customer_id": str(customer),
            "source": "bench",
            "external_id": str(number),
            "occurred_at": "2026-03-01T12:00:00Z",
            "channel": "web",
            "items": [line],
            "total": price,
        },
    )
    return Message(events_topic("interaction"), str(customer).encode(), payload)


async def _watched(connection: asyncpg.Connection, purchases: int) -> float:
    """Purchases per second from the first look that sees some to the one that sees all. They are counted: of several
    transactions at once, the one with the highest number may be there before the others."""
    began, seen = 0.0, 0
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        now, count = time.monotonic(), await connection.fetchval("SELECT count(*) FROM purchases")
        if count and not seen:
            began, seen = now, count
        if count >= purchases:
            return float((count - seen) / (time.monotonic() - began))
        await asyncio.sleep(LOOK_SECONDS)
    raise RuntimeError("the purchases were not applied in time")


async def _consume(url: str, bootstrap: str) -> None:
    from loyalty_service.subscriptions import SUBSCRIPTIONS

    spare_collector()  # as a service does
    engine = create_engine(DatabaseSettings(url=url))
    units = UnitOfWorkFactory(engine, source_of("loyalty-service"))
    consumers = [EventConsumer("loyalty-service", each, units, _kafka(bootstrap)) for each in SUBSCRIPTIONS]
    for consumer in consumers:
        await consumer.start()
    await asyncio.Event().wait()


def main() -> None:
    """Measures and prints the table; with `--consume URL BOOTSTRAP` it is the process that earns."""
    parser = argparse.ArgumentParser(prog="benchmarks.loyalty_earning")
    parser.add_argument("--purchases", type=int, default=PURCHASES)
    parser.add_argument("--consume", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.consume:
        uvloop.run(_consume(*given.consume))
    else:
        print_figures(earning_figures(given.purchases))


if __name__ == "__main__":
    main()
