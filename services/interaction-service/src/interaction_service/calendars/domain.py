"""Business time: when a calendar is open, deadlines in it, and the open time between two moments.

A window says what the clock on the wall shows: it opens at the first moment at which the clock shows its start, and
closes at the first moment at which it shows its end. Where clocks are put back and show a time twice, the first of the
two counts; where they are put forward and never show it, the moment of the change does. So windows never overlap, and
one around a change lasts as long as it really lasts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

__all__ = [
    "HORIZON",
    "WEEKDAYS",
    "Calendar",
    "DeadlineOutOfReachError",
    "Window",
    "WindowError",
    "business_deadline",
    "business_minutes",
    "deadline_after",
    "open_time",
    "windows_of",
]

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON: Final = timedelta(days=20 * 366)
"""How far a deadline is looked for."""

DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


class WindowError(ValueError):
    """Windows of a day that make no sense; the message is for people, `kind` and `context` for their translation."""

    def __init__(self, kind: str, message: str, **context: str) -> None:
        super().__init__(message)
        self.kind, self.context = kind, context


class DeadlineOutOfReachError(ValueError):
    """The calendar is not open for so long within the next twenty years."""


class Window(NamedTuple):
    """From `start` until `end`, in minutes of the wall clock since midnight: 0 ≤ start < end ≤ 1440."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours: `week` has the windows of Monday to Sunday, `exceptions` those of single dates, which hold instead
    (none: closed). The windows of a day are in order and do not overlap."""

    zone: ZoneInfo
    week: Sequence[Sequence[Window]]
    exceptions: Mapping[date, Sequence[Window]] = field(default_factory=dict)

    def windows_on(self, day: date) -> Sequence[Window]:
        """The windows of a date."""
        return self.exceptions.get(day, self.week[day.weekday()])


def windows_of(texts: Sequence[tuple[str, str]]) -> tuple[Window, ...]:
    """The windows of one day from pairs of "HH:MM". Raises WindowError.

    >>> windows_of([("09:00", "13:00"), ("14:30", "24:00")])
    (Window(start=540, end=780), Window(start=870, end=1440))
    """
    windows = tuple(Window(_minute(start), _minute(end)) for start, end in texts)
    for window, (start, end) in zip(windows, texts, strict=True):
        if window.end < window.start:
            split = f"split it into {start}-24:00 and, on the next day, 00:00-{end}"
            raise WindowError(
                "window_past_midnight", f"{start}-{end} goes past midnight: {split}", start=start, end=end
            )
        if window.start == window.end:
            raise WindowError("window_empty", f"{start}-{end} is empty", start=start, end=end)
    for earlier, later in pairwise(windows):
        if later.start < earlier.end:
            raise WindowError("windows_overlap", "windows must be in order and must not overlap")
    return windows


def business_deadline(calendar: Calendar, start: datetime, minutes: float) -> datetime:
    """The moment (UTC) at which `minutes` of open time have passed since `start` (aware); see `deadline_after`."""
    return deadline_after(calendar, start, timedelta(minutes=minutes))


def business_minutes(calendar: Calendar, start: datetime, end: datetime) -> float:
    """The open minutes from `start` until `end` (aware); see `open_time`."""
    return open_time(calendar, start, end) / MINUTE


def deadline_after(calendar: Calendar, start: datetime, duration: timedelta, within: timedelta = HORIZON) -> datetime:
    """The first moment (UTC) at which `duration` (not negative) of open time has passed since `start` (aware).

    Time that is used up at the end of a window ends there, not at the next opening. No time at all gives `start` while
    the calendar is open, the very end of a window included, and the next opening while it is closed. Raises
    DeadlineOutOfReachError when it is not reached `within` so much time.
    """
    start, left = start.astimezone(UTC), duration
    for opens, closes in _openings(calendar, start, start + within):
        begins = max(opens, start)
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    raise DeadlineOutOfReachError(f"not open for {duration} within {within.days} days")


def open_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How long the calendar is open from `start` until `end` (aware); nothing when `end` is not later."""
    start, end = start.astimezone(UTC), max(start, end).astimezone(UTC)
    openings = _openings(calendar, start, end)
    return sum((min(closes, end) - max(opens, start) for opens, closes in openings), timedelta())


def _openings(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What is open between two moments (UTC), in order, as whole windows; those that only touch `start` included."""
    day = start.astimezone(calendar.zone).date() - DAY
    midnight = _instant(calendar.zone, day, 0)
    while midnight < end or midnight <= start:
        following = _instant(calendar.zone, day + DAY, 0)
        regular = following - midnight == DAY
        for window in calendar.windows_on(day):
            if regular:
                opens, closes = midnight + window.start * MINUTE, midnight + window.end * MINUTE
            else:
                opens, closes = (_instant(calendar.zone, day, minute) for minute in window)
            if closes >= start and (opens < end or opens <= start):
                yield opens, closes
        day, midnight = day + DAY, following


def _instant(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """When (UTC) the clock of a zone first shows a time of a day; the moment of the change where it never does."""
    shown = datetime.combine(day, time(), zone) + minute * MINUTE
    before, after = shown.utcoffset(), shown.replace(fold=1).utcoffset()
    first = shown.astimezone(UTC)
    if before is None or after is None or before >= after:
        return first
    return _change_between(zone, first - (after - before), first)


def _change_between(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    """The moment after `early` and not after `late` (UTC) at which the offset of a zone changes, to the second."""
    offset = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late


def _minute(text: str) -> int:
    match = CLOCK.fullmatch(text)
    if match is None:
        raise WindowError("window_time", f"{text[:10]!r} is not a time from 00:00 to 24:00")
    return int(match[1]) * 60 + int(match[2]) if match[1] else 24 * 60
