"""A section on its topic becomes visible in the view."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import pytest

from gateway.settings import GatewaySettings
from hamdel.contracts.sections import encode_section
from hamdel.ids import new_id
from hamdel.messaging.producer import KafkaProducer
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.topics import apply_topics, service_topics
from hamdel.messaging.transport import Message
from tests.gateway.conftest import Client, Token, serving
from tests.gateway.peers import AT, Peer

TOPICS = {"profile": "hamdel.profile.sections", "loyalty": "hamdel.loyalty.sections"}


@pytest.fixture
async def client(settings: GatewaySettings, kafka_settings: KafkaSettings, token: Token) -> AsyncIterator[Client]:
    """A gateway on the real broker."""
    await apply_topics(kafka_settings, [spec for short in _shorts() for spec in service_topics(short)])
    on_broker = settings.model_copy(
        update={
            "kafka_bootstrap": kafka_settings.bootstrap,
            "kafka_idempotence": kafka_settings.idempotence,
            "kafka_session_timeout_ms": kafka_settings.session_timeout_ms,
        }
    )
    async with serving(on_broker) as base, aiohttp.ClientSession() as session:
        yield Client(session, base, token())


def _shorts() -> Sequence[str]:
    return ("profile", "interaction", "survey", "loyalty")


async def publish(kafka: KafkaSettings, *messages: Message) -> None:
    """Sends and waits for the acknowledgement."""
    producer = KafkaProducer(kafka)
    await producer.start()
    await producer.send_all(messages)
    await producer.stop()


async def until(client: Client, customer: Any, expected: Any, seconds: float = 20.0) -> Any:
    """The view once its loyalty section is as expected."""
    deadline = time.monotonic() + seconds
    view: Any = None
    while time.monotonic() < deadline:
        _, view = await client.view(customer)
        if view.get("loyalty") == expected:
            return view
        await asyncio.sleep(0.05)
    raise AssertionError(f"not visible in time: {view}")


async def test_what_is_published_becomes_visible_and_a_tombstone_takes_it_away(
    client: Client, kafka_settings: KafkaSettings, peers: dict[str, Peer]
) -> None:
    customer = new_id()
    key = str(customer).encode()
    profile = peers["profile"].has(customer, 1, b'{"kind":"person"}')
    loyalty = encode_section(customer, "loyalty", 4, AT, b'{"tier":"gold"}')
    await publish(kafka_settings, Message(TOPICS["profile"], key, profile), Message(TOPICS["loyalty"], key, loyalty))
    view = await until(client, customer, {"tier": "gold"})
    assert view["sections"]["loyalty"] == {"status": "ok", "sequence": 4, "as_of": "2026-03-04T05:06:07Z"}
    await publish(kafka_settings, Message(TOPICS["loyalty"], key, None))
    empty: dict[str, Any] = {
        "program_id": None,
        "tier": None,
        "points": {"available": 0, "pending": 0, "expiring": []},
        "lifetime_points": 0,
        "vouchers": [],
    }
    view = await until(client, customer, empty)
    assert view["sections"]["loyalty"]["status"] == "empty"
