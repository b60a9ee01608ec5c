"""Leases of the relay: taken over, given back, run out."""

from __future__ import annotations

import asyncio

from hamdel.ids import new_id, shard_of
from hamdel.messaging import KafkaSettings, Relay, RelayOptions
from hamdel.messaging.memory import MemoryBroker
from tests.shared.messaging.world import Service, until
from tests.support.databases import run_aside
from tests.support.topic_reader import TopicRecord, _read


async def read(kafka: KafkaSettings, topic: str) -> list[TopicRecord]:
    return await asyncio.to_thread(run_aside, _read(kafka.bootstrap, topic, 1.0))


async def test_a_crashed_relays_shards_are_taken_over_and_their_recent_sections_published_again(
    service: Service,
) -> None:
    broker, recent, old = MemoryBroker(), new_id(), new_id()
    await service.write([recent, old])
    crashed = service.memory_relay(broker)
    await crashed.start()
    await until(service.empty)
    await kill(crashed)
    await service.execute(
        "UPDATE event_streams SET changed_at = now() - interval '1 hour' WHERE customer_id = :id", id=old
    )
    heir = service.memory_relay(broker)
    await heir.start()
    await until(lambda: len(heir.stats.shards) == 16)
    await until(service.empty)
    await heir.stop()
    keys = [record.key or b"" for record in broker.records(service.sections)]
    assert sorted(keys) == sorted([str(old).encode(), str(recent).encode(), str(recent).encode()])


async def kill(relay: Relay) -> None:
    """What kill -9 leaves behind: no goodbye."""
    for task in relay._tasks:
        task.cancel()
    await asyncio.gather(*relay._tasks, return_exceptions=True)
    for connection in relay._connections:
        connection.drop()


async def test_a_stopped_relay_gives_its_shards_back_at_once(service: Service) -> None:
    broker = MemoryBroker()
    slow = RelayOptions(lease_seconds=30)
    first = service.memory_relay(broker, options=slow)
    await first.start()
    await until(lambda: len(first.stats.shards) == 16)
    await first.stop()
    second = service.memory_relay(broker, options=slow)
    await second.start()
    await until(lambda: len(second.stats.shards) == 16, seconds=3)
    await second.stop()


async def test_a_relay_whose_lease_ran_out_during_a_send_has_its_section_published_again(service: Service) -> None:
    broker, customer = MemoryBroker(), new_id()
    await service.write([customer])
    zombie = service.memory_relay(broker)
    lane = zombie._lanes[shard_of(customer) % len(zombie._lanes)]
    shard = shard_of(customer)
    zombie._leases.gained([shard], zombie._leases.clock() + 60)
    assert lane.sections is not None
    rendered = await lane.sections.render([shard])
    session = await lane.link.get()
    await lane._send(session, "sections", rendered.messages)
    zombie._leases.lost([shard])  # its clock says so when it wakes up
    await lane._remember([shard], rendered, session)
    assert await service.dirty() == 1
    await kill(zombie)


async def test_a_relay_without_a_lease_publishes_nothing(service: Service) -> None:
    broker = MemoryBroker()
    await service.write([new_id()])
    relay = service.memory_relay(broker)
    for lane in relay._lanes:
        assert not await lane._round()
    assert broker.records(service.events) == []
