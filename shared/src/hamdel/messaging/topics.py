"""The topics of Hamdel and their idempotent creation.

Some brokers create a topic, with one partition, as soon as a client asks for its metadata by name. So nothing here and
nothing in the relay or the consumers names a topic before a listing of all topics has shown that it exists.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import KafkaError

from hamdel.contracts.sections import events_topic, sections_topic
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.transport import Partition

__all__ = [
    "PARTITIONS",
    "RETENTION_MS",
    "TopicSpec",
    "TopicsFailedError",
    "apply_topics",
    "dlq_spec",
    "dlq_topic",
    "end_offsets",
    "list_topics",
    "partition_counts",
    "service_topics",
]

PARTITIONS: Final = 12
"""Of every topic, for ever: adding partitions would move keys and break their order."""

RETENTION_MS: Final = 28 * 24 * 3600 * 1000
TOPIC_EXISTS: Final = 36


class TopicsFailedError(OSError):
    """The broker could not be asked, or refused to create a topic."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """`retention_ms` is None on a compacted topic."""

    name: str
    cleanup: Literal["delete", "compact"]
    retention_ms: int | None


def dlq_topic(consumer: str) -> str:
    """The dead-letter topic of a consumer, such as `hamdel.loyalty-service.dlq`."""
    return f"hamdel.{consumer}.dlq"


def dlq_spec(consumer: str) -> TopicSpec:
    """The dead-letter topic of a consumer, as it is created."""
    return TopicSpec(dlq_topic(consumer), "delete", RETENTION_MS)


def service_topics(short: str) -> tuple[TopicSpec, ...]:
    """What a service owns and creates; `gateway` owns the joined view and its dead letters."""
    if short == "gateway":
        return TopicSpec("hamdel.customer.views", "compact", None), dlq_spec("gateway")
    return (
        TopicSpec(events_topic(short), "delete", RETENTION_MS),
        TopicSpec(sections_topic(short), "compact", None),
        dlq_spec(f"{short}-service"),
    )


async def list_topics(kafka: KafkaSettings) -> frozenset[str]:
    """The names that the broker knows. Raises TopicsFailedError within about the request time-out."""
    return frozenset((await _listing(kafka)).topics(exclude_internal_topics=False))


async def partition_counts(kafka: KafkaSettings, topics: Iterable[str]) -> dict[str, int]:
    """How many partitions each of these topics has; 0 for one that the broker does not know.

    Raises TopicsFailedError when no broker answers.
    """
    listing = await _listing(kafka)
    return {topic: len(listing.partitions_for_topic(topic) or ()) for topic in topics}


async def _listing(kafka: KafkaSettings) -> ClusterMetadata:
    try:
        async with asyncio.timeout(2 * kafka.request_timeout), _client(kafka) as client:
            return await client.fetch_all_metadata()
    except (KafkaError, OSError) as error:
        raise TopicsFailedError(f"no topic list from {kafka.bootstrap}: {type(error).__name__}") from error


async def apply_topics(kafka: KafkaSettings, specs: Iterable[TopicSpec]) -> list[str]:
    """Creates the missing ones with 12 partitions; returns their names. Existing ones are left as they are.

    Raises TopicsFailedError within about twice the request time-out.
    """
    known = await list_topics(kafka)
    missing = [spec for spec in specs if spec.name not in known]
    if not missing:
        return []
    admin = AIOKafkaAdminClient(
        bootstrap_servers=kafka.bootstrap, request_timeout_ms=kafka.request_timeout_ms, client_id="hamdel-topics"
    )
    try:
        async with asyncio.timeout(2 * kafka.request_timeout):
            await admin.start()
            answer = await admin.create_topics([_new_topic(spec, kafka.replication) for spec in missing])
    except (KafkaError, OSError) as error:
        raise TopicsFailedError(f"topics were not created: {type(error).__name__}") from error
    finally:
        with suppress(KafkaError, OSError):
            async with asyncio.timeout(1):
                await admin.close()
    return _created(answer)


def _created(answer: Any) -> list[str]:
    created: list[str] = []
    for topic, code, *_ in answer.topic_errors:
        if code not in (0, TOPIC_EXISTS):
            raise TopicsFailedError(f"topic {topic} was refused with Kafka error code {code}")
        if code == 0:
            created.append(topic)
    return created


def _new_topic(spec: TopicSpec, replication: int) -> NewTopic:
    configuration: dict[str, str] = {"cleanup.policy": spec.cleanup}
    if spec.retention_ms is not None:
        configuration["retention.ms"] = str(spec.retention_ms)
    if replication >= 3:
        configuration["min.insync.replicas"] = "2"
    return NewTopic(spec.name, PARTITIONS, replication, topic_configs=configuration)


@asynccontextmanager
async def _client(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(
        bootstrap_servers=kafka.bootstrap, request_timeout_ms=kafka.request_timeout_ms, client_id="hamdel-topics"
    )
    try:
        await client.bootstrap()
        yield client
    finally:
        with suppress(KafkaError, OSError):
            async with asyncio.timeout(1):
                await client.close()


async def end_offsets(kafka: KafkaSettings, topics: Iterable[str]) -> dict[Partition, int]:
    """The next offset of every partition of topics that exist; 0 = nothing was ever written there.

    Raises TopicsFailedError. Some brokers answer too little for a partition that is not empty, but never 0.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap, request_timeout_ms=kafka.request_timeout_ms, client_id="hamdel-topics"
    )
    try:
        async with asyncio.timeout(2 * kafka.request_timeout):
            await consumer.start()
            places = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
            found = await consumer.end_offsets(places)
    except (KafkaError, OSError) as error:
        raise TopicsFailedError(f"no end offsets: {type(error).__name__}") from error
    finally:
        with suppress(KafkaError, OSError):
            async with asyncio.timeout(1):
                await consumer.stop()
    return {Partition(place.topic, place.partition): offset for place, offset in found.items()}
