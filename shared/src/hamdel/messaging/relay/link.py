"""The relay's link to the broker: one producer for all lanes, made again whenever there is doubt about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from hamdel.contracts.sections import events_topic
from hamdel.messaging.metrics import REBUILDS, RESTORES
from hamdel.messaging.producer import KafkaProducer
from hamdel.messaging.relay.connection import RawConnection
from hamdel.messaging.relay.continuity import ForgottenError, forgot, join_epoch, load_positions, restore
from hamdel.messaging.relay.options import RelayStats
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.topics import apply_topics, end_offsets, service_topics
from hamdel.messaging.transport import Acks, Partition, Producer

__all__ = ["BrokerLink", "Session"]

log = structlog.get_logger(__name__)

FAILED_PINGS = 2


@dataclass(slots=True)
class Session:
    """One producer's life. `expected` = the least offset that each partition must answer with, by now."""

    producer: Producer
    epoch: int = 0
    expected: dict[Partition, int] = field(default_factory=dict)
    failed_pings: int = 0

    def learn(self, before: dict[Partition, int], acks: Acks) -> None:
        """Raises ForgottenError when an offset is smaller than what was known before that send."""
        for place, ack in acks.items():
            if 0 <= ack.base_offset < before.get(place, 0):
                raise ForgottenError(f"{place.topic}/{place.partition} went back to {ack.base_offset}")
        for place, ack in acks.items():
            self.expected[place] = max(self.expected.get(place, 0), ack.next_offset)


@dataclass
class BrokerLink:
    """`get` gives the present session, making one when there is none; `drop` throws one away."""

    kafka: KafkaSettings
    service_short: str
    keep: bool
    database: RawConnection
    stats: RelayStats
    new_producer: Callable[[KafkaSettings], Producer] = KafkaProducer
    _session: Session | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stopping: set[asyncio.Task[None]] = field(default_factory=set)

    async def get(self) -> Session:
        """Raises SendFailedError, OSError or what asyncpg raises; try again later."""
        async with self._lock:
            if self._session is None:
                self._session = await self._connect()
                self.stats.connected = True
            return self._session

    def drop(self, session: Session) -> None:
        """Throws this session's producer away, in the background; others get a new one."""
        if self._session is not session:
            return
        self._session = None
        self.stats.connected = False
        self.stats.producer_rebuilds += 1
        REBUILDS.labels(self.service_short).inc()
        task = asyncio.create_task(session.producer.stop())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def ping(self) -> None:
        """Drops the session after two pings without an answer: a client never looks for another broker by itself."""
        session = self._session
        if session is None:
            return
        session.failed_pings = 0 if await session.producer.ping() else session.failed_pings + 1
        if session.failed_pings >= FAILED_PINGS:
            log.warning("broker_silent", service=self.service_short)
            self.drop(session)

    async def close(self) -> None:
        """Stops the producer, bounded."""
        session, self._session = self._session, None
        if session is not None:
            await session.producer.stop()
        if self._stopping:
            await asyncio.wait(self._stopping, timeout=1)

    async def _connect(self) -> Session:
        try:
            await apply_topics(self.kafka, service_topics(self.service_short))
            session = Session(self.new_producer(self.kafka))
            if self.keep:
                await self._check_continuity(session)
            await session.producer.start()
        except BaseException:
            self.database.drop()
            raise
        return session

    async def _check_continuity(self, session: Session) -> None:
        connection = await self.database.get()
        session.epoch = await join_epoch(connection)
        positions = await load_positions(connection)
        ends = await end_offsets(self.kafka, [events_topic(self.service_short)])
        if forgot(positions, ends) and await restore(connection, ends):
            self.stats.broker_restores += 1
            RESTORES.labels(self.service_short).inc()
            log.warning("broker_forgot_everything", service=self.service_short)
        session.epoch = await join_epoch(connection)
        session.expected = await load_positions(connection)
