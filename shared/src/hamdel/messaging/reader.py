"""Reading topics without a group, for tools: nothing is committed and no member takes partitions away from another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.topics import PARTITIONS, TopicsFailedError, list_topics
from hamdel.messaging.transport import Record

__all__ = ["read_records"]


async def read_records(
    kafka: KafkaSettings, topics: Iterable[str], *, from_start: bool = False
) -> AsyncIterator[Record]:
    """New records of these topics (all with `from_start`), for ever; in order within a partition.

    Topics that do not exist are left out. Raises TopicsFailedError when no broker answers.
    """
    known = await list_topics(kafka)
    wanted = [TopicPartition(topic, number) for topic in topics if topic in known for number in range(PARTITIONS)]
    async with _consumer(kafka) as consumer:
        if not wanted:
            return
        consumer.assign(wanted)
        await (consumer.seek_to_beginning() if from_start else consumer.seek_to_end())
        async for record in consumer:
            yield Record(
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                key=record.key,
                value=record.value,
                headers=tuple(record.headers),
                timestamp_ms=record.timestamp,
            )


@asynccontextmanager
async def _consumer(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap,
        client_id="hamdel-reader",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=kafka.fetch_max_wait_ms,
        request_timeout_ms=kafka.request_timeout_ms,
    )
    try:
        async with asyncio.timeout(2 * kafka.request_timeout):
            await consumer.start()
    except (KafkaError, OSError) as error:
        raise TopicsFailedError(f"no broker at {kafka.bootstrap}") from error
    try:
        yield consumer
    finally:
        async with asyncio.timeout(2 * kafka.request_timeout):
            await consumer.stop()
