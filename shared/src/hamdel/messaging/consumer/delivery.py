"""From a Kafka record to what is to be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from pydantic import ValidationError

from hamdel.contracts.envelope import Event
from hamdel.messaging.consumer.handlers import Handler
from hamdel.messaging.transport import Record

__all__ = ["Delivery", "Key", "Known", "classify", "decode"]

Key = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A record and its event."""

    record: Record
    event: Event

    @property
    def key(self) -> Key:
        """(source, subject): what is counted by `sequence` and must stay in order."""
        return self.event.source, self.event.subject


class Known(Enum):
    """What a consumer knows about a type."""

    HANDLED = "handled"
    IGNORED = "ignored"
    OTHER_MAJOR = "other_major"


def decode(record: Record) -> Delivery | None:
    """None = not an event: it cannot get better by trying again."""
    if record.value is None:
        return None
    try:
        return Delivery(record, Event.model_validate_json(record.value))
    except ValidationError:
        return None


def classify(event_type: str, handlers: Mapping[str, Handler]) -> Known:
    """By `<service>.<fact>.v<major>`: another major of a handled fact is not ours to guess at."""
    if event_type in handlers:
        return Known.HANDLED
    fact = event_type.rpartition(".v")[0]
    same_fact = any(handled.rpartition(".v")[0] == fact for handled in handlers)
    return Known.OTHER_MAJOR if fact and same_fact else Known.IGNORED
