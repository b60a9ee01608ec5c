"""A calendar as it is stored and shown: times as text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from interaction_service.calendars.domain import WEEKDAYS, Calendar, windows_of

__all__ = ["Hours", "StoredCalendar"]


@dataclass(frozen=True, slots=True)
class Hours:
    """`windows`: weekday → pairs of "HH:MM"; `exceptions`: `{date, windows, name}` in the order of their dates."""

    timezone: str
    windows: Mapping[str, Sequence[tuple[str, str]]]
    exceptions: Sequence[Mapping[str, Any]]

    def calendar(self) -> Calendar:
        """The hours as rules take them."""
        return Calendar(
            ZoneInfo(self.timezone),
            [windows_of(self.windows.get(weekday, ())) for weekday in WEEKDAYS],
            {date.fromisoformat(one["date"]): windows_of(one["windows"]) for one in self.exceptions},
        )


@dataclass(frozen=True, slots=True)
class StoredCalendar:
    """One version of a calendar; times are UTC."""

    code: str
    hours: Hours
    version: int
    created_at: datetime
    updated_at: datetime
