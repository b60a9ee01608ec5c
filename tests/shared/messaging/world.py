"""What the messaging tests share: a service of their own on a database and a broker."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hamdel.context import CallContext
from hamdel.contracts.base import Fact
from hamdel.contracts.envelope import encode_event, source_of
from hamdel.database import Families, UnitOfWorkFactory
from hamdel.ids import new_id
from hamdel.messaging import KafkaSettings, Relay, RelayOptions
from hamdel.messaging.memory import MemoryBroker
from hamdel.messaging.transport import Message

NUMBERS = itertools.count(1)
SOON = RelayOptions(lease_seconds=1.0, ping_seconds=0.3)


class Counted(Fact):
    """A fact of the tests."""

    fact_type: ClassVar[str] = "test.counted.v1"
    number: int


@dataclass
class SequenceRenderer:
    """Renders `{"sequence": n}`; customers in `gone` have no section, those in `broken` raise."""

    service: str
    section: str = "tests"
    gone: set[UUID] = field(default_factory=set)
    broken: set[UUID] = field(default_factory=set)

    async def render(self, connection: AsyncConnection, families: Families) -> dict[UUID, bytes | None]:
        if self.broken & set(families):
            raise ValueError("a bug")
        rows = await connection.execute(
            text("SELECT customer_id, sequence FROM event_streams WHERE customer_id = ANY(CAST(:ids AS uuid[]))"),
            {"ids": list(families)},
        )
        return {row[0]: None if row[0] in self.gone else b'{"sequence":%d}' % row[1] for row in rows}

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        return 0


@dataclass
class Service:
    """A service named uniquely, so that its topics are its own on a shared broker."""

    engine: AsyncEngine
    name: str = field(default_factory=lambda: f"test{next(NUMBERS)}x{new_id().hex[-8:]}")

    def __post_init__(self) -> None:
        self.units = UnitOfWorkFactory(self.engine, source_of(f"{self.name}-service"))
        self.renderer = SequenceRenderer(self.name)

    @property
    def events(self) -> str:
        return f"hamdel.{self.name}.events"

    @property
    def sections(self) -> str:
        return f"hamdel.{self.name}.sections"

    def relay(self, kafka: KafkaSettings, *, keep_days: int = 0, options: RelayOptions = SOON, **more: Any) -> Relay:
        return Relay(self.engine, kafka, self.name, self.renderer, keep_days, options=options, **more)

    def memory_relay(self, broker: MemoryBroker, **more: Any) -> Relay:
        relay = self.relay(KafkaSettings(bootstrap="memory:1", request_timeout_ms=100), **more)
        return on_memory(relay, broker)

    async def write(self, customers: Iterable[UUID], times: int = 1) -> None:
        for _ in range(times):
            async with self.units(CallContext("tester", "request-1")) as unit:
                wanted = list(customers)
                await unit.lock_streams(wanted)
                for customer in wanted:
                    unit.record(customer, Counted(number=1))

    async def scalar(self, statement: str, **parameters: Any) -> Any:
        async with self.engine.connect() as connection:
            return (await connection.execute(text(statement), parameters)).scalar_one()

    async def execute(self, statement: str, **parameters: Any) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement), parameters)

    async def empty(self) -> bool:
        return await self.scalar("SELECT count(*) FROM outbox") == 0 and not await self.dirty()

    async def dirty(self) -> int:
        return int(await self.scalar("SELECT count(*) FROM event_streams WHERE section_sequence > section_published"))


def on_memory(relay: Relay, broker: MemoryBroker) -> Relay:
    """The relay on a broker in memory: no topics to create there."""
    relay._link.new_producer = broker.producer

    async def connect() -> Any:
        from hamdel.messaging.relay.link import Session

        session = Session(broker.producer())
        await session.producer.start()
        return session

    relay._link._connect = connect  # type: ignore[method-assign]
    return relay


async def until(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    """Waits until it holds; a coroutine function is awaited."""
    deadline = time.monotonic() + seconds
    while True:
        held = condition()
        if asyncio.iscoroutine(held):
            held = await held
        if held:
            return
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


def sequences_of(values: Iterable[bytes | None]) -> dict[str, list[int]]:
    """Per subject every sequence in the order of arrival, repetitions included."""
    found: dict[str, list[int]] = defaultdict(list)
    for value in values:
        event = orjson.loads(value or b"{}")
        found[event["subject"]].append(int(event["sequence"]))
    return dict(found)


def first_seen(values: Iterable[bytes | None]) -> dict[str, list[int]]:
    """Per subject the sequences in the order in which each was first seen: what a watermark lets through at best."""
    return {subject: list(dict.fromkeys(found)) for subject, found in sequences_of(values).items()}


def event_bytes(
    subject: UUID,
    sequence: int,
    *,
    kind: str = "test.counted.v1",
    source: str = "/hamdel/test-service",
    number: int = 0,
) -> bytes:
    """An event as it travels."""
    return encode_event(
        event_id=new_id(),
        fact_type=kind,
        source=source,
        subject=subject,
        time=datetime(2026, 1, 2, tzinfo=UTC),
        sequence=sequence,
        correlation_id="request-1",
        causation_id=None,
        traceparent=None,
        data={"number": number},
    )


def event_message(subject: UUID, sequence: int, topic: str = "test.events", **more: Any) -> Message:
    """An event as a message."""
    return Message(topic, str(subject).encode(), event_bytes(subject, sequence, **more), [("ce_type", b"x")])
