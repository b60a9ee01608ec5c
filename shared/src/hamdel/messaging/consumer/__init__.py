"""Consumers: the loop over Kafka, and on it watermarks, parking and dead letters for events."""

from hamdel.messaging.consumer.batches import BatchConsumer
from hamdel.messaging.consumer.events import EventConsumer
from hamdel.messaging.consumer.handlers import Handler, InBatches, each, joined, on_behalf_of
from hamdel.messaging.consumer.options import ConsumerOptions, Subscription

__all__ = [
    "BatchConsumer",
    "ConsumerOptions",
    "EventConsumer",
    "Handler",
    "InBatches",
    "Subscription",
    "each",
    "joined",
    "on_behalf_of",
]
