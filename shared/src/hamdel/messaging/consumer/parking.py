"""Parking: a key whose event could not be applied waits in PostgreSQL, with all its successors, in order."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.messaging.consumer.delivery import Delivery, Key
from hamdel.messaging.transport import Headers, Record

__all__ = [
    "Parked",
    "count_parked",
    "due_keys",
    "next_delay",
    "park",
    "parked_head",
    "parked_keys",
    "postpone",
    "unpark",
]

FIND = text(
    """
    SELECT DISTINCT p.source, p.subject
    FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS uuid[])) AS t(source, subject)
    JOIN parked_events AS p ON p.consumer = :consumer AND p.source = t.source AND p.subject = t.subject
    """
)
PARK = text(
    """
    INSERT INTO parked_events (consumer, source, subject, sequence, topic, partition, "offset", key, value, headers,
                               attempts, error_type, first_failed, last_failed, next_attempt_at)
    VALUES (:consumer, :source, :subject, :sequence, :topic, :partition, :offset, :key, :value, :headers,
            :attempts, :error_type, :now, :now, :next_attempt_at)
    ON CONFLICT (consumer, source, subject, sequence) DO NOTHING
    """
)
DUE = text(
    """
    SELECT source, subject, topic, partition FROM (
        SELECT DISTINCT ON (source, subject) source, subject, topic, partition, next_attempt_at
        FROM parked_events WHERE consumer = :consumer ORDER BY source, subject, sequence
    ) AS heads
    WHERE next_attempt_at <= :now ORDER BY next_attempt_at LIMIT :most
    """
)
HEAD = text(
    """
    SELECT * FROM parked_events WHERE consumer = :consumer AND source = :source AND subject = :subject
    ORDER BY sequence LIMIT 1 FOR UPDATE
    """
)
REMOVE = text(
    """
    DELETE FROM parked_events
    WHERE consumer = :consumer AND source = :source AND subject = :subject AND sequence = :sequence
    """
)
POSTPONE = text(
    """
    UPDATE parked_events
    SET attempts = :attempts, error_type = :error_type, last_failed = :now, next_attempt_at = :next_attempt_at
    WHERE consumer = :consumer AND source = :source AND subject = :subject AND sequence = :sequence
    """
)
COUNT = text("SELECT count(*) FROM parked_events WHERE consumer = :consumer")

SUCCESSOR = "Successor"


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked event. `attempts` 0 = it waits for its predecessors and was never tried."""

    record: Record
    source: str
    sequence: int
    attempts: int
    error_type: str
    first_failed: datetime
    next_attempt_at: datetime


def next_delay(attempts: int, inline_tries: int, delays: Sequence[float]) -> timedelta | None:
    """How long to wait after so many failed tries; None = there is no further try.

    >>> next_delay(3, 3, (60, 300)), next_delay(4, 3, (60, 300)), next_delay(5, 3, (60, 300))
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=300), None)
    """
    retries = max(0, attempts - inline_tries)
    return timedelta(seconds=delays[retries]) if retries < len(delays) else None


async def parked_keys(connection: AsyncConnection, consumer: str, keys: Iterable[Key]) -> set[Key]:
    """Which of these keys are parked."""
    wanted = list(dict.fromkeys(keys))
    rows = await connection.execute(
        FIND, {"consumer": consumer, "sources": [k[0] for k in wanted], "subjects": [k[1] for k in wanted]}
    )
    return {(row[0], row[1]) for row in rows}


async def park(
    connection: AsyncConnection,
    consumer: str,
    deliveries: Sequence[Delivery],
    *,
    now: datetime,
    attempts: int = 0,
    error_type: str = SUCCESSOR,
    delay: timedelta = timedelta(0),
) -> None:
    """Stores them as they came; one that is parked already stays as it is."""
    if not deliveries:
        return
    rows = [
        {
            "consumer": consumer,
            "source": delivery.event.source,
            "subject": delivery.event.subject,
            "sequence": delivery.event.sequence,
            "topic": delivery.record.topic,
            "partition": delivery.record.partition,
            "offset": delivery.record.offset,
            "key": delivery.record.key,
            "value": delivery.record.value,
            "headers": _pack(delivery.record.headers),
            "attempts": attempts,
            "error_type": error_type,
            "now": now,
            "next_attempt_at": now + delay,
        }
        for delivery in deliveries
    ]
    await connection.execute(PARK, rows)


async def due_keys(
    connection: AsyncConnection, consumer: str, now: datetime, most: int = 100
) -> list[tuple[Key, str, int]]:
    """Keys whose first event is due, with their topic and partition."""
    rows = await connection.execute(DUE, {"consumer": consumer, "now": now, "most": most})
    return [((row[0], row[1]), row[2], row[3]) for row in rows]


async def parked_head(connection: AsyncConnection, consumer: str, key: Key) -> Parked | None:
    """The first parked event of a key, locked."""
    parameters = {"consumer": consumer, "source": key[0], "subject": key[1]}
    row = (await connection.execute(HEAD, parameters)).one_or_none()
    return _parked(row) if row is not None else None


async def unpark(connection: AsyncConnection, consumer: str, key: Key, sequence: int) -> None:
    """It is done with."""
    await connection.execute(REMOVE, {"consumer": consumer, "source": key[0], "subject": key[1], "sequence": sequence})


async def postpone(
    connection: AsyncConnection,
    consumer: str,
    key: Key,
    parked: Parked,
    *,
    error_type: str,
    now: datetime,
    delay: timedelta,
) -> None:
    """One more failed try."""
    await connection.execute(
        POSTPONE,
        {
            "consumer": consumer,
            "source": key[0],
            "subject": key[1],
            "sequence": parked.sequence,
            "attempts": parked.attempts + 1,
            "error_type": error_type,
            "now": now,
            "next_attempt_at": now + delay,
        },
    )


async def count_parked(connection: AsyncConnection, consumer: str) -> int:
    """How many events wait."""
    return int((await connection.execute(COUNT, {"consumer": consumer})).scalar_one())


def _parked(row: Row[Any]) -> Parked:
    record = Record(row.topic, row.partition, row.offset, row.key, row.value, _unpack(row.headers), 0)
    return Parked(record, row.source, row.sequence, row.attempts, row.error_type, row.first_failed, row.next_attempt_at)


def _pack(headers: Headers) -> bytes:
    return orjson.dumps([[name, b64encode(value).decode()] for name, value in headers])


def _unpack(packed: bytes) -> Headers:
    return [(name, b64decode(value)) for name, value in orjson.loads(packed or b"[]")]
