"""Our producer and consumer where Apache Kafka goes wrong: idempotence on, static members, a silent broker."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hamdel.messaging import KafkaSettings
from hamdel.messaging.consumer.client import KafkaConsumer
from hamdel.messaging.producer import KafkaProducer
from hamdel.messaging.transport import Message, SendFailedError
from tests.kafka.records import create_topic, produce, read_all
from tests.kafka.server import KafkaServer

pytestmark = pytest.mark.kafka

KEYS = [str(number).encode() for number in range(24)]


@contextmanager
def member(kafka: KafkaServer, topic: str, instance: str) -> Iterator[subprocess.Popen[str]]:
    """A running member; killed with -9 at the end, so that it never says good-bye to its group."""
    command = [sys.executable, "-m", "tests.kafka.member", kafka.bootstrap, topic, instance]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(process: subprocess.Popen[str], count: int) -> list[str]:
    """The next lines it prints, in alphabetical order; pytest's time-out is the limit."""
    assert process.stdout is not None
    return sorted(process.stdout.readline().strip() for _ in range(count))


async def test_the_successor_of_a_killed_member_goes_on_at_once_in_spite_of_a_session_of_thirty_seconds(
    kafka_server: KafkaServer,
) -> None:
    topic = "static-members"
    await create_topic(kafka_server.bootstrap, topic)
    await produce(kafka_server.bootstrap, topic, [(key, b"before " + key) for key in KEYS])
    with member(kafka_server, topic, "replica-1") as first:
        assert await asyncio.to_thread(lines, first, len(KEYS)) == sorted(f"before {key.decode()}" for key in KEYS)
        await asyncio.sleep(1)  # the last offsets are committed
    await produce(kafka_server.bootstrap, topic, [(key, b"after " + key) for key in KEYS])

    started = time.monotonic()
    with member(kafka_server, topic, "replica-1") as second:
        found = await asyncio.to_thread(lines, second, len(KEYS))
        seconds = time.monotonic() - started

    assert found == sorted(f"after {key.decode()}" for key in KEYS)
    assert seconds < 15, "it waited for the session of the dead one"


async def test_a_producer_lets_go_of_a_silent_broker_and_leaves_nothing_behind_that_could_still_send(
    kafka_server: KafkaServer,
) -> None:
    topic = "abandoned"
    await create_topic(kafka_server.bootstrap, topic)
    kafka = KafkaSettings(bootstrap=kafka_server.bootstrap, request_timeout_ms=1_000)
    before = asyncio.all_tasks()
    producer = KafkaProducer(kafka)
    await producer.start()
    await producer.send_all([Message(topic, b"k", b"first")])

    kafka_server.pause()
    try:
        with pytest.raises(SendFailedError):
            await producer.send_all([Message(topic, b"k", b"unknown")])
        started = time.monotonic()
        await producer.stop()
        assert time.monotonic() - started < 6
    finally:
        kafka_server.resume()

    await asyncio.sleep(0.5)
    assert asyncio.all_tasks() == before


async def test_a_new_producer_sends_again_after_the_broker_was_stopped_and_started(kafka_server: KafkaServer) -> None:
    topic = "sent-again"
    await create_topic(kafka_server.bootstrap, topic)
    kafka = KafkaSettings(bootstrap=kafka_server.bootstrap, request_timeout_ms=1_000)
    first, second = KafkaProducer(kafka), KafkaProducer(kafka)
    await first.start()
    await first.send_all([Message(topic, b"a", b"1")])

    await asyncio.to_thread(kafka_server.stop)
    with pytest.raises(SendFailedError):
        await first.send_all([Message(topic, b"b", b"2")])
    await first.stop()
    await asyncio.to_thread(kafka_server.start)
    await second.start()
    await second.send_all([Message(topic, b"b", b"2")])
    await second.stop()

    assert await read_all(kafka_server.bootstrap, topic, 2) == {b"a": b"1", b"b": b"2"}


async def test_a_consumer_lets_go_of_a_silent_broker_and_leaves_nothing_behind(kafka_server: KafkaServer) -> None:
    topic = "silent"
    await create_topic(kafka_server.bootstrap, topic)
    before = asyncio.all_tasks()
    consumer = KafkaConsumer("silenced", [topic], KafkaSettings(bootstrap=kafka_server.bootstrap))
    await consumer.start()

    kafka_server.pause()
    try:
        await consumer.poll(500, 10)
        started = time.monotonic()
        await consumer.stop()
        assert time.monotonic() - started < 6
    finally:
        kafka_server.resume()

    await asyncio.sleep(0.5)
    assert asyncio.all_tasks() == before
