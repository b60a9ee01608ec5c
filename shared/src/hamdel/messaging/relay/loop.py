"""The relay of one process: lanes that publish, and the housekeeping around them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database.engine import plain_url
from hamdel.ids import SHARDS, new_id
from hamdel.messaging.failures import Backoff
from hamdel.messaging.metrics import BACKLOG, COUNTED, DIRTY
from hamdel.messaging.producer import KafkaProducer
from hamdel.messaging.relay.connection import RawConnection
from hamdel.messaging.relay.continuity import prune_published
from hamdel.messaging.relay.lane import Lane
from hamdel.messaging.relay.leases import Leases, LeaseTable
from hamdel.messaging.relay.link import BrokerLink
from hamdel.messaging.relay.neighbours import FACTS, GAP_SECONDS, Neighbours
from hamdel.messaging.relay.options import RelayOptions, RelayStats
from hamdel.messaging.relay.outbox import OutboxReader
from hamdel.messaging.relay.publisher import DirtySections
from hamdel.messaging.sections import SectionRenderer
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.transport import Producer

__all__ = ["Relay"]

log = structlog.get_logger(__name__)

SOON = 0.1
"""Seconds until the next lease round while shards change hands."""

COUNT_BACKLOG = f"SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT {COUNTED}) AS o"  # noqa: S608
COUNT_DIRTY = f"""
    SELECT count(*) FROM (
        SELECT 1 FROM event_streams WHERE section_sequence > section_published LIMIT {COUNTED}
    ) AS s
"""  # noqa: S608 - a constant


class Relay:
    """Publishes facts, then dirty sections. `renderer` None = a service without a section.

    `keep_days` > 0 keeps published facts for so many days, so that a broker that forgets them can be filled again.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        kafka: KafkaSettings,
        service_short: str,
        renderer: SectionRenderer | None,
        keep_days: int = 0,
        *,
        options: RelayOptions | None = None,
        new_producer: Callable[[KafkaSettings], Producer] = KafkaProducer,
    ) -> None:
        self.stats = RelayStats()
        self._options = options or RelayOptions()
        self._service = service_short
        self._keep_days = keep_days
        self._house = asyncio.Event()
        self._leases = Leases(released=self._house.set)
        self._table = LeaseTable(f"{kafka.instance}-{new_id()}", self._options.lease_seconds, self._leases)
        dsn = plain_url(engine.url.render_as_string(hide_password=False))
        self._connections = [RawConnection(dsn, for_lane=False) for _ in range(3)]
        self._housekeeping, link_database, news_database = self._connections
        self._neighbours = Neighbours(self._table.relay_id, news_database, self._heard)
        self._link = BrokerLink(
            kafka, service_short, keep_days > 0, link_database, self.stats, new_producer=new_producer
        )
        self._lanes = [self._lane(number, dsn, engine, renderer) for number in range(self._options.lanes)]
        self._tasks: list[asyncio.Task[None]] = []
        self._prune_at = 0.0

    def _lane(self, number: int, dsn: str, engine: AsyncEngine, renderer: SectionRenderer | None) -> Lane:
        connection = RawConnection(dsn, for_lane=True)
        self._connections.append(connection)
        return Lane(
            shards=range(number, SHARDS, self._options.lanes),
            leases=self._leases,
            link=self._link,
            database=connection,
            outbox=OutboxReader(self._service, self._options.claim_rows),
            sections=DirtySections(engine, renderer, self._options.section_rows) if renderer else None,
            options=self._options,
            stats=self.stats,
        )

    async def start(self) -> None:
        """Starts the background work and returns at once: neither Kafka nor the database need to be up."""
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        period = self._options.lease_seconds / 3
        self._tasks = [
            asyncio.create_task(self._repeat(self._keep_house, period), name="relay-leases"),
            asyncio.create_task(self._repeat(self._link.ping, self._options.ping_seconds), name="relay-ping"),
            asyncio.create_task(self._repeat(self._neighbours.exchange, GAP_SECONDS), name="relay-neighbours"),
            *(asyncio.create_task(lane.run(), name="relay-lane") for lane in self._lanes),
        ]

    def wake(self) -> None:
        """Says that something was committed; cheap, callable from any coroutine of the same event loop.

        The relays of other replicas hear of it too: most of the shards may be theirs.
        """
        self._wake_lanes()
        if not self._table.alone:
            self._neighbours.say()

    def _wake_lanes(self) -> None:
        for lane in self._lanes:
            lane.woken.set()

    def _heard(self, news: str) -> None:
        if news == FACTS:
            self._wake_lanes()
        else:
            self._house.set()

    async def stop(self) -> None:
        """Ends the round that is on its way, gives the leases back, bounded in time."""
        for lane in self._lanes:
            lane.stopping = True
        self._wake_lanes()
        lanes = [task for task in self._tasks if task.get_name() == "relay-lane"]
        if lanes:
            await asyncio.wait(lanes, timeout=self._options.stop_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._leave()
        await self._link.close()
        for connection in self._connections:
            await connection.close()

    async def _leave(self) -> None:
        self._housekeeping.drop()  # its last statement may have been cancelled half-way, a transaction left open
        try:
            async with asyncio.timeout(self._options.stop_seconds):
                await self._table.leave(await self._housekeeping.get())
        except Exception as error:  # noqa: BLE001 - the leases run out by themselves
            log.warning("relay_leases_not_given_back", service=self._service, error=type(error).__name__)

    async def _repeat(self, work: Callable[[], Awaitable[None]], period: float) -> None:
        trouble = Backoff(min(0.1, period), period)
        while True:
            try:
                await work()
                trouble.reset()
                wait = period if work != self._keep_house or not self._table.unsettled else min(SOON, period)
            except Exception as error:  # noqa: BLE001 - the top of this task: log, wait, go on
                log.warning("relay_housekeeping_failed", service=self._service, error=type(error).__name__)
                self._housekeeping.drop()
                await asyncio.sleep(trouble.next())
                continue
            await (self._pause(wait) if work == self._keep_house else asyncio.sleep(wait))

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._house.wait()

    async def _keep_house(self) -> None:
        self._house.clear()
        connection = await self._housekeeping.get()
        taken = await self._table.round(connection)
        self.stats.shards = tuple(self._leases.held)
        if taken:
            log.info("relay_shards_taken", service=self._service, shards=taken)
            self._wake_lanes()
        if self._table.unsettled:
            return
        BACKLOG.labels(self._service).set(await connection.fetchval(COUNT_BACKLOG))
        DIRTY.labels(self._service).set(await connection.fetchval(COUNT_DIRTY))
        if self._keep_days > 0 and time.monotonic() >= self._prune_at:
            removed = await prune_published(connection, self._keep_days)
            self._prune_at = time.monotonic() + (self._options.retention_seconds if removed == 0 else 0)
