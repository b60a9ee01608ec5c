"""The customer view's sections: who owns which, and what a customer without anything looks like in each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from hamdel.contracts.base import rfc3339

__all__ = ["EMPTY", "SECTIONS", "SERVICES", "encode_section", "events_topic", "sections_topic"]

SECTIONS: Final[dict[str, str]] = {
    "profile": "profile",
    "interactions": "interaction",
    "surveys": "survey",
    "loyalty": "loyalty",
}
"""Section name in the view → short name of the owning service; the order is the order of the view."""

SERVICES: Final[dict[str, str]] = {short: section for section, short in SECTIONS.items()}

EMPTY: Final[dict[str, dict[str, Any]]] = {
    "profile": {},
    "interactions": {
        "total": 0,
        "by_channel": {},
        "last_at": None,
        "recent": [],
        "open_cases": [],
        "purchases": {
            "count": 0,
            "total": None,
            "totals": [],
            "first_at": None,
            "last_at": None,
            "recent": [],
        },
        "next_tasks": [],
    },
    "surveys": {"responses": 0, "nps": None, "csat": None, "ces": None, "last_at": None, "pending": []},
    "loyalty": {
        "program_id": None,
        "tier": None,
        "points": {"available": 0, "pending": 0, "expiring": []},
        "lifetime_points": 0,
        "vouchers": [],
    },
}
"""What the section of a customer looks like who has nothing there (status `empty`, sequence 0)."""


def events_topic(service: str) -> str:
    """The facts topic of a service, by its short name."""
    return f"hamdel.{service}.events"


def sections_topic(service: str) -> str:
    """The compacted sections topic of a service, by its short name."""
    return f"hamdel.{service}.sections"


def encode_section(customer_id: UUID, section: str, sequence: int, as_of: datetime, data: bytes) -> bytes:
    """The section record, around `data` that is JSON already: owner, topic and view carry the same bytes."""
    head = orjson.dumps(
        {"customer_id": str(customer_id), "section": section, "sequence": sequence, "as_of": rfc3339(as_of)}
    )
    return head[:-1] + b',"data":' + data + b"}"
