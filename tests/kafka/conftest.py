"""Fixtures for tests that break a broker: one of their own, never the session's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kafka.server import KafkaServer


@pytest.fixture(scope="module")
def kafka_server() -> Iterator[KafkaServer]:
    """An Apache Kafka that the module's tests may stop, kill, pause and start again."""
    with KafkaServer() as server:
        yield server
