"""P4: a backlog of 200,000 facts through four relays in four processes, beside raw produce, a plain loop and a rival.

The relays hold their leases before the backlog is committed; the time runs from that commit to the last delete.
"""

from __future__ import annotations

import asyncio
import gc
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import asyncpg
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.environment import say
from benchmarks.relay_floors import Row, faststream_rate, plain_loop_rate, raw_rate
from benchmarks.relay_process import SERVICE
from benchmarks.report import Figure
from hamdel.contracts.envelope import encode_event, source_of
from hamdel.contracts.sections import events_topic
from hamdel.ids import SHARDS, new_id, shard_of
from hamdel.messaging import KafkaSettings, TopicSpec, apply_topics, service_topics
from hamdel.messaging.schema import OUTBOX_V1, OUTBOX_V2
from hamdel.messaging.topics import PARTITIONS
from hamdel_cli.embedded.broker import EmbeddedBroker
from hamdel_cli.embedded.postgres import EmbeddedPostgres

__all__ = ["relay_figures"]

EVENTS, CUSTOMERS, FASTSTREAM_EVENTS = 200_000, 5_000, 10_000
RELAYS, ROUNDS = 4, 3
RAW_TARGET, PLAIN_TARGET, FASTSTREAM_TARGET = 0.5, 0.8, 6.0
KIND, RAW_TOPIC = "loyalty.points_earned.v1", "bench.raw"
PATIENCE = 120.0


@dataclass
class Rates:
    """Events per second, one number per round."""

    raw: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    faststream: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    """A PostgreSQL with its real settings, a fresh broker, and the backlog."""

    postgres: EmbeddedPostgres
    broker: EmbeddedBroker
    rows: list[Row]

    def url(self) -> str:
        """The database of the benchmark."""
        return self.postgres.url(database="bench")


def backlog(events: int = EVENTS, customers: int = CUSTOMERS) -> list[Row]:
    """Facts of about 500 bytes; a customer's sequences rise with the position."""
    ids = [new_id() for _ in range(customers)]
    return [_row(ids[number % customers], number // customers + 1) for number in range(events)]


def _row(customer: object, sequence: int) -> Row:
    event_id = new_id()
    data = {"account_id": str(new_id()), "points": 120, "reason": "purchase", "balance": 4_200, "expires_on": None}
    payload = encode_event(
        event_id=event_id,
        fact_type=KIND,
        source=source_of(f"{SERVICE}-service"),
        subject=customer,  # type: ignore[arg-type]
        time=datetime.now(UTC),
        sequence=sequence,
        correlation_id=str(event_id),
        causation_id=None,
        traceparent=None,
        data=data,
    )
    return Row(event_id, "customer", customer, KIND, payload, b"", shard_of(customer))  # type: ignore[arg-type]


async def _fresh_database(world: World) -> None:
    connection = await asyncpg.connect(world.postgres.url())
    await connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
    await connection.execute("CREATE DATABASE bench")
    await connection.close()
    connection = await asyncpg.connect(world.url())
    for statement in (*OUTBOX_V1, *OUTBOX_V2):
        await connection.execute(statement)
    await connection.close()


@asynccontextmanager
async def _filling(world: World) -> AsyncIterator[None]:
    """The backlog is written and analysed inside, and becomes visible when the block ends."""
    connection = await asyncpg.connect(world.url())
    async with connection.transaction():
        await connection.copy_records_to_table("outbox", records=world.rows, columns=Row._fields)
        await connection.execute("ANALYZE outbox")
        yield
    await connection.close()


async def _start_relay(world: World) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.relay_process", world.url(), world.broker.bootstrap,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _shares(url: str, relays: int) -> None:
    """Waits until every relay holds its share of the shards."""
    connection = await asyncpg.connect(url)
    deadline = time.monotonic() + PATIENCE
    query = "SELECT count(*) FROM relay_leases GROUP BY relay_id ORDER BY 1"
    while [row[0] for row in await connection.fetch(query)] != [SHARDS // relays] * relays:
        if time.monotonic() > deadline:
            raise RuntimeError("the relays did not share the shards")
        await asyncio.sleep(0.05)
    await connection.close()


async def _last_report(relay: asyncio.subprocess.Process, counts: dict[int, int], wanted: int) -> float:
    """Reads what one relay says until all of them together have published everything; the time of its last word."""
    assert relay.stdout is not None
    last = 0.0
    while sum(counts.values()) < wanted:
        try:
            line = await asyncio.wait_for(relay.stdout.readline(), 0.2)
        except TimeoutError:
            continue
        count, moment = line.split()
        counts[relay.pid], last = int(count), float(moment)
    return last


async def _relay_rate(world: World, relays: int) -> float:
    await _fresh_database(world)
    processes = [await _start_relay(world) for _ in range(relays)]
    try:
        await _shares(world.url(), relays)
        async with _filling(world):
            await asyncio.sleep(1.0)
        started = time.monotonic()
        processes[0].send_signal(signal.SIGUSR1)  # as a service wakes its own relay after a commit
        counts: dict[int, int] = {}
        async with asyncio.timeout(PATIENCE):
            ends = await asyncio.gather(*(_last_report(process, counts, EVENTS) for process in processes))
    finally:
        for process in processes:
            process.terminate()
        await asyncio.gather(*(process.wait() for process in processes))
    if await _count(world.url()):
        raise RuntimeError("the outbox is not empty")
    return EVENTS / (max(ends) - started)


async def _count(url: str) -> int:
    connection = await asyncpg.connect(url)
    left = await connection.fetchval("SELECT count(*) FROM outbox")
    await connection.close()
    return int(left)


async def _check_order(world: World) -> str | None:
    """Reads the topic back: None when every customer's facts are all there, first occurrences in order."""
    seen: defaultdict[str, list[int]] = defaultdict(list)
    consumer = AIOKafkaConsumer(bootstrap_servers=world.broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(events_topic(SERVICE), number) for number in range(PARTITIONS)])
    await consumer.seek_to_beginning()
    silent = 0
    while silent < 3:
        found = await consumer.getmany(timeout_ms=1_000, max_records=20_000)
        silent = 0 if found else silent + 1
        for record in (record for records in found.values() for record in records):
            event = orjson.loads(record.value or b"{}")
            seen[event["subject"]].append(int(event["sequence"]))
    await consumer.stop()
    return _fault(seen)


def _fault(seen: dict[str, list[int]]) -> str | None:
    expected = list(range(1, EVENTS // CUSTOMERS + 1))
    wrong = sum(list(dict.fromkeys(sequences)) != expected for sequences in seen.values())
    if len(seen) != CUSTOMERS or wrong:
        return f"{CUSTOMERS - len(seen)} customers missing, {wrong} out of order or incomplete"
    return None


async def _round(world: World, rates: Rates) -> None:
    kafka = KafkaSettings(bootstrap=world.broker.bootstrap, idempotence=False, static_membership=False)
    specs = [TopicSpec(name, "delete", 10**9) for name in (RAW_TOPIC, "bench.plain", "bench.faststream")]
    await apply_topics(kafka, [*specs, *service_topics(SERVICE)])
    rates.raw.append(await raw_rate(world.rows, kafka.bootstrap, RAW_TOPIC))
    await _fresh_database(world)
    async with _filling(world):
        pass
    rates.plain.append(await plain_loop_rate(world.url(), kafka.bootstrap, "bench.plain"))
    rates.ours.append(await _relay_rate(world, RELAYS))
    say(f"P4 raw {rates.raw[-1]:,.0f}, plain {rates.plain[-1]:,.0f}, four relays {rates.ours[-1]:,.0f} events/s")
    fault = await _check_order(world)
    if fault:
        rates.faults.append(fault)
    rates.alone.append(await _relay_rate(world, 1))
    few = world.rows[:FASTSTREAM_EVENTS]
    rates.faststream.append(await faststream_rate(few, world.url(), kafka.bootstrap, "bench.faststream"))
    say(f"P4 one relay {rates.alone[-1]:,.0f}, faststream-outbox {rates.faststream[-1]:,.0f} events/s")


@contextmanager
def _broker(home: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(log=home / "logs" / "broker.log")
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def measure(rounds: int = ROUNDS) -> Rates:
    """All rates, floor and product by turns."""
    home, rates, rows = Path(tempfile.mkdtemp(prefix="hamdel-bench-relay-")), Rates(), backlog()
    gc.freeze()
    (home / "logs").mkdir()
    postgres = EmbeddedPostgres(home)
    postgres.start()
    try:
        for _ in range(rounds):
            with _broker(home) as broker:
                uvloop.run(_round(World(postgres, broker, rows), rates))
    finally:
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)
    return rates


def relay_figures() -> list[Figure]:
    """The backlog's rate beside each of the three floors and with one process; a ratio is the median of the rounds."""
    rates = measure()
    ours = median(rates.ours)

    def figure(work: str, floor: list[float], target: float) -> Figure:
        ratio = median(mine / theirs for mine, theirs in zip(rates.ours, floor, strict=True))
        met = ratio >= target and not rates.faults
        return Figure("P4", work, f"{ours:,.0f} events/s", f"{median(floor):,.0f}", f"{ratio:.2f}", f"≥ {target}", met)

    order = "; ".join(rates.faults) or "order per customer checked"
    return [
        figure(f"backlog of {EVENTS:,} facts, {RELAYS} relays; raw aiokafka batches ({order})", rates.raw, RAW_TARGET),
        figure("the same; plain loop of SELECT, send, DELETE", rates.plain, PLAIN_TARGET),
        figure("the same; faststream-outbox 0.19, ordered", rates.faststream, FASTSTREAM_TARGET),
        Figure("P4", "the same with one relay", f"{median(rates.alone):,.0f} events/s", "", "", "", None),
    ]
