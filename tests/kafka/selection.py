"""A pytest plugin: of the collected tests, those that Apache Kafka has a part in: by their mark, by a fixture they use,
the end-to-end tests, and of the faults those of the broker."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

__all__ = ["needs_kafka", "pytest_collection_modifyitems"]

BROKER_FIXTURES: Final = frozenset({"broker", "kafka_settings"})
END_TO_END: Final = Path(__file__).parents[1] / "e2e"
OUTAGES: Final = Path(__file__).parents[1] / "faults" / "test_outages.py"


def needs_kafka(item: pytest.Item) -> bool:
    """Whether the test is marked `kafka`, has one of the broker's fixtures anywhere in its fixture tree, runs on a
    whole stack from end to end, or takes the broker away from one."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("kafka") is not None or bool(fixtures & BROKER_FIXTURES)
    return marked or END_TO_END in item.path.parents or (item.path == OUTAGES and "broker" in item.name)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the others out, and says how many."""
    others = [item for item in items if not needs_kafka(item)]
    items[:] = [item for item in items if needs_kafka(item)]
    if others:
        config.hook.pytest_deselected(items=others)
