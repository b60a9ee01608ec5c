"""A pytest plugin: of the collected tests, those that need a broker, by their mark or by a fixture they use."""

from __future__ import annotations

from typing import Final

import pytest

__all__ = ["needs_kafka", "pytest_collection_modifyitems"]

BROKER_FIXTURES: Final = frozenset({"broker", "kafka_settings"})


def needs_kafka(item: pytest.Item) -> bool:
    """Whether the test is marked `kafka` or has one of the broker's fixtures anywhere in its fixture tree."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("kafka") is not None or bool(fixtures & BROKER_FIXTURES)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the others out, and says how many."""
    others = [item for item in items if not needs_kafka(item)]
    items[:] = [item for item in items if needs_kafka(item)]
    if others:
        config.hook.pytest_deselected(items=others)
