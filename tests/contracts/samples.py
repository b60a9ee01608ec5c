"""The golden events: one whole event per fact type and version, written by hand and never changed afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import orjson

__all__ = ["GOLDEN", "golden_event", "golden_object", "golden_types"]

GOLDEN: Final = Path(__file__).with_name("golden")


def golden_types() -> list[str]:
    """The wire types that have a golden event, such as `profile.customer_created.v1`."""
    return sorted(path.name.removesuffix(".json") for path in GOLDEN.glob("*.json"))


def golden_object(fact_type: str) -> dict[str, Any]:
    """The event as a JSON object, its members in the order of the wire."""
    loaded = orjson.loads((GOLDEN / f"{fact_type}.json").read_bytes())
    assert isinstance(loaded, dict)
    return loaded


def golden_event(fact_type: str) -> bytes:
    """The bytes that travel: the file without its white space."""
    return orjson.dumps(golden_object(fact_type))
