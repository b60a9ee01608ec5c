"""What the relay is measured against: raw produce, a plain loop, and faststream-outbox. All over uvloop, acks=all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from aiokafka import AIOKafkaProducer
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from hamdel.messaging.partitioner import KeyHashes
from hamdel.messaging.topics import PARTITIONS

__all__ = ["Row", "faststream_rate", "plain_loop_rate", "raw_rate"]

BATCH_BYTES = 512 * 1024
SOURCE = ("ce_source", b"/hamdel/loyalty-service")
CONTENT_TYPE = ("content-type", b"application/cloudevents+json")
PLAIN_ROWS = 1_000
QUEUE = "bench"
SELECT = "SELECT seq, aggregateid, id, type, payload FROM outbox ORDER BY seq LIMIT $1"
DELETE = "DELETE FROM outbox WHERE seq = ANY($1::bigint[])"

Place = tuple[int, bytes, bytes, list[tuple[str, bytes]]]


class Row(NamedTuple):
    """One fact of the backlog, in the order of the outbox's columns."""

    id: UUID
    aggregatetype: str
    aggregateid: UUID
    type: str
    payload: bytes
    headers: bytes
    shard: int


@asynccontextmanager
async def _producer(bootstrap: str, **more: Any) -> AsyncIterator[AIOKafkaProducer]:
    options = {"acks": "all", "linger_ms": 0, "max_batch_size": BATCH_BYTES, **more}
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


def _headers(event_id: UUID, kind: str) -> list[tuple[str, bytes]]:
    return [CONTENT_TYPE, ("ce_id", str(event_id).encode()), ("ce_type", kind.encode()), SOURCE]


async def _produce(producer: AIOKafkaProducer, topic: str, messages: Iterable[Place]) -> None:
    """The fastest that aiokafka has: whole batches per partition, the next one filled while others travel."""
    batches = {number: producer.create_batch() for number in range(PARTITIONS)}
    sent = []
    now = int(time.time() * 1000)
    for partition, key, value, headers in messages:
        batch = batches[partition]
        if batch.append(timestamp=now, key=key, value=value, headers=headers) is None:
            sent.append(await producer.send_batch(batch, topic, partition=partition))
            batch = batches[partition] = producer.create_batch()
            batch.append(timestamp=now, key=key, value=value, headers=headers)
    for partition, batch in batches.items():
        if batch.record_count():
            sent.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*sent)


async def raw_rate(rows: Sequence[Row], bootstrap: str, topic: str) -> float:
    """Events per second of aiokafka alone, everything else made beforehand: keys, partitions, headers."""
    hashes = KeyHashes()
    messages: list[Place] = []
    for row in rows:
        key = str(row.aggregateid).encode()
        messages.append((hashes[key] % PARTITIONS, key, row.payload, _headers(row.id, row.type)))
    async with _producer(bootstrap) as producer:
        started = time.perf_counter()
        await _produce(producer, topic, messages)
        return len(rows) / (time.perf_counter() - started)


async def plain_loop_rate(url: str, bootstrap: str, topic: str) -> float:
    """Events per second of the simplest loop that loses nothing: SELECT 1,000, send, await the acks, DELETE."""
    hashes, count = KeyHashes(), 0
    connection = await asyncpg.connect(url)
    async with _producer(bootstrap) as producer:
        started = time.perf_counter()
        while rows := await connection.fetch(SELECT, PLAIN_ROWS):
            messages: list[Place] = []
            for _, subject, event_id, kind, payload in rows:
                key = str(subject).encode()
                messages.append((hashes[key] % PARTITIONS, key, payload, _headers(event_id, kind)))
            await _produce(producer, topic, messages)
            await connection.execute(DELETE, [row[0] for row in rows])
            count += len(rows)
        seconds = time.perf_counter() - started
    await connection.close()
    return count / seconds


async def faststream_rate(rows: Sequence[Row], url: str, bootstrap: str, topic: str) -> float:
    """Events per second of faststream-outbox in one process at its fastest setting that keeps the order.

    One queue, one worker, fetches and deletes of 1,000, no injection, no log; and the handler does not even await the
    broker's answer, which a careful one would have to (then it is several times slower).
    """
    from faststream_outbox import OutboxBroker, make_outbox_table

    metadata = MetaData()
    table = make_outbox_table(metadata, "faststream_outbox")
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as setup:
        await setup.run_sync(metadata.create_all)
    broker = OutboxBroker(engine, outbox_table=table, logger=None, apply_types=False)
    finished = asyncio.Event()
    await _fill_faststream(url, rows)
    async with _producer(bootstrap, linger_ms=5) as producer:
        _subscribe(broker, producer, topic, len(rows), finished)
        started = time.perf_counter()
        await broker.start()
        await finished.wait()
        await producer.flush()
        seconds = time.perf_counter() - started
        await broker.stop()
    await engine.dispose()
    return len(rows) / seconds


def _subscribe(broker: Any, producer: AIOKafkaProducer, topic: str, wanted: int, finished: asyncio.Event) -> None:
    done = 0

    async def publish(message: Any) -> None:
        nonlocal done
        fields = [(name, value.encode()) for name, value in message.headers.items() if name != "key"]
        await producer.send(topic, message.body, key=message.headers["key"].encode(), headers=fields)
        done += 1
        if done == wanted:
            finished.set()

    async def whole(message: Any) -> Any:
        return message

    broker.subscriber(
        QUEUE,
        max_workers=1,
        fetch_batch_size=PLAIN_ROWS,
        terminal_flush_batch_size=PLAIN_ROWS,
        min_fetch_interval=0.01,
        decoder=whole,
    )(publish)


async def _fill_faststream(url: str, rows: Sequence[Row]) -> None:
    records = []
    for row in rows:
        fields = {name: value.decode() for name, value in _headers(row.id, row.type)}
        records.append((QUEUE, row.payload, orjson.dumps({"key": str(row.aggregateid)} | fields).decode()))
    connection = await asyncpg.connect(url)
    columns = ["queue", "payload", "headers"]
    await connection.copy_records_to_table("faststream_outbox", records=records, columns=columns)
    await connection.execute("ANALYZE faststream_outbox")
    await connection.close()
