"""Traces, logs and metrics: W3C Trace Context everywhere, OpenTelemetry export where an endpoint is set."""

from hamdel.telemetry.logs import AccessLog, configure_logging
from hamdel.telemetry.metrics import HttpMetrics
from hamdel.telemetry.trace import (
    Tracing,
    child_of,
    current_traceparent,
    is_traceparent,
    new_traceparent,
    use_traceparent,
)

__all__ = [
    "AccessLog",
    "HttpMetrics",
    "Tracing",
    "child_of",
    "configure_logging",
    "current_traceparent",
    "is_traceparent",
    "new_traceparent",
    "use_traceparent",
]
