"""Prometheus metrics of the HTTP door; labels are service, operation and status class, never a path or an id."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

__all__ = ["HttpMetrics"]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class HttpMetrics:
    """`registry` is this process's own: whatever else it measures is registered there and shown with it."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._service = service
        self._requests = Counter(
            "hamdel_http_requests",
            "Requests answered",
            ("service", "operation", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "hamdel_http_request_seconds",
            "Time from the first byte of a request to the last of its answer",
            ("service", "operation"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = 0
        gauge = Gauge("hamdel_http_in_flight", "Requests being answered", ("service",), registry=self.registry)
        gauge.labels(service).set_function(lambda: self.in_flight)
        self._known: dict[tuple[str, int], tuple[Any, Any]] = {}
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def observe(self, operation: str, status: int, seconds: float) -> None:
        """Counts one answered request."""
        key = (operation, status // 100)
        pair = self._known.get(key)
        if pair is None:
            counter = self._requests.labels(self._service, operation, f"{status // 100}xx")
            pair = self._known[key] = (counter, self._seconds.labels(self._service, operation))
        pair[0].inc()
        pair[1].observe(seconds)

    def render(self) -> bytes:
        """The text format that Prometheus scrapes."""
        return generate_latest(self.registry)
