"""The envelope: CloudEvents 1.0, structured JSON mode. The same bytes travel in outbox, Kafka, webhook, SSE and DLQ.

Format: CloudEvents specification 1.0.2 and its JSON format; `sequence` is the sequence extension, zero-padded to 20
digits so that it sorts as text; `traceparent` is the distributed-tracing extension.
"""

from __future__ import annotations

import builtins
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hamdel.contracts.base import Fact, utc

__all__ = ["MAX_EVENT_BYTES", "Event", "EventTooLargeError", "encode_event", "source_of"]

F = TypeVar("F", bound=Fact)

MAX_EVENT_BYTES = 256 * 1024


class EventTooLargeError(ValueError):
    """An event of more than 256 KiB: refused where it is made, never in the relay."""


class Event(BaseModel):
    """A received event. `data` stays a plain object until a handler asks for it as a fact."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = Field(pattern=r"^1\.0$")
    id: UUID
    type: str
    source: str
    subject: UUID
    time: AwareDatetime
    sequence: int = Field(ge=1)
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None
    data: dict[str, Any]

    def fact(self, kind: builtins.type[F]) -> F:
        """The data as its contract; raises pydantic's ValidationError where it does not fit."""
        return kind.model_validate(self.data)


def source_of(service: str) -> str:
    """The CloudEvents source of a service, such as `/hamdel/loyalty-service`."""
    return f"/hamdel/{service}"


def encode_event(
    *,
    event_id: UUID,
    fact_type: str,
    source: str,
    subject: UUID,
    time: datetime,
    sequence: int,
    correlation_id: str,
    causation_id: str | None,
    traceparent: str | None,
    data: dict[str, Any],
) -> bytes:
    """The exact bytes that travel. Raises EventTooLargeError above 256 KiB."""
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "type": fact_type,
        "source": source,
        "subject": subject,
        "time": utc(time),
        "datacontenttype": "application/json",
        "dataschema": f"hamdel:{fact_type}",
        "sequence": f"{sequence:020d}",
        "correlationid": correlation_id,
    }
    if causation_id:
        envelope["causationid"] = causation_id
    if traceparent:
        envelope["traceparent"] = traceparent
    envelope["data"] = data
    # str for the UUIDs of the database driver, which orjson does not know
    encoded = orjson.dumps(envelope, str, orjson.OPT_UTC_Z)
    if len(encoded) > MAX_EVENT_BYTES:
        raise EventTooLargeError(f"{fact_type}: {len(encoded)} bytes")
    return encoded
