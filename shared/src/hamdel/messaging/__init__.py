"""Eventing: outbox relay, consumers, topics. The one package that imports a Kafka client."""

from hamdel.messaging.consumer import (
    BatchConsumer,
    ConsumerOptions,
    EventConsumer,
    Handler,
    InBatches,
    Subscription,
    each,
    joined,
    on_behalf_of,
)
from hamdel.messaging.relay import Relay, RelayOptions
from hamdel.messaging.sections import SectionRenderer, load_sections
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.topics import TopicSpec, apply_topics, service_topics
from hamdel.messaging.transport import Message, Record

__all__ = [
    "BatchConsumer",
    "ConsumerOptions",
    "EventConsumer",
    "Handler",
    "InBatches",
    "KafkaSettings",
    "Message",
    "Record",
    "Relay",
    "RelayOptions",
    "SectionRenderer",
    "Subscription",
    "TopicSpec",
    "apply_topics",
    "each",
    "joined",
    "load_sections",
    "on_behalf_of",
    "service_topics",
]
