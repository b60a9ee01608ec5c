"""Kafka for the commands: the stack's own topics, and the settings of its broker."""

from __future__ import annotations

from hamdel.contracts.sections import events_topic
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.topics import TopicSpec, apply_topics, service_topics
from hamdel_cli.topology import PROCESSES, SERVICES

__all__ = ["all_topics", "apply_all_topics", "events_topics", "tool_kafka"]


def tool_kafka(bootstrap: str) -> KafkaSettings:
    """Settings for a tool's client, which neither produces nor joins a group: good for every broker."""
    return KafkaSettings(
        bootstrap=bootstrap,
        idempotence=False,
        static_membership=False,
        session_timeout_ms=2_000,
        instance="hamdel-cli",
    )


def all_topics() -> list[TopicSpec]:
    """The topics of every service and of the gateway."""
    return [spec for short in PROCESSES for spec in service_topics(short)]


def events_topics() -> list[str]:
    """The facts of every service."""
    return [events_topic(short) for short in SERVICES]


async def apply_all_topics(kafka: KafkaSettings) -> list[str]:
    """Creates the missing topics; returns their names. Raises TopicsFailedError."""
    return await apply_topics(kafka, all_topics())
