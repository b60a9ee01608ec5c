"""Birthdays in either calendar. Pure.

A birthday is kept in the programme's calendar. Who was born on a day that a year does not have celebrates on the last
day before it: 29 February on 28 February, 30 Esfand on 29 Esfand.
"""

from __future__ import annotations

import calendar as gregorian
from datetime import date, timedelta
from typing import Final, Literal

from hamdel.calendar import is_leap, to_jalali

__all__ = ["MOST_MISSED", "birthdays_on", "days_left", "year_of"]

MOST_MISSED: Final = timedelta(days=7)
"""So many days back birthdays are made up for after the service was away."""

Calendar = Literal["gregorian", "jalali"]


def birthdays_on(calendar: Calendar, day: date) -> tuple[str, ...]:
    """The days of the year whose birthdays are kept on a day, as `month-day` of the calendar.

    >>> birthdays_on("gregorian", date(2026, 2, 28)), birthdays_on("gregorian", date(2028, 2, 28))
    (('02-28', '02-29'), ('02-28',))
    """
    if calendar == "jalali":
        year, month, of_month = to_jalali(day)
        missing = (month, of_month) == (12, 29) and not is_leap(year)
    else:
        year, month, of_month = day.year, day.month, day.day
        missing = (month, of_month) == (2, 28) and not gregorian.isleap(year)
    kept = f"{month:02}-{of_month:02}"
    return (kept, f"{month:02}-{of_month + 1:02}") if missing else (kept,)


def year_of(calendar: Calendar, day: date) -> int:
    """The calendar's year: a birthday has one per year."""
    return to_jalali(day).year if calendar == "jalali" else day.year


def days_left(first: date | None, today: date) -> list[date]:
    """The days whose birthdays are still to be granted, today last: from `first` on, but none that is longer ago than
    `MOST_MISSED`; only today for a programme that begins (None)."""
    begins = today if first is None else max(first, today - MOST_MISSED)
    return [begins + timedelta(days=passed) for passed in range((today - begins).days + 1)]
