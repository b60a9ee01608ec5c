"""Replicas of a service share the shards without a pause and wake each other."""

from __future__ import annotations

import time

from hamdel.ids import new_id
from hamdel.messaging import Relay, RelayOptions
from hamdel.messaging.memory import MemoryBroker
from tests.shared.messaging.world import Service, until

SLOW = RelayOptions(lease_seconds=60, poll_min_seconds=30, poll_max_seconds=30)


async def pair(service: Service, broker: MemoryBroker) -> tuple[Relay, Relay]:
    """Two relays of which each holds half of the shards; without news they would look again after 20 seconds."""
    first, second = (service.memory_relay(broker, options=SLOW) for _ in range(2))
    await first.start()
    await until(lambda: len(first.stats.shards) == 16)
    await second.start()
    await until(lambda: len(first.stats.shards) == len(second.stats.shards) == 8, seconds=3)
    return first, second


async def test_a_joining_relay_gets_its_share_at_once(service: Service) -> None:
    for relay in await pair(service, MemoryBroker()):
        await relay.stop()


async def test_a_relay_that_stops_is_replaced_at_once(service: Service) -> None:
    first, second = await pair(service, MemoryBroker())
    await first.stop()
    await until(lambda: len(second.stats.shards) == 16, seconds=3)
    await second.stop()


async def test_a_commit_in_one_replica_is_published_by_the_other_without_a_poll(service: Service) -> None:
    broker = MemoryBroker()
    first, second = await pair(service, broker)
    await service.write([new_id() for _ in range(64)])
    started = time.monotonic()
    first.wake()
    await until(service.empty, seconds=5)
    assert time.monotonic() - started < 5
    assert first.stats.facts_published
    assert second.stats.facts_published
    for relay in (first, second):
        await relay.stop()


async def test_a_lonely_relay_tells_nobody(service: Service) -> None:
    relay = service.memory_relay(MemoryBroker(), options=SLOW)
    await relay.start()
    await until(lambda: len(relay.stats.shards) == 16)
    relay.wake()
    assert not relay._neighbours._unsaid.is_set()
    await relay.stop()
