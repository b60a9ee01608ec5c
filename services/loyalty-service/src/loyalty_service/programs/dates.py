"""When points lapse: months and years of the programme's own calendar, in its own zone."""

from __future__ import annotations

import calendar as gregorian
from datetime import date, datetime, timedelta
from functools import lru_cache

from hamdel.calendar import days_in_month, month_end, to_gregorian, to_jalali, year_end
from loyalty_service.programs.domain import Program, at_clock, available_at, first_instant, local_day, local_time

__all__ = ["add_months", "available_at", "expires_at", "local_day", "period_after"]


def expires_at(program: Program, earned_at: datetime) -> datetime | None:
    """From when points can no longer be spent, in UTC; None: never.

    At the same wall-clock time so many months later, the day clipped to the month's length; rounded up, it is the first
    instant of the month or year that follows the one which that moment lies in.
    """
    if program.expiry_months is None:
        return None
    local = local_time(program, earned_at)
    if program.expiry_round_up == "none":
        return at_clock(program, _months_later(program, local.date()), local.time())
    return _rounded_up(program, local.date())


def add_months(program: Program, day: date, months: int) -> date:
    """So many months of the programme's calendar later; a day that the month does not have is its last one.

    Raises ValueError beyond the years that the calendar is known for (see `hamdel.calendar`).
    """
    if program.calendar == "jalali":
        year, month, of_month = to_jalali(day)
        year, month = _counted(year, month, months)
        return to_gregorian(year, month, min(of_month, days_in_month(year, month)))
    year, month = _counted(day.year, day.month, months)
    return date(year, month, min(day.day, gregorian.monthrange(year, month)[1]))


def period_after(program: Program, day: date) -> date:
    """The first day of the month or year after the one that a day lies in, as `expiry_round_up` says.

    Raises ValueError like `add_months`.
    """
    yearly = program.expiry_round_up == "year"
    if program.calendar == "jalali":
        return (year_end(day) if yearly else month_end(day)) + timedelta(days=1)
    return date(day.year + 1, 1, 1) if yearly else add_months(program, day.replace(day=1), 1)


@lru_cache(maxsize=1024)
def _months_later(program: Program, day: date) -> date:
    """Remembered: the purchases of a batch are of a few days."""
    return add_months(program, day, program.expiry_months or 0)


@lru_cache(maxsize=1024)
def _rounded_up(program: Program, day: date) -> datetime:
    return first_instant(program, period_after(program, _months_later(program, day)))


def _counted(year: int, month: int, months: int) -> tuple[int, int]:
    years, index = divmod(month - 1 + months, 12)
    return year + years, index + 1
