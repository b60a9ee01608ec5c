"""The relay: from the outbox and the dirty streams of a service's database to Kafka."""

from hamdel.messaging.relay.loop import Relay
from hamdel.messaging.relay.options import RelayOptions, RelayStats

__all__ = ["Relay", "RelayOptions", "RelayStats"]
