"""The few Kafka calls that these tests make themselves, apart from the product's own client code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

__all__ = ["create_topic", "produce", "read_all", "topic_exists"]


async def create_topic(bootstrap: str, topic: str, partitions: int = 12) -> None:
    """Makes the topic; raises when it exists already."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, 1)])
    finally:
        await admin.close()
    await until(lambda: topic_exists(bootstrap, topic))


async def topic_exists(bootstrap: str, topic: str) -> bool:
    """Whether the broker lists the topic by now: creating one is not instant."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        return topic in await consumer.topics()
    finally:
        await consumer.stop()


async def produce(bootstrap: str, topic: str, records: Sequence[tuple[bytes, bytes]], **options: Any) -> None:
    """Sends (key, value) pairs, durable (`acks=all`)."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", **options)
    await producer.start()
    try:
        await asyncio.gather(*[await producer.send(topic, value, key) for key, value in records])
    finally:
        await producer.stop()


async def read_all(bootstrap: str, topic: str, count: int, seconds: float = 20.0) -> dict[bytes, bytes]:
    """The first `count` records by key. Raises TimeoutError when there are fewer."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    found: dict[bytes, bytes] = {}
    try:
        async with asyncio.timeout(seconds):
            while len(found) < count:
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found.update({record.key: record.value for record in batch})
    finally:
        await consumer.stop()
    return found


async def until(ready: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    """Waits for a condition; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await ready():  # noqa: ASYNC110 - the broker sends no signal
            await asyncio.sleep(0.1)
