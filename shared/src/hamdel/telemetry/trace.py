"""Trace context. Source: W3C Trace Context, level 1 (`traceparent`, version 00).

A trace goes through HTTP, events and services even where nothing exports it; OpenTelemetry is loaded only when an
endpoint is set, because a process without it should not pay for it.
"""

from __future__ import annotations

import random
import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace import Span

__all__ = [
    "Tracing",
    "child_of",
    "current_traceparent",
    "is_traceparent",
    "new_traceparent",
    "use_traceparent",
]

_FORMAT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_random = random.SystemRandom()
_fast = random.Random(_random.getrandbits(128))  # noqa: S311 - identifiers, not secrets


def is_traceparent(value: str) -> bool:
    """Whether this is a version-00 `traceparent` with a valid trace id and parent id."""
    return _FORMAT.fullmatch(value) is not None


def new_traceparent() -> str:
    """The start of a new, sampled trace."""
    return f"00-{_fast.getrandbits(128) | 1:032x}-{_fast.getrandbits(64) | 1:016x}-01"


def child_of(parent: str | None) -> str:
    """A new span in the caller's trace; a new trace where the caller sent none or nonsense."""
    if parent is None or not is_traceparent(parent):
        return new_traceparent()
    return f"{parent[:36]}{_fast.getrandbits(64) | 1:016x}{parent[52:]}"


def current_traceparent() -> str | None:
    """The `traceparent` of the work at hand; None outside of any."""
    return _current.get()


def use_traceparent(value: str | None) -> None:
    """Sets the `traceparent` for the rest of this task."""
    _current.set(value)


class Tracing:
    """Server spans of one service. Without an endpoint it only hands on the identifiers."""

    def __init__(self, service: str, endpoint: str | None = None) -> None:
        self._provider: Any = None
        if endpoint:
            self._provider = _provider(service, endpoint)
            self._tracer = self._provider.get_tracer("hamdel.http")

    @property
    def exports(self) -> bool:
        """Whether spans leave the process."""
        return self._provider is not None

    def begin(self, parent: str | None, name: str) -> tuple[str, Span | None]:
        """A new server span under the caller's; gives its `traceparent` and the span where one is recorded."""
        if self._provider is None:
            return child_of(parent), None
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        propagator = TraceContextTextMapPropagator()
        context = propagator.extract({"traceparent": parent} if parent else {})
        span: Span = self._tracer.start_span(name, context=context, kind=SpanKind.SERVER)
        ids = span.get_span_context()
        return f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{int(ids.trace_flags):02x}", span

    def end(self, span: Span, operation: str, status: int) -> None:
        """Closes a span with the names of OpenTelemetry's HTTP semantic conventions."""
        span.update_name(operation)
        span.set_attribute("http.response.status_code", status)
        span.set_attribute("hamdel.operation", operation)
        if status >= 500:
            from opentelemetry.trace import Status, StatusCode

            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def stop(self) -> None:
        """Sends what is left and ends the exporter, within three seconds."""
        if self._provider is not None:
            self._provider.force_flush(2_000)
            self._provider.shutdown()


def _provider(service: str, endpoint: str) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    url = endpoint if endpoint.endswith("/v1/traces") else endpoint.rstrip("/") + "/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url, timeout=1)))
    return provider
