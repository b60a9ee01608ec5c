"""Who asked for a piece of work and what caused it; travels from HTTP into events and on to the next service."""

from __future__ import annotations

from dataclasses import dataclass

from hamdel.ids import new_id

__all__ = ["CallContext", "own_work"]


@dataclass(frozen=True, slots=True)
class CallContext:
    """`actor` is the token's subject (or the service itself), `correlation_id` the request id that started it all,
    `causation_id` the id of the event being handled, `traceparent` a W3C Trace Context header value."""

    actor: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    source: str = "api"


def own_work(service: str, source: str) -> CallContext:
    """The context of work that nobody asked for: `service` (`profile-service`) does it, `source` says which work."""
    return CallContext(actor=service, correlation_id=str(new_id()), source=source)
