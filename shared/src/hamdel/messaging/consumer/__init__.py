"""Consumers: the loop over Kafka, and on it watermarks, parking and dead letters for events."""

from hamdel.messaging.consumer.batches import BatchConsumer
from hamdel.messaging.consumer.events import EventConsumer
from hamdel.messaging.consumer.options import ConsumerOptions, Handler, Subscription

__all__ = ["BatchConsumer", "ConsumerOptions", "EventConsumer", "Handler", "Subscription"]
