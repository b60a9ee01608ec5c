"""Quiet hours on the customer's own clock, whatever that clock does on the days it changes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

__all__ = ["QuietHours"]

_SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_HOUR: Final = timedelta(hours=1)
_LONGEST: Final = timedelta(hours=49)
"""Less than a day of quiet, a day that a zone may repeat when it moves across the date line, and an hour of change."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until before `end` on the wall clock, over midnight where `end` is not later than `start`."""

    start: time
    end: time

    @classmethod
    def parse(cls, span: str) -> QuietHours:
        """Of `21:00-08:00`. Raises ValueError for another form and for a span without length."""
        match = _SPAN.fullmatch(span)
        if match is None or match.groups()[:2] == match.groups()[2:]:
            raise ValueError("quiet hours look like 21:00-08:00")
        hours = [int(each) for each in match.groups()]
        return cls(time(hours[0], hours[1]), time(hours[2], hours[3]))

    def cover(self, moment: datetime, zone: tzinfo) -> bool:
        """Whether the moment is a quiet one where the clock shows the zone's time."""
        clock = moment.astimezone(zone).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def first_moment_outside(self, moment: datetime, zone: tzinfo) -> datetime:
        """The earliest moment from this one on that is not quiet, in UTC."""
        if not self.cover(moment, zone):
            return moment.astimezone(UTC)
        turns = (*self._ends(moment, zone), *_clock_changes(moment, zone))
        return min(turn for turn in turns if turn > moment and not self.cover(turn, zone))

    def _ends(self, moment: datetime, zone: tzinfo) -> Iterator[datetime]:
        """When the clock shows `end`: twice on a day that repeats that hour, at no moment on one that leaves it out."""
        today = moment.astimezone(zone).date()
        for days in range(-1, 4):
            for fold in (0, 1):
                yield datetime.combine(today + timedelta(days), self.end, zone).replace(fold=fold).astimezone(UTC)


def _clock_changes(moment: datetime, zone: tzinfo) -> Iterator[datetime]:
    """When the zone's offset changes, within the longest time that quiet hours can last; to the second."""
    before = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    last = before + _LONGEST
    while before < last:
        after = before + _HOUR
        if _offset(before, zone) != _offset(after, zone):
            yield _change_between(before, after, zone)
        before = after


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before).seconds // 2)
        before, after = (middle, after) if _offset(middle, zone) == _offset(before, zone) else (before, middle)
    return after


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
