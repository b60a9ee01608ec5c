"""Days, weeks and months of trends, in the calendar of the survey."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from hamdel.calendar import month_end, to_jalali

__all__ = ["ALWAYS", "Calendar", "Days", "Step", "label", "period_end", "period_start", "periods"]

Step = Literal["day", "week", "month"]
Calendar = Literal["gregorian", "jalali"]

_SATURDAY: Final = 5


class Days(NamedTuple):
    """From a day to a day, both included."""

    first: date
    last: date


ALWAYS: Final = Days(date.min, date.max)


def period_start(day: date, step: Step, calendar: Calendar) -> date:
    """The first day of the period that a day lies in. Weeks begin on Saturday in the Jalali calendar (as in Iran) and
    on Monday in the Gregorian one (ISO 8601). Raises ValueError for a day that the Jalali calendar does not reach.

    >>> period_start(date(2025, 3, 25), "month", "jalali"), period_start(date(2025, 3, 25), "week", "jalali")
    (datetime.date(2025, 3, 21), datetime.date(2025, 3, 22))
    """
    if step == "day":
        return day
    if step == "week":
        begins = _SATURDAY if calendar == "jalali" else 0
        return day - timedelta(days=(day.weekday() - begins) % 7)
    return day - timedelta(days=(to_jalali(day).day if calendar == "jalali" else day.day) - 1)


def period_end(start: date, step: Step, calendar: Calendar) -> date:
    """The last day of the period that begins on a day."""
    if step == "day":
        return start
    if step == "week":
        return start + timedelta(days=6)
    if calendar == "jalali":
        return month_end(start)
    return (start.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def periods(days: Days, step: Step, calendar: Calendar, most: int) -> list[date]:
    """The first days of the periods that these days lie in, in order. Raises ValueError for more than `most`."""
    starts = [period_start(days.first, step, calendar)]
    while (following := period_end(starts[-1], step, calendar) + timedelta(days=1)) <= days.last:
        starts.append(following)
        if len(starts) > most:
            raise ValueError(f"more than {most} periods")
    return starts


def label(start: date, step: Step, calendar: Calendar) -> str:
    """The period in its calendar: `1404-01` for a month, its first day for a day and a week.

    >>> label(date(2025, 3, 21), "month", "jalali"), label(date(2025, 3, 21), "day", "jalali")
    ('1404-01', '1404-01-01')
    """
    year, month, day = to_jalali(start) if calendar == "jalali" else (start.year, start.month, start.day)
    return f"{year:04}-{month:02}" if step == "month" else f"{year:04}-{month:02}-{day:02}"
