"""From a Kafka record to what is to be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

import orjson
from pydantic import ValidationError

from hamdel.contracts.envelope import Event
from hamdel.messaging.consumer.handlers import Handler
from hamdel.messaging.transport import Record

__all__ = ["Delivery", "Ignoring", "Key", "Known", "classify", "decode"]

Key = tuple[str, UUID]

MOST_TYPES: Final = 1000
"""Types that are remembered: a producer that makes up new ones must not fill the memory."""


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


class Ignoring:
    """Tells the events that a consumer has no handler for, at a third of the cost of decoding them: most facts of a
    topic are of no interest to most of its readers."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._known: dict[str, Known] = {}
        self._handled: Final = frozenset(("ce_type", one.encode()) for one in handlers)

    def glance(self, record: Record) -> tuple[Key, int] | None:
        """Key and sequence of an event to be ignored; None = decode it, whatever it is."""
        if not self._handled.isdisjoint(record.headers):
            return None
        try:
            event = orjson.loads(record.value or b"")
            if event["specversion"] == "1.0" and self._classify(event["type"]) is Known.IGNORED:
                return (event["source"], UUID(event["subject"])), int(event["sequence"])
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return None

    def _classify(self, event_type: str) -> Known:
        known = self._known.get(event_type)
        if known is None:
            known = classify(event_type, self._handlers)
            if len(self._known) < MOST_TYPES:
                self._known[event_type] = known
        return known
