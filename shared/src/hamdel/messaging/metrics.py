"""What messaging exposes to Prometheus."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

__all__ = [
    "APPLIED",
    "BACKLOG",
    "COUNTED",
    "DEAD_LETTERS",
    "DIRTY",
    "GAPS",
    "LAG",
    "PARKED",
    "PUBLISHED",
    "PUBLISH_SECONDS",
    "REBUILDS",
    "RESTORES",
]

COUNTED: Final = 10_000
"""Backlogs are counted up to here and no further, so that counting stays cheap."""

BACKLOG = Gauge("hamdel_outbox_backlog", f"Facts not published yet, counted up to {COUNTED}", ["service"])
DIRTY = Gauge("hamdel_sections_dirty", f"Sections not published yet, counted up to {COUNTED}", ["service"])
PUBLISHED = Counter("hamdel_relay_published", "Acknowledged by the broker", ["service", "kind"])
PUBLISH_SECONDS = Histogram(
    "hamdel_relay_publish_seconds",
    "From the first byte sent to the last acknowledgement of a batch",
    ["service", "kind"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
REBUILDS = Counter("hamdel_relay_producer_rebuilds", "Producers made after the first", ["service"])
RESTORES = Counter("hamdel_relay_broker_restores", "Times everything was published again", ["service"])
APPLIED = Counter("hamdel_consumer_applied", "Events applied", ["consumer"])
GAPS = Counter("hamdel_consumer_gaps", "Events whose predecessor was never seen", ["consumer"])
PARKED = Gauge("hamdel_consumer_parked", "Events waiting for another try", ["consumer"])
DEAD_LETTERS = Counter("hamdel_consumer_dead_letters", "Events sent to the dead-letter topic", ["consumer", "reason"])
LAG = Gauge("hamdel_consumer_lag", "Records known to exist and not handled yet", ["consumer"])
