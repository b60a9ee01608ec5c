"""The one place where the wall clock is read; rules get the time as an argument."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["utc_now"]


def utc_now() -> datetime:
    """The present moment, aware, in UTC, with microseconds (what PostgreSQL stores)."""
    return datetime.now(UTC)
