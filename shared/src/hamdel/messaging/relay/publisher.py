"""Dirty streams: render their sections in one snapshot, publish, and remember what was published."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hamdel.contracts.sections import encode_section, sections_topic
from hamdel.messaging.failures import is_infrastructure
from hamdel.messaging.sections import STREAM_COLUMNS, SectionRenderer, StreamState, render_streams
from hamdel.messaging.transport import Message

if TYPE_CHECKING:
    from asyncpg import Connection

__all__ = ["DirtySections", "Rendered", "mark_dirty", "mark_published"]

log = structlog.get_logger(__name__)

MAX_SECTION_BYTES: Final = 900_000
"""A batch of more than 1 MB is refused by Apache Kafka's default, for ever."""

REFUSED_SECONDS: Final = 60.0

DIRTY: Final = text(
    f"""
    SELECT {STREAM_COLUMNS}, s.shard FROM event_streams AS s
    WHERE s.section_sequence > s.section_published AND s.shard = ANY(CAST(:shards AS smallint[]))
      AND (s.shard, s.customer_id) > (:shard, CAST(:customer AS uuid))
    ORDER BY s.shard, s.customer_id LIMIT :most
    """  # noqa: S608
)
# SKIP LOCKED: a stream that a writer holds is being changed, so it stays dirty and its next section is on the way.
MARK_PUBLISHED: Final = """
    WITH locked AS (
        SELECT s.customer_id, t.sequence
        FROM event_streams AS s JOIN unnest($1::uuid[], $2::bigint[]) AS t(id, sequence) ON s.customer_id = t.id
        ORDER BY s.customer_id FOR NO KEY UPDATE OF s SKIP LOCKED
    )
    UPDATE event_streams AS s SET section_published = greatest(s.section_published, locked.sequence)
    FROM locked WHERE s.customer_id = locked.customer_id
"""
MARK_DIRTY: Final = """
    WITH locked AS (
        SELECT customer_id FROM event_streams WHERE customer_id = ANY($1::uuid[])
        ORDER BY customer_id FOR NO KEY UPDATE
    )
    UPDATE event_streams AS s SET section_published = 0 FROM locked WHERE s.customer_id = locked.customer_id
"""

START: Final = (-1, UUID(int=0))

Streams = Mapping[UUID, StreamState]
Data = dict[UUID, bytes | None]
Read = Callable[[AsyncConnection, list[StreamState]], Awaitable[Data]]


@dataclass(frozen=True, slots=True)
class Rendered:
    """One round's sections with the sequences they show. `full` = there are probably more."""

    messages: list[Message]
    sequences: dict[UUID, int]
    full: bool


@dataclass
class DirtySections:
    """Walks round and round over the dirty streams, so that busy customers do not starve the others."""

    engine: AsyncEngine
    renderer: SectionRenderer
    most: int
    _after: tuple[int, UUID] = START
    _refused: dict[UUID, float] = field(default_factory=dict)

    async def render(self, shards: Sequence[int]) -> Rendered:
        """The next dirty sections of these shards. Raises only when the database is away."""
        after = self._after
        try:
            return await self._next(shards, self._all_at_once)
        except Exception as error:
            if is_infrastructure(error):
                raise
            self._after = after
            return await self._next(shards, self._part_by_part)

    async def _next(self, shards: Sequence[int], read: Read) -> Rendered:
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                streams = await self._dirty(connection, shards)
                if not streams and self._after != START:
                    self._after = START
                    streams = await self._dirty(connection, shards)
                return await self._render(connection, streams, read)

    async def _dirty(self, connection: AsyncConnection, shards: Sequence[int]) -> Streams:
        parameters = {"shards": shards, "shard": self._after[0], "customer": self._after[1], "most": self.most}
        rows = (await connection.execute(DIRTY, parameters)).all()
        self._after = (rows[-1].shard, rows[-1][0]) if len(rows) == self.most else START
        return {row[0]: StreamState(*row[:6]) for row in rows}

    async def _render(self, connection: AsyncConnection, streams: Streams, read: Read) -> Rendered:
        full = self._after != START
        wanted = [stream for customer, stream in streams.items() if not self._is_refused(customer)]
        found = await read(connection, wanted) if wanted else {}
        data = {customer: content for customer, content in found.items() if self._fits(customer, content)}
        topic = sections_topic(self.renderer.service)
        messages = [
            Message(
                topic,
                str(customer).encode(),
                self._record(streams[customer], content),
                # A tombstone has no value to say its sequence in; readers need it to know what it comes after.
                () if content is not None else (("sequence", str(streams[customer].sequence).encode()),),
            )
            for customer, content in data.items()
        ]
        return Rendered(messages, {customer: streams[customer].sequence for customer in data}, full)

    async def _all_at_once(self, connection: AsyncConnection, wanted: list[StreamState]) -> Data:
        return await render_streams(connection, self.renderer, wanted)

    async def _part_by_part(self, connection: AsyncConnection, wanted: list[StreamState]) -> Data:
        """For when one of them cannot be rendered: a savepoint around each part leaves the others usable."""
        try:
            async with connection.begin_nested():
                return await self._all_at_once(connection, wanted)
        except Exception as error:
            if is_infrastructure(error):
                raise
            if len(wanted) == 1:
                self._refuse(wanted[0].customer_id, type(error).__name__)
                return {}
        middle = len(wanted) // 2
        first = await self._part_by_part(connection, wanted[:middle])
        return first | await self._part_by_part(connection, wanted[middle:])

    def _record(self, stream: StreamState, data: bytes | None) -> bytes | None:
        if data is None:
            return None
        return encode_section(stream.customer_id, self.renderer.section, stream.sequence, stream.changed_at, data)

    def _fits(self, customer: UUID, content: bytes | None) -> bool:
        if content is None or len(content) <= MAX_SECTION_BYTES:
            return True
        self._refuse(customer, f"{len(content)} bytes")
        return False

    def _refuse(self, customer: UUID, reason: str) -> None:
        log.error("section_not_rendered", section=self.renderer.section, customer=str(customer), reason=reason)
        self._refused[customer] = time.monotonic() + REFUSED_SECONDS

    def _is_refused(self, customer: UUID) -> bool:
        until = self._refused.get(customer)
        if until is not None and until <= time.monotonic():
            del self._refused[customer]
            return False
        return until is not None


async def mark_published(connection: Connection, sequences: Mapping[UUID, int]) -> None:
    """Those sections are on the topic, with exactly these sequences."""
    await connection.execute(MARK_PUBLISHED, list(sequences), list(sequences.values()))


async def mark_dirty(connection: Connection, customers: Sequence[UUID]) -> None:
    """Those sections have to be published again, whatever was published."""
    await connection.execute(MARK_DIRTY, customers)
