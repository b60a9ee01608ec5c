"""Calendars of people: the Jalali (Solar Hijri) one. Pure; no clock, no time zone."""

from hamdel.calendar.jalali import (
    FIRST_YEAR,
    LAST_YEAR,
    JalaliDate,
    days_in_month,
    is_leap,
    month_end,
    to_gregorian,
    to_jalali,
    year_end,
)

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
