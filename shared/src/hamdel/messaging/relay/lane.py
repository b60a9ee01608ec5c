"""One lane: a part of the shards, worked on by one task over one connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import structlog

from hamdel.messaging.failures import Backoff, is_infrastructure
from hamdel.messaging.metrics import PUBLISH_SECONDS, PUBLISHED
from hamdel.messaging.relay.connection import RawConnection
from hamdel.messaging.relay.continuity import settle_kept, still_epoch
from hamdel.messaging.relay.leases import Leases
from hamdel.messaging.relay.link import BrokerLink, Session
from hamdel.messaging.relay.options import RelayOptions, RelayStats
from hamdel.messaging.relay.outbox import SETTLE, Claim, OutboxReader
from hamdel.messaging.relay.publisher import DirtySections, Rendered, mark_dirty, mark_published
from hamdel.messaging.transport import Acks, Message

__all__ = ["Lane"]

log = structlog.get_logger(__name__)

CANCEL_SECONDS = 2.0
"""Giving a connection back after a cancelled statement can hang."""

T = TypeVar("T")

SECTIONS_EVERY = 0.25
"""While facts keep coming in full claims, sections get their turn at least so often (seconds)."""


@dataclass
class Lane:
    """Facts first, then sections, then sleep until woken or until the poll is due."""

    shards: Sequence[int]
    leases: Leases
    link: BrokerLink
    database: RawConnection
    outbox: OutboxReader
    sections: DirtySections | None
    options: RelayOptions
    stats: RelayStats
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    _sections_at: float = 0.0
    _suspects: list[tuple[float, list[UUID]]] = field(default_factory=list)

    async def run(self) -> None:
        """Until `stopping` is set; no failure ends it."""
        idle = Backoff(self.options.poll_min_seconds, self.options.poll_max_seconds)
        trouble = Backoff(0.05, 2.0)
        while not self.stopping:
            self.woken.clear()
            try:
                busy = await self._round()
            except Exception as error:  # noqa: BLE001 - the top of this task: log, wait, go on
                self._failed(error)
                await asyncio.sleep(trouble.next())
                continue
            trouble.reset()
            if busy or await self._sleep(idle.next()):
                idle.reset()

    async def _sleep(self, seconds: float) -> bool:
        if self.stopping:
            return False
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return False
        return True

    def _failed(self, error: Exception) -> None:
        self.database.drop()
        self.stats.last_error = type(error).__name__
        level = log.warning if is_infrastructure(error) else log.exception
        level("relay_round_failed", service=self.link.service_short, error=type(error).__name__)

    async def _round(self) -> bool:
        shards = self.leases.usable(self.shards)
        if not shards:
            return False
        with self.leases.hold(shards):
            connection = await self.database.get()
            # The session comes first: making one may bring back older rows, which must go before what is claimed here.
            session = await self.link.get()
            claim = await self.outbox.claim(connection, shards)
            found = bool(claim.messages)
            if self.sections is None or (claim.full and time.monotonic() < self._sections_at):
                await self._settle(session, claim, await self._send_facts(session, claim))
                return found
            self._sections_at = time.monotonic() + SECTIONS_EVERY
            await self._publish_suspects_again()
            return await self._both(shards, session, claim, self.sections.render(shards)) or found

    async def _both(
        self, shards: list[int], session: Session, claim: Claim, rendering: Coroutine[None, None, Rendered]
    ) -> bool:
        """The sections are made while the facts are on their way, and sent after them, while those are settled."""
        async with _beside(rendering) as making:
            acks = await self._send_facts(session, claim)
            rendered = await making
        async with _beside(self._settle(session, claim, acks)) as settling:
            sent = await self._send_sections(shards, rendered, session)
            await settling
        if sent:
            await self._remember(shards, rendered, session)
        return sent

    async def _send_facts(self, session: Session, claim: Claim) -> Acks:
        return await self._send(session, "facts", claim.messages) if claim.messages else {}

    async def _settle(self, session: Session, claim: Claim, acks: Acks) -> None:
        if not claim.messages:
            return
        connection = await self.database.get()
        if self.link.keep:
            await settle_kept(connection, claim.sequences, self.shards, acks, session.epoch)
        else:
            await connection.execute(SETTLE, claim.sequences, self.shards)
        self.stats.facts_published += len(claim.messages)

    async def _send_sections(self, shards: list[int], rendered: Rendered, session: Session) -> bool:
        if not rendered.messages or not self.leases.valid(shards):
            return False
        try:
            await self._send(session, "sections", rendered.messages)
        except BaseException:
            # It may still arrive, after a newer one: once nothing of it can be on its way, publish again.
            due = time.monotonic() + 2 * self.link.kafka.request_timeout
            self._suspects.append((due, list(rendered.sequences)))
            raise
        self.stats.sections_published += len(rendered.messages)
        return True

    async def _remember(self, shards: list[int], rendered: Rendered, session: Session) -> None:
        connection = await self.database.get()
        if not self.leases.valid(shards):
            # We were paused, and the shard may have a new owner whose newer section is now behind our older one.
            await mark_dirty(connection, list(rendered.sequences))
            return
        if not self.link.keep:
            await mark_published(connection, rendered.sequences)
            return
        async with connection.transaction():
            await still_epoch(connection, session.epoch)
            await mark_published(connection, rendered.sequences)

    async def _publish_suspects_again(self) -> None:
        while self._suspects and self._suspects[0][0] <= time.monotonic():
            await mark_dirty(await self.database.get(), self._suspects[0][1])
            del self._suspects[0]

    async def _send(self, session: Session, kind: str, messages: list[Message]) -> Acks:
        before = dict(session.expected)
        started = time.perf_counter()
        try:
            acks = await session.producer.send_all(messages)
            if self.link.keep:
                session.learn(before, acks)
        except BaseException:
            self.link.drop(session)
            raise
        PUBLISH_SECONDS.labels(self.link.service_short, kind).observe(time.perf_counter() - started)
        PUBLISHED.labels(self.link.service_short, kind).inc(len(messages))
        return acks


@asynccontextmanager
async def _beside(work: Coroutine[None, None, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Runs beside the block; ended with it, whatever happens in the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_SECONDS)
        if task.done() and not task.cancelled():
            task.exception()
