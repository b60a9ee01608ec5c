"""Calendars that the tests of business time share, and moments as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from interaction_service.calendars.domain import WEEKDAYS, Calendar, Window, windows_of

OFFICE = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")
SPLIT = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-13:00 14:00-18:00")
TEHRAN = dict.fromkeys(("sat", "sun", "mon", "tue", "wed"), "08:00-16:00")


def calendar(week: Mapping[str, str], zone: str = "Europe/Berlin", **exceptions: str) -> Calendar:
    """A calendar from "09:00-13:00 14:00-18:00" by weekday; exceptions are `on_2026_01_05=""`."""
    dates = {date(*map(int, name.removeprefix("on_").split("_"))): texts for name, texts in exceptions.items()}
    return Calendar(
        ZoneInfo(zone),
        [windows(week.get(day, "")) for day in WEEKDAYS],
        {day: windows(texts) for day, texts in dates.items()},
    )


def windows(texts: str) -> tuple[Window, ...]:
    """The windows of "09:00-13:00 14:00-18:00"."""
    return windows_of([(one.partition("-")[0], one.partition("-")[2]) for one in texts.split()])


def every_day(texts: str, zone: str = "Europe/Berlin") -> Calendar:
    """The same windows on all seven days."""
    return calendar(dict.fromkeys(WEEKDAYS, texts), zone)


def at(text: str) -> datetime:
    """UTC of "2026-01-02 16:30+01:00": the offset is written out, so no time zone database is asked."""
    return datetime.fromisoformat(text).astimezone(UTC)
