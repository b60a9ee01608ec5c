"""One transaction: lock the customers' streams, change rows, add events, commit. The only place that commits.

Order within a transaction (architecture §2): the stream row is locked before any outbox row gets its number, so the
order of a customer's events is the order of the commits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hamdel.clock import utc_now
from hamdel.context import CallContext
from hamdel.contracts.base import Fact
from hamdel.contracts.envelope import encode_event
from hamdel.database.streams import Streams
from hamdel.ids import new_id, shard_of

__all__ = ["Sequences", "UnitOfWork", "UnitOfWorkFactory"]

Sequences = Mapping[UUID, int]
T = TypeVar("T")

ADVANCE_AND_PUBLISH = text(
    """
    WITH advanced AS (
        UPDATE event_streams AS s
        SET sequence = t.sequence, touched = t.touched, changed_at = greatest(s.changed_at, :now)
        FROM unnest(CAST(:customers AS uuid[]), CAST(:sequences AS bigint[]), CAST(:touched AS bigint[]))
             AS t(id, sequence, touched)
        WHERE s.customer_id = t.id
    )
    INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers, shard)
    SELECT id, :aggregate, subject, coalesce(type, (CAST(:types AS text[]))[1]), payload,
           coalesce(headers, (CAST(:headers AS bytea[]))[1]), shard
    FROM unnest(CAST(:ids AS uuid[]), CAST(:subjects AS uuid[]), CAST(:types AS text[]), CAST(:payloads AS bytea[]),
                CAST(:headers AS bytea[]), CAST(:shards AS smallint[]))
         WITH ORDINALITY AS t(id, subject, type, payload, headers, shard, ordinal)
    ORDER BY ordinal
    """
)
"""The arrays of types and headers may hold one value that stands for all (`_once`)."""


@dataclass(slots=True)
class _Pending:
    customer_id: UUID
    fact_type: str
    data: dict[str, Any]
    time: datetime
    context: CallContext


@dataclass
class UnitOfWork:
    """What a use case works in. `connection` is for repositories; nobody but the factory commits it.

    `context` may be replaced between two pieces of work: each event keeps the context it was recorded in.
    """

    connection: AsyncConnection
    source: str
    context: CallContext
    now: datetime
    sequences: dict[UUID, int] = field(default_factory=dict)
    """After the transaction: the number of each section that shows what was recorded, by the customer it belongs to."""
    _streams: Streams = field(init=False)
    _pending: list[_Pending] = field(default_factory=list)
    _touched: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._streams = Streams(self.connection, self.now)

    async def lock_streams(self, customer_ids: Iterable[UUID]) -> None:
        """Takes the customers' streams, in sorted order, until the end of the transaction; makes missing ones.

        Call it before reading what the decision depends on and before the first write of the use case.
        """
        await self._streams.lock(customer_ids)

    async def link_stream(self, customer_id: UUID, to: UUID | None) -> None:
        """Links the customer's stream to another one, or takes its link away; their sections are rendered again."""
        await self._streams.link(customer_id, to)

    def survivor(self, customer_id: UUID) -> UUID:
        """Under whose id a customer with a locked stream is shown: its own, or that of the end of its links."""
        return self._streams.root(customer_id)

    def record(self, customer_id: UUID, fact: Fact, *, occurred_at: datetime | None = None) -> None:
        """Adds an event for a locked customer; it gets its sequence when the transaction ends.

        Raises RuntimeError when the stream was not locked first: the order would not be the commit order.
        """
        self.record_data(customer_id, fact.fact_type, fact.model_dump(mode="json"), occurred_at=occurred_at)

    def record_data(
        self, customer_id: UUID, fact_type: str, data: dict[str, Any], *, occurred_at: datetime | None = None
    ) -> None:
        """`record` for bulk writes, where building and dumping a model per row costs more than storing it.

        `data` must be what the contract's own dump would give (a test of the caller says so); values are whatever
        orjson knows, `orjson.Fragment` included. Raises RuntimeError like `record`.
        """
        if customer_id not in self._streams:
            raise RuntimeError(f"stream of {customer_id} is not locked")
        self._pending.append(_Pending(customer_id, fact_type, data, occurred_at or self.now, self.context))

    def touch(self, customer_id: UUID) -> None:
        """The section of a locked customer changes without a fact: it is rendered and published again.

        Raises RuntimeError when the stream was not locked first.
        """
        if customer_id not in self._streams:
            raise RuntimeError(f"stream of {customer_id} is not locked")
        for shown in {customer_id, self.survivor(customer_id)}:
            self._streams.touch(shown)
        self._touched.add(customer_id)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that may fail alone: when the block raises, its changes and its events are gone, the error goes on
        and the transaction can. Lock the streams it needs before: a lock taken inside would be lost with it."""
        recorded = len(self._pending)
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            del self._pending[recorded:]
            raise

    @property
    def publishes(self) -> bool:
        """Whether the relay has something to do after the commit."""
        return bool(self._pending or self._streams.changed())

    async def flush_events(self) -> None:
        """Numbers and stores the recorded events. Called by the factory just before the commit."""
        if not self.publishes:
            return
        ids = [new_id() for _ in self._pending]
        payloads = [
            self._encode(event_id, pending, self._streams.advance(pending.customer_id))
            for event_id, pending in zip(ids, self._pending, strict=True)
        ]
        subjects = [pending.customer_id for pending in self._pending]
        changed = self._streams.changed()
        self.sequences = {
            root: self._streams[root].section_sequence
            for root in {self.survivor(subject) for subject in (*subjects, *self._touched)}
        }
        await self.connection.execute(
            ADVANCE_AND_PUBLISH,
            {
                "now": self.now,
                "customers": list(changed),
                "sequences": [stream.sequence for stream in changed.values()],
                "touched": [stream.touched for stream in changed.values()],
                "aggregate": "customer",
                "ids": ids,
                "subjects": subjects,
                "types": _once([pending.fact_type for pending in self._pending]),
                "payloads": payloads,
                "headers": _once([_trace_header(pending.context.traceparent) for pending in self._pending]),
                "shards": [shard_of(subject) for subject in subjects],
            },
        )
        self._pending.clear()
        self._streams.stored()

    def _encode(self, event_id: UUID, pending: _Pending, sequence: int) -> bytes:
        return encode_event(
            event_id=event_id,
            fact_type=pending.fact_type,
            source=self.source,
            subject=pending.customer_id,
            time=pending.time,
            sequence=sequence,
            correlation_id=pending.context.correlation_id,
            causation_id=pending.context.causation_id,
            traceparent=pending.context.traceparent,
            data=pending.data,
        )


@lru_cache(maxsize=256)
def _trace_header(traceparent: str | None) -> bytes:
    return orjson.dumps({"traceparent": traceparent}) if traceparent else b""


def _once(values: list[T]) -> list[T]:
    """One of the values where all are equal: an array costs the driver half a microsecond per element."""
    return values[:1] if values and values.count(values[0]) == len(values) else values


@dataclass(frozen=True)
class UnitOfWorkFactory:
    """Makes units of work on one engine for one service; `after_commit` wakes the relay of this process."""

    engine: AsyncEngine
    source: str
    after_commit: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def __call__(self, context: CallContext) -> AsyncIterator[UnitOfWork]:
        """Commits when the block ends, rolls back when it raises. Read `sequences` after the block."""
        async with self.engine.connect() as connection:
            unit = UnitOfWork(connection, self.source, context, utc_now())
            yield unit
            published = unit.publishes
            await unit.flush_events()
            await connection.commit()
        if published:
            self.after_commit()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reads alone, each statement on its own; nothing is committed."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")
