"""The broker that fault tests break: what it must survive, or they would prove nothing."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaError

from tests.kafka.records import create_topic, produce, read_all, topic_exists
from tests.kafka.server import KafkaServer, answers

pytestmark = pytest.mark.kafka


async def test_what_was_acknowledged_is_still_there_after_kill_9(kafka_server: KafkaServer) -> None:
    await create_topic(kafka_server.bootstrap, "survives")
    await produce(kafka_server.bootstrap, "survives", [(b"k1", b"v1"), (b"k2", b"v2")], enable_idempotence=True)

    kafka_server.kill()
    await asyncio.to_thread(kafka_server.start)

    found = await read_all(kafka_server.bootstrap, "survives", 2)
    assert found == {b"k1": b"v1", b"k2": b"v2"}


def test_a_stopped_broker_answers_nobody_until_it_is_started_again(kafka_server: KafkaServer) -> None:
    address = kafka_server.bootstrap

    kafka_server.stop()
    while_stopped = (kafka_server.pid, answers(address, 1.0))
    kafka_server.start()

    assert while_stopped == (None, False)
    assert kafka_server.pid is not None
    assert kafka_server.bootstrap == address
    assert answers(address)


def test_a_paused_broker_keeps_its_process_and_answers_again_when_resumed(kafka_server: KafkaServer) -> None:
    before = kafka_server.pid

    kafka_server.pause()
    while_paused = answers(kafka_server.bootstrap, 1.0)
    kafka_server.resume()

    assert not while_paused
    assert kafka_server.pid == before
    assert answers(kafka_server.bootstrap)


async def test_a_topic_that_nobody_made_does_not_appear_by_being_written_to(kafka_server: KafkaServer) -> None:
    with pytest.raises((TimeoutError, KafkaError)):
        await asyncio.wait_for(produce(kafka_server.bootstrap, "nobody-made-me", [(b"k", b"v")]), 3.0)

    assert not await topic_exists(kafka_server.bootstrap, "nobody-made-me")
