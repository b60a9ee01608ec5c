"""The relay on a real database and a real broker: order, nothing lost, leases, retention."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import orjson
import pytest

from hamdel.ids import new_id
from hamdel.messaging import KafkaSettings
from hamdel.messaging.memory import MemoryBroker
from hamdel.messaging.relay.continuity import prune_published
from hamdel.messaging.relay.outbox import CLAIM, SETTLE
from hamdel.messaging.relay.publisher import mark_published
from hamdel.messaging.transport import Acks, Message
from hamdel_cli.embedded.broker import EmbeddedBroker
from hamdel_cli.embedded.ports import free_ports
from tests.shared.messaging.world import Service, first_seen, sequences_of, until
from tests.support.databases import run_aside
from tests.support.topic_reader import TopicRecord, _read


async def read(kafka: KafkaSettings, topic: str) -> list[TopicRecord]:
    return await asyncio.to_thread(run_aside, _read(kafka.bootstrap, topic, 1.0))


async def test_four_relays_keep_each_customers_order_while_writers_go_on(
    service: Service, kafka_settings: KafkaSettings
) -> None:
    customers = [new_id() for _ in range(40)]
    await service.write(customers, times=10)
    relays = [service.relay(kafka_settings) for _ in range(4)]
    for relay in relays:
        await relay.start()
    for _ in range(4):
        await asyncio.gather(*(service.write(customers[part::4], times=10) for part in range(4)))
        await asyncio.sleep(0.3)
    await until(service.empty)
    await until(lambda: sum(len(relay.stats.shards) == 4 for relay in relays) == 4)
    for relay in relays:
        await relay.stop()

    records = await read(kafka_settings, service.events)
    expected = {str(customer): list(range(1, 51)) for customer in customers}
    assert sequences_of(record.value for record in records) == expected


async def test_the_last_section_of_every_customer_shows_its_last_sequence(
    service: Service, kafka_settings: KafkaSettings
) -> None:
    customers = [new_id() for _ in range(30)]
    relay = service.relay(kafka_settings)
    await relay.start()
    for _ in range(5):
        await service.write(customers)
        relay.wake()
    await until(service.empty)
    await relay.stop()

    last = {record.key: record for record in await read(kafka_settings, service.sections)}
    shown = {key: (record.json()["sequence"], record.json()["data"]) for key, record in last.items()}
    assert shown == {str(customer).encode(): (5, {"sequence": 5}) for customer in customers}


async def test_a_fact_travels_with_the_key_and_headers_of_the_contract(
    service: Service, kafka_settings: KafkaSettings
) -> None:
    customer = new_id()
    await service.write([customer])
    relay = service.relay(kafka_settings)
    await relay.start()
    await until(service.empty)
    await relay.stop()

    (record,) = await read(kafka_settings, service.events)
    assert record.key == str(customer).encode()
    assert dict(record.headers) == {
        "content-type": b"application/cloudevents+json",
        "ce_id": record.json()["id"].encode(),
        "ce_type": b"test.counted.v1",
        "ce_source": f"/hamdel/{service.name}-service".encode(),
    }


async def test_a_reborn_broker_gets_everything_again_in_order(service: Service, tmp_path: Path) -> None:
    first, second = free_ports(2)
    kafka = KafkaSettings(bootstrap=f"127.0.0.1:{first},127.0.0.1:{second}", idempotence=False, request_timeout_ms=1500)
    customers = [new_id() for _ in range(25)]
    broker = EmbeddedBroker(first, log=tmp_path / "first.log")
    broker.start()
    relay = service.relay(kafka, keep_days=28)
    await relay.start()
    await service.write(customers, times=4)
    await until(service.empty)
    broker.stop()
    await service.write(customers, times=3)
    reborn = EmbeddedBroker(second, log=tmp_path / "second.log")
    reborn.start()
    try:
        await until(lambda: relay.stats.broker_restores == 1)
        await service.write(customers, times=1)
        await until(service.empty)
        records = await read(kafka.model_copy(update={"bootstrap": reborn.bootstrap}), service.events)
        sections = await read(kafka.model_copy(update={"bootstrap": reborn.bootstrap}), service.sections)
    finally:
        await relay.stop()
        reborn.stop()

    expected = {str(customer): [1, 2, 3, 4, 5, 6, 7, 8] for customer in customers}
    assert first_seen(record.value for record in records) == expected
    assert {record.key: record.json()["sequence"] for record in sections} == {
        str(customer).encode(): 8 for customer in customers
    }


async def test_writes_go_on_while_there_is_no_broker(service: Service) -> None:
    kafka = KafkaSettings(bootstrap=f"127.0.0.1:{free_ports(1)[0]}", request_timeout_ms=300)
    relay = service.relay(kafka)
    await relay.start()
    await service.write([new_id()], times=3)
    await until(lambda: relay.stats.last_error is not None)
    await relay.stop()
    assert await service.scalar("SELECT count(*) FROM outbox") == 3


async def test_an_unknown_result_is_sent_again_and_nothing_is_lost(service: Service) -> None:
    broker, customer = MemoryBroker(lose_acks=1, fail_next=1), new_id()
    await service.write([customer], times=3)
    relay = service.memory_relay(broker)
    await relay.start()
    await until(service.empty)
    await relay.stop()
    values = [record.value for record in broker.records(service.events)]
    assert sequences_of(values) == {str(customer): [1, 2, 3, 1, 2, 3]}


async def test_a_section_of_an_unknown_result_is_published_once_more_when_it_cannot_be_late_any_more(
    service: Service,
) -> None:
    broker, customer = MemoryBroker(), new_id()
    await service.write([customer])
    relay = service.memory_relay(broker)
    lost = LoseSections(broker, service.sections)
    relay._link.new_producer = lambda kafka: lost
    broker.producer = lambda kafka=None: lost  # type: ignore[method-assign]
    await relay.start()
    # the lost one, the repetition, and one more after twice the request time-out
    await until(lambda: len(broker.records(service.sections)) == 3)
    await relay.stop()


class LoseSections:
    """Stores everything; the first send of sections looks failed."""

    def __init__(self, broker: MemoryBroker, topic: str) -> None:
        self.broker, self.topic, self.lost = broker, topic, False

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def ping(self) -> bool:
        return True

    async def send_all(self, messages: Iterable[Message]) -> Acks:
        messages = list(messages)
        for message in messages:
            self.broker.append(message)
        if not self.lost and messages[0].topic == self.topic:
            self.lost = True
            raise TimeoutError
        return {}


async def test_a_customer_without_a_section_gets_a_tombstone(service: Service) -> None:
    broker, customer = MemoryBroker(), new_id()
    service.renderer.gone.add(customer)
    await service.write([customer])
    relay = service.memory_relay(broker)
    await relay.start()
    await until(service.empty)
    await relay.stop()
    assert [(r.key, r.value) for r in broker.records(service.sections)] == [(str(customer).encode(), None)]


async def test_a_section_that_cannot_be_rendered_holds_up_nobody_else(service: Service) -> None:
    broker, customers = MemoryBroker(), [new_id() for _ in range(8)]
    service.renderer.broken.add(customers[3])
    await service.write(customers)
    relay = service.memory_relay(broker)
    await relay.start()
    await until(lambda: len(broker.records(service.sections)) == 7)
    await relay.stop()
    assert await service.dirty() == 1
    assert len(broker.records(service.events)) == 8


async def test_many_writes_make_one_section(service: Service) -> None:
    broker, customer = MemoryBroker(), new_id()
    await service.write([customer], times=50)
    relay = service.memory_relay(broker)
    await relay.start()
    await until(service.empty)
    await relay.stop()
    assert [orjson.loads(r.value or b"")["sequence"] for r in broker.records(service.sections)] == [50]


async def test_publishing_an_older_sequence_never_hides_a_newer_one(service: Service) -> None:
    customer = new_id()
    await service.write([customer], times=3)
    relay = service.memory_relay(MemoryBroker())
    connection = await relay._lanes[0].database.get()
    await mark_published(connection, {customer: 2})
    assert await service.dirty() == 1
    await mark_published(connection, {customer: 3})
    await mark_published(connection, {customer: 1})
    assert await service.dirty() == 0
    await relay._lanes[0].database.close()


@pytest.mark.parametrize("before", ["never used", "drained"])
async def test_a_plan_made_while_the_outbox_was_empty_is_right_for_a_backlog(service: Service, before: str) -> None:
    if before == "drained":
        await service.write([new_id() for _ in range(2_000)])
        await service.execute("DELETE FROM outbox")
        await service.execute("ANALYZE outbox")
    database = service.memory_relay(MemoryBroker())._lanes[0].database
    connection = await database.get()
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    plans = [
        str(await connection.fetch(f"EXPLAIN {CLAIM}", [1, 2], 2_000)),
        str(await connection.fetch(f"EXPLAIN {SETTLE}", [1, 2], [1, 2])),
    ]
    await database.close()
    assert "using outbox_shard" in plans[0]
    assert "using outbox_pkey" in plans[1] or "((shard = ANY" in plans[1]
    assert not any("Seq Scan" in plan or "Bitmap" in plan or "Sort" in plan for plan in plans)


@pytest.mark.parametrize(("age", "left"), [("27 days", 1), ("29 days", 0)])
async def test_published_facts_are_kept_for_28_days(service: Service, age: str, left: int) -> None:
    await service.write([new_id()])
    await service.execute("INSERT INTO outbox_published SELECT * FROM outbox")
    await service.execute(f"UPDATE outbox_published SET created_at = now() - interval '{age}'")
    relay = service.memory_relay(MemoryBroker())
    connection = await relay._lanes[0].database.get()
    await prune_published(connection, 28)
    await relay._lanes[0].database.close()
    assert await service.scalar("SELECT count(*) FROM outbox_published") == left
