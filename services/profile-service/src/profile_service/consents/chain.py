"""The hash chain of a customer's consents: each row holds the SHA-256 of the hash before it and of its own content.

The content is canonical JSON (sorted keys, no white space, ASCII), times in UTC with microseconds. Evidence enters as
its own SHA-256, so that erasing it one day leaves the chain verifiable.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from profile_service.consents.domain import Row

__all__ = ["Proof", "broken_at", "sealed"]

_LINKS = ("hash", "previous_hash")


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the chain of one customer holds. `head` is the newest row's hash; `broken_at` the ordinal that fails."""

    rows: int
    head: bytes | None
    broken_at: int | None


def sealed(row: Row, previous: bytes | None) -> Row:
    """The row with its place in the chain: after the hash `previous`, None for a customer's first row."""
    linked = replace(row, previous_hash=previous, hash=b"")
    return replace(linked, hash=hashlib.sha256((previous or b"") + _content(linked)).digest())


def broken_at(rows: Iterable[Row]) -> int | None:
    """The ordinal of the first row that is not as it was written, or that misses the one before it; None where the
    chain holds. Rows are those of one customer, in order."""
    previous: bytes | None = None
    for expected, row in enumerate(rows, start=1):
        if row.ordinal != expected or row != sealed(row, previous):
            return expected
        previous = row.hash
    return None


def _content(row: Row) -> bytes:
    content = {name: _plain(getattr(row, name)) for name in row.__dataclass_fields__ if name not in _LINKS}
    content["evidence"] = hashlib.sha256((row.evidence or "").encode()).hexdigest()
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, int | None) else str(value)
