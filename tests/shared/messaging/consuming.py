"""What the tests of the consumer share: a handler that writes down what it was given, and a run to the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from hamdel.contracts.envelope import Event
from hamdel.database import UnitOfWork
from hamdel.messaging import (
    ConsumerOptions,
    EventConsumer,
    Handler,
    KafkaSettings,
    Subscription,
)
from hamdel.messaging.memory import MemoryBroker
from tests.shared.messaging.world import Service, until

TOPIC = "test.events"
KAFKA = KafkaSettings(bootstrap="memory:1")
QUICK = ConsumerOptions(poll_timeout_ms=10, backoff_min_seconds=0.01, retrier_seconds=3600)
DLQ = "hamdel.test-consumer.dlq"


@dataclass
class Ledger:
    """A handler that writes down what it was given, in its transaction; it fails where it is told to."""

    service: Service
    failing: Callable[[Event], Exception | None] = lambda _: None
    calls: list[tuple[UUID, int]] = field(default_factory=list)
    also: Callable[[UnitOfWork, Event], Awaitable[None]] | None = None

    async def __call__(self, unit: UnitOfWork, event: Event) -> None:
        self.calls.append((event.subject, event.sequence))
        await unit.connection.execute(
            text("INSERT INTO ledger (subject, sequence) VALUES (:subject, :sequence)"),
            {"subject": event.subject, "sequence": event.sequence},
        )
        if self.also is not None:
            await self.also(unit, event)
        error = self.failing(event)
        if error is not None:
            raise error

    async def of(self, subject: UUID) -> list[int]:
        async with self.service.engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT sequence FROM ledger WHERE subject = :subject ORDER BY id"), {"subject": subject}
            )
            return [row[0] for row in rows]


def consumer_of(
    ledger: Ledger,
    memory: MemoryBroker,
    options: ConsumerOptions = QUICK,
    handlers: Mapping[str, Handler] | None = None,
    **more: Any,
) -> EventConsumer:
    return EventConsumer(
        "test-consumer",
        Subscription((TOPIC,), handlers or {"test.counted.v1": ledger}),
        ledger.service.units,
        KAFKA,
        options=options,
        new_consumer=memory.consumer,
        new_producer=memory.producer,
        **more,
    )


async def consume(ledger: Ledger, memory: MemoryBroker, **more: Any) -> EventConsumer:
    """Runs a consumer until everything is committed; returns it, stopped."""
    consumer = consumer_of(ledger, memory, **more)
    await consumer.start()
    await until(lambda: consumer.lag == 0 and drained(memory))
    await consumer.stop()
    return consumer


def drained(memory: MemoryBroker) -> bool:
    logs = {place: len(log) for place, log in memory.logs.items() if place.topic == TOPIC and log}
    return all(memory.committed.get(("test-consumer", place)) == size for place, size in logs.items())
