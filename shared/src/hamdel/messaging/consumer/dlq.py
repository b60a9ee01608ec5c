"""Dead letters: the original bytes and headers, plus where they came from and what went wrong, never a message text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from hamdel.contracts.base import rfc3339
from hamdel.messaging.metrics import DEAD_LETTERS
from hamdel.messaging.producer import KafkaProducer
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.topics import apply_topics, dlq_spec, dlq_topic
from hamdel.messaging.transport import Message, Producer, Record

__all__ = ["DeadLetter", "DeadLetters", "dead_letter_message"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`error_type` is the name of an exception class or a reason; times are UTC."""

    record: Record
    error_type: str
    attempts: int
    first_failed: datetime
    last_failed: datetime


def dead_letter_message(consumer: str, letter: DeadLetter) -> Message:
    """What is sent: value and headers as they came, then the `dlq-*` headers (older ones are replaced)."""
    record = letter.record
    about = {
        "dlq-topic": record.topic,
        "dlq-partition": str(record.partition),
        "dlq-offset": str(record.offset),
        "dlq-consumer": consumer,
        "dlq-attempts": str(letter.attempts),
        "dlq-error-type": letter.error_type,
        "dlq-first-failed": rfc3339(letter.first_failed),
        "dlq-last-failed": rfc3339(letter.last_failed),
    }
    kept = [(name, value) for name, value in record.headers if name not in about]
    headers = [*kept, *((name, value.encode()) for name, value in about.items())]
    return Message(dlq_topic(consumer), record.key or b"", record.value, headers)


@dataclass
class DeadLetters:
    """Sends them with a producer of its own, which is made at the first dead letter."""

    consumer: str
    kafka: KafkaSettings
    new_producer: Callable[[KafkaSettings], Producer] = KafkaProducer
    create_topic: bool = True
    _producer: Producer | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Returns when they are safe. Raises SendFailedError or OSError: try again later, nothing may be skipped."""
        if not letters:
            return
        async with self._lock:
            producer = self._producer or await self._connect()
            try:
                await producer.send_all([dead_letter_message(self.consumer, letter) for letter in letters])
            except BaseException:
                self._producer = None
                await producer.stop()
                raise
        for letter in letters:
            DEAD_LETTERS.labels(self.consumer, letter.error_type).inc()
            log.error(
                "dead_letter",
                consumer=self.consumer,
                topic=letter.record.topic,
                partition=letter.record.partition,
                offset=letter.record.offset,
                error=letter.error_type,
            )

    async def stop(self) -> None:
        """Lets go of the producer."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _connect(self) -> Producer:
        if self.create_topic:
            await apply_topics(self.kafka, [dlq_spec(self.consumer)])
        producer = self.new_producer(self.kafka)
        await producer.start()
        self._producer = producer
        return producer
