"""Since when redemptions count towards a limit, in the programme's zone and calendar. Pure."""

from __future__ import annotations

from datetime import date, datetime

from hamdel.calendar import to_gregorian, to_jalali
from loyalty_service.programs.domain import EARLIEST, Program, first_instant, local_day
from loyalty_service.rewards.domain import Period

__all__ = ["began"]


def began(program: Program, period: Period, at: datetime) -> datetime:
    """The first instant (UTC) of the programme's day, month or year that a moment lies in; of `all`, a moment before
    everything."""
    if period == "all":
        return EARLIEST
    day = local_day(program, at)
    return first_instant(program, day if period == "day" else _first_day(program, day, yearly=period == "year"))


def _first_day(program: Program, day: date, *, yearly: bool) -> date:
    if program.calendar == "gregorian":
        return date(day.year, 1 if yearly else day.month, 1)
    year, month, _ = to_jalali(day)
    return to_gregorian(year, 1 if yearly else month, 1)
