"""The Jalali (Solar Hijri) calendar, the official one of Iran: dates to and from the Gregorian calendar.

A year begins on the day whose noon at 52.5° east (Iran's standard time) is the first one after the March equinox
(K. M. Borkowski, "The Persian calendar for 3000 years", Earth, Moon, and Planets 74, 1996). The Calendar Center of the
University of Tehran has published which years are leap for 1206 to 1498 (1827 to 2120). There, and in the few years
before and after that make it 1200 to 1500, the years of the equinox are those of the 33-year rule: eight leap years in
33, four years apart but for one step of five. Beyond it the two part (first in 1502) and nobody has published years
yet: such dates are refused, not guessed.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "JalaliDate",
    "days_in_month",
    "is_leap",
    "month_end",
    "to_gregorian",
    "to_jalali",
    "year_end",
]

FIRST_YEAR: Final = 1200
LAST_YEAR: Final = 1500

_NOWRUZ_1404: Final = date(2025, 3, 21).toordinal()


class JalaliDate(NamedTuple):
    """A day: `month` 1 (Farvardin) to 12 (Esfand), `day` from 1."""

    year: int
    month: int
    day: int


def is_leap(year: int) -> bool:
    """Whether Esfand of the year has 30 days. Raises ValueError outside `FIRST_YEAR` to `LAST_YEAR`.

    >>> [year for year in range(1395, 1410) if is_leap(year)]
    [1395, 1399, 1403, 1408]
    """
    _check_year(year)
    return _leap_years_before(year + 1) > _leap_years_before(year)


def days_in_month(year: int, month: int) -> int:
    """31 for the first six months, 30 for the next five, 29 or in a leap year 30 for Esfand. Raises ValueError.

    >>> days_in_month(1403, 12), days_in_month(1404, 12), days_in_month(1404, 1)
    (30, 29, 31)
    """
    if not 1 <= month <= 12:
        raise ValueError(f"a year has no month {month}")
    if month == 12:
        return 30 if is_leap(year) else 29
    _check_year(year)
    return 31 if month <= 6 else 30


def to_gregorian(year: int, month: int, day: int) -> date:
    """The Gregorian date of a Jalali one. Raises ValueError for a day that does not exist or is out of range.

    >>> to_gregorian(1404, 1, 1)
    datetime.date(2025, 3, 21)
    """
    if not 1 <= day <= days_in_month(year, month):
        raise ValueError(f"month {month} of {year} has no day {day}")
    return date.fromordinal(_nowruz(year) + _days_before(month) + day - 1)


def to_jalali(day: date) -> JalaliDate:
    """The Jalali date of a Gregorian one. Raises ValueError out of range.

    >>> to_jalali(date(2025, 3, 20))
    JalaliDate(year=1403, month=12, day=30)
    """
    ordinal = day.toordinal()
    year = day.year - 621
    if ordinal < _nowruz(year):
        year -= 1
    _check_year(year)
    passed = ordinal - _nowruz(year)
    month = passed // 31 + 1 if passed < 6 * 31 else (passed - 6 * 31) // 30 + 7
    return JalaliDate(year, month, passed - _days_before(month) + 1)


def month_end(day: date) -> date:
    """The last day of the Jalali month that a Gregorian date lies in. Raises ValueError out of range.

    >>> month_end(date(2025, 3, 1))
    datetime.date(2025, 3, 20)
    """
    year, month, of_month = to_jalali(day)
    return day + timedelta(days=days_in_month(year, month) - of_month)


def year_end(day: date) -> date:
    """The last day of the Jalali year that a Gregorian date lies in, 29 or 30 Esfand. Raises ValueError out of range.

    >>> year_end(date(2025, 3, 21))
    datetime.date(2026, 3, 20)
    """
    return date.fromordinal(_nowruz(to_jalali(day).year + 1) - 1)


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the Jalali year {year} is not between {FIRST_YEAR} and {LAST_YEAR}")


def _leap_years_before(year: int) -> int:
    """Up to a constant: eight in 33 years, so that the leap ones leave 1, 5, 9, 13, 17, 22, 26 or 30 by 33."""
    return (8 * year + 21) // 33


def _nowruz(year: int) -> int:
    """The ordinal of 1 Farvardin, counted from a known one."""
    return _NOWRUZ_1404 + 365 * (year - 1404) + _leap_years_before(year) - _leap_years_before(1404)


def _days_before(month: int) -> int:
    return 31 * (month - 1) - max(0, month - 7)
