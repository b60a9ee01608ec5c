"""The consumer on a real database: exactly once, in order, parked keys, dead letters."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hamdel.contracts.envelope import Event
from hamdel.database import UnitOfWork
from hamdel.ids import new_id
from hamdel.messaging import (
    ConsumerOptions,
    EventConsumer,
    KafkaSettings,
    Subscription,
)
from hamdel.messaging.memory import MemoryBroker
from hamdel.messaging.transport import Message
from tests.shared.messaging.consuming import DLQ, TOPIC, Ledger, consume
from tests.shared.messaging.world import Counted, event_message, until


async def test_a_replayed_event_is_applied_once(ledger: Ledger, memory: MemoryBroker) -> None:
    customer = new_id()
    for sequence in (1, 2, 1, 2, 3):
        memory.append(event_message(customer, sequence))
    await consume(ledger, memory)
    memory.committed.clear()
    await consume(ledger, memory)
    assert await ledger.of(customer) == [1, 2, 3]


async def test_an_event_that_a_handler_records_carries_its_cause(ledger: Ledger, memory: MemoryBroker) -> None:
    first, second = new_id(), new_id()

    async def answer(unit: UnitOfWork, event: Event) -> None:
        unit.record(event.subject, Counted(number=event.sequence))

    ledger.also = answer
    sent = {first: memory.append(event_message(first, 1)), second: memory.append(event_message(second, 1))}
    await consume(ledger, memory)
    async with ledger.service.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT aggregateid, payload FROM outbox"))).all()
    causes = {row[0]: orjson.loads(row[1])["causationid"] for row in rows}
    assert causes == {subject: orjson.loads(record.value or b"")["id"] for subject, record in sent.items()}


async def test_an_event_of_an_unknown_type_moves_the_watermark_and_nothing_else(
    ledger: Ledger, memory: MemoryBroker
) -> None:
    customer = new_id()
    memory.append(event_message(customer, 1, kind="test.unheard_of.v1"))
    await consume(ledger, memory)
    assert await ledger.of(customer) == []
    assert await ledger.service.scalar("SELECT applied FROM consumer_watermarks") == 1


async def test_an_unknown_major_version_is_a_dead_letter_and_its_successor_is_applied(
    ledger: Ledger, memory: MemoryBroker
) -> None:
    customer = new_id()
    memory.append(event_message(customer, 1, kind="test.counted.v2"))
    memory.append(event_message(customer, 2))
    await consume(ledger, memory)
    assert await ledger.of(customer) == [2]
    assert [dict(r.headers)["dlq-error-type"] for r in memory.records(DLQ)] == [b"UnknownMajorVersion"]


async def test_undecodable_bytes_go_to_the_dead_letters_as_they_came(ledger: Ledger, memory: MemoryBroker) -> None:
    memory.append(Message(TOPIC, b"key", b"\xffnot an event", [("h", b"1")]))
    await consume(ledger, memory)
    (letter,) = memory.records(DLQ)
    assert (letter.key, letter.value, dict(letter.headers)["h"]) == (b"key", b"\xffnot an event", b"1")


@pytest.mark.slow
async def test_a_failing_event_is_tried_three_times_and_then_its_key_alone_is_parked(
    ledger: Ledger, memory: MemoryBroker
) -> None:
    bad, good = new_id(), new_id()
    ledger.failing = lambda event: ValueError("secret") if event.subject == bad else None
    for sequence in (1, 2):
        for customer in (bad, good):
            memory.append(event_message(customer, sequence))
    await consume(ledger, memory)
    assert await ledger.of(good) == [1, 2]
    assert await ledger.of(bad) == []
    # once within its batch, three times alone; the successor is parked without a try
    assert ledger.calls.count((bad, 1)) == 4
    assert ledger.calls.count((bad, 2)) == 0
    assert await ledger.service.scalar("SELECT array_agg(attempts ORDER BY sequence) FROM parked_events") == [3, 0]


@pytest.mark.slow
async def test_a_parked_key_is_applied_in_order_when_it_is_due(ledger: Ledger, memory: MemoryBroker) -> None:
    customer, now = new_id(), datetime.now(UTC)
    ledger.failing = lambda event: ValueError()
    for sequence in (1, 2, 3):
        memory.append(event_message(customer, sequence))
    consumer = await consume(ledger, memory)
    ledger.failing = lambda event: None
    consumer._retrier.now = lambda: now + timedelta(seconds=30)
    assert await consumer._retrier.run_due() == 0
    consumer._retrier.now = lambda: now + timedelta(seconds=90)
    assert await consumer._retrier.run_due() == 3
    assert await ledger.of(customer) == [1, 2, 3]
    assert await ledger.service.scalar("SELECT count(*) FROM parked_events") == 0
    assert await ledger.service.scalar("SELECT applied FROM consumer_watermarks") == 3


@pytest.mark.slow
async def test_a_key_that_never_recovers_becomes_a_dead_letter_and_its_successors_go_on(
    ledger: Ledger, memory: MemoryBroker
) -> None:
    customer, now = new_id(), datetime.now(UTC)
    ledger.failing = lambda event: ValueError("secret") if event.sequence == 1 else None
    for sequence in (1, 2):
        memory.append(event_message(customer, sequence))
    consumer = await consume(ledger, memory)
    for days in range(1, 6):
        assert memory.records(DLQ) == []
        consumer._retrier.now = lambda days=days: now + timedelta(days=days)  # type: ignore[misc]
        await consumer._retrier.run_due()
    (letter,) = memory.records(DLQ)
    headers = dict(letter.headers)
    assert (headers["dlq-attempts"], headers["dlq-error-type"]) == (b"8", b"ValueError")
    assert not any(b"secret" in value for value in headers.values())
    assert await ledger.of(customer) == [2]


async def test_an_event_that_arrives_for_a_parked_key_waits_behind_it(ledger: Ledger, memory: MemoryBroker) -> None:
    customer = new_id()
    ledger.failing = lambda event: ValueError()
    memory.append(event_message(customer, 1))
    await consume(ledger, memory)
    ledger.failing = lambda event: None
    memory.append(event_message(customer, 2))
    await consume(ledger, memory)
    assert await ledger.of(customer) == []
    assert await ledger.service.scalar("SELECT count(*) FROM parked_events") == 2


async def test_infrastructure_that_is_away_is_waited_for_and_never_parks(ledger: Ledger, memory: MemoryBroker) -> None:
    customer, failures = new_id(), iter([OperationalError("x", {}, OSError())] * 6)
    ledger.failing = lambda event: next(failures, None)
    memory.append(event_message(customer, 1))
    await consume(ledger, memory)
    assert await ledger.of(customer) == [1]
    assert await ledger.service.scalar("SELECT count(*) FROM parked_events") == 0


async def test_dead_letters_wait_for_the_broker_and_are_not_skipped(ledger: Ledger, memory: MemoryBroker) -> None:
    memory.append(Message(TOPIC, b"key", b"not an event"))
    memory.fail_next = 2
    await consume(ledger, memory)
    assert len(memory.records(DLQ)) == 1


async def test_an_event_too_large_to_store_parks_its_key_and_no_other(ledger: Ledger, memory: MemoryBroker) -> None:
    bad, good = new_id(), new_id()

    async def answer(unit: UnitOfWork, event: Event) -> None:
        text_of = "x" * 300_000 if event.subject == bad else "x"
        unit.record_data(event.subject, "test.counted.v1", {"text": text_of})

    ledger.also = answer
    for customer in (bad, good):
        memory.append(event_message(customer, 1))
    await consume(ledger, memory)
    assert (await ledger.of(bad), await ledger.of(good)) == ([], [1])
    assert await ledger.service.scalar("SELECT error_type FROM parked_events") == "EventTooLargeError"


async def test_two_members_with_the_same_records_apply_each_event_once(ledger: Ledger, memory: MemoryBroker) -> None:
    customers = [new_id() for _ in range(20)]
    for sequence in range(1, 11):
        for customer in customers:
            memory.append(event_message(customer, sequence))
    await asyncio.gather(*(consume(ledger, memory) for _ in range(3)))
    assert [await ledger.of(customer) for customer in customers] == [list(range(1, 11))] * 20


async def test_relay_and_consumer_over_the_broker_lose_and_double_nothing(
    ledger: Ledger, kafka_settings: KafkaSettings
) -> None:
    service, customers = ledger.service, [new_id() for _ in range(30)]
    relay = service.relay(kafka_settings)
    name = f"{service.name}-service"
    subscription = Subscription((service.events,), {"test.counted.v1": ledger})
    consumers = [
        EventConsumer(
            name,
            subscription,
            service.units,
            kafka_settings.model_copy(update={"instance": f"member{number}"}),
            options=ConsumerOptions(ping_seconds=0.5),
        )
        for number in range(2)
    ]
    await relay.start()
    for consumer in consumers:
        await consumer.start()
    await service.write(customers, times=10)
    await until(lambda: all_applied(ledger, 300), seconds=30)
    await consumers[0].stop()
    await service.write(customers, times=5)
    await until(lambda: all_applied(ledger, 450), seconds=30)
    await consumers[1].stop()
    await relay.stop()
    assert [await ledger.of(customer) for customer in customers] == [list(range(1, 16))] * 30


async def all_applied(ledger: Ledger, count: int) -> bool:
    return bool(await ledger.service.scalar("SELECT count(*) FROM ledger") >= count)
