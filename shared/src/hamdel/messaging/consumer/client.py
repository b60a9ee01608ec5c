"""The consumer over aiokafka: nothing is committed by itself, everything is bounded in time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.topics import TopicsFailedError, list_topics
from hamdel.messaging.transport import Partition, Record

__all__ = ["KafkaConsumer"]

CLOSE_SECONDS: Final = 2.0
LAG_SECONDS: Final = 0.05
TOGETHER: Final = 6
"""From so many partitions a poll takes at least, where they have something: several are worked on at a time."""
NEVER_MS: Final = 24 * 3600 * 1000
"""Waiting for a database that is away must not cost the membership; the heartbeat shows that we live."""


class KafkaConsumer:
    """One member of the group `name`. After any error, and after `stop`, the object is used up: make another one."""

    def __init__(self, name: str, topics: Sequence[str], kafka: KafkaSettings) -> None:
        self._name = name
        self._topics = tuple(topics)
        self._kafka = kafka
        self._consumer: AIOKafkaConsumer | None = None
        self._lag: dict[TopicPartition, int] = {}
        self._lag_at = 0.0

    async def start(self) -> None:
        """Joins the group. Raises OSError or TimeoutError: no broker, a topic is not there yet, or no coordinator."""
        missing = set(self._topics) - await list_topics(self._kafka)
        if missing:
            raise TopicsFailedError(f"not created yet: {', '.join(sorted(missing))}")
        consumer = self._consumer = self._new()
        try:
            async with asyncio.timeout(2 * self._kafka.session_timeout_ms / 1000 + 3 * self._kafka.request_timeout):
                await consumer.start()
        except KafkaError as error:
            raise OSError(f"no membership in {self._name}: {type(error).__name__}") from error

    def _new(self) -> AIOKafkaConsumer:
        session = self._kafka.session_timeout_ms
        instance = f"{self._name}-{self._kafka.instance}" if self._kafka.static_membership else None
        return AIOKafkaConsumer(
            *self._topics,
            bootstrap_servers=self._kafka.bootstrap,
            client_id=f"{self._name}-{self._kafka.instance}",
            group_id=self._name,
            group_instance_id=instance,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=session,
            heartbeat_interval_ms=min(session // 3, 3000),
            max_poll_interval_ms=NEVER_MS,
            fetch_max_wait_ms=self._kafka.fetch_max_wait_ms,
            request_timeout_ms=self._kafka.request_timeout_ms,
        )

    async def stop(self) -> None:
        """Leaves within a few seconds; never raises."""
        consumer, self._consumer = self._consumer, None
        if consumer is None:
            return
        stopping = asyncio.create_task(consumer.stop())
        await asyncio.wait([stopping], timeout=CLOSE_SECONDS)
        if not stopping.done():
            stopping.cancel()
            with suppress(KafkaError, OSError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await consumer._client.close()
        elif not stopping.cancelled():
            stopping.exception()

    async def poll(self, timeout_ms: int, max_records: int) -> Mapping[Partition, Sequence[Record]]:
        """At most `max_records` of one partition, and of several ones where one has as many. Raises OSError when the
        client has given up."""
        consumer = self._running()
        try:
            found = await consumer.getmany(timeout_ms=timeout_ms, max_records=max_records)
            while 0 < len(found) < TOGETHER:
                # aiokafka fills a poll from one partition for as long as it has something of it
                more = await self._waiting(consumer, found, max_records)
                if not more:
                    break
                found |= more
            await self._measure(consumer)
        except KafkaError as error:
            raise OSError(f"poll failed: {type(error).__name__}") from error
        return {
            Partition(place.topic, place.partition): [
                Record(r.topic, r.partition, r.offset, r.key, r.value, r.headers, r.timestamp) for r in records
            ]
            for place, records in found.items()
        }

    async def _waiting(
        self, consumer: AIOKafkaConsumer, found: Mapping[TopicPartition, object], max_records: int
    ) -> Mapping[TopicPartition, list[ConsumerRecord]]:
        """What has arrived already of the partitions that the poll has nothing of."""
        others = consumer.assignment() - found.keys()
        return await consumer.getmany(*others, timeout_ms=0, max_records=max_records) if others else {}

    async def commit(self, offsets: Mapping[Partition, int]) -> bool:
        """False after a rebalance or without a coordinator: the records come again, and are known by then."""
        consumer = self._running()
        try:
            async with asyncio.timeout(self._kafka.request_timeout):
                await consumer.commit({TopicPartition(*place): offset for place, offset in offsets.items()})
        except (KafkaError, TimeoutError):
            return False
        return True

    async def ping(self) -> bool:
        """Whether the broker of this consumer still answers."""
        if self._consumer is None:
            return False
        try:
            async with asyncio.timeout(self._kafka.request_timeout):
                await self._consumer.topics()
        except (KafkaError, OSError):
            return False
        return True

    def lag(self) -> int:
        """An assigned partition that was not fetched from yet counts as one record."""
        return sum(self._lag.values())

    def _running(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise OSError("the consumer is stopped")
        return self._consumer

    async def _measure(self, consumer: AIOKafkaConsumer) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._lag_at < LAG_SECONDS:
            return
        self._lag_at = now
        self._lag = {place: await _partition_lag(consumer, place) for place in consumer.assignment()}


async def _partition_lag(consumer: AIOKafkaConsumer, place: TopicPartition) -> int:
    try:
        end = consumer.highwater(place)
        if end is None:
            return 1
        async with asyncio.timeout(LAG_SECONDS):
            return max(0, int(end - await consumer.position(place)))
    except (TimeoutError, IllegalStateError, AssertionError):
        return 1
