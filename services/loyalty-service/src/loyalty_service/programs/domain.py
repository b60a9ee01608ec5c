"""A programme and its days. Months and years of its calendar are in `programs.dates`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

__all__ = [
    "CALENDARS",
    "EARLIEST",
    "ENROLMENTS",
    "ON_REFUND",
    "ROUND_UPS",
    "STACKINGS",
    "Program",
    "at_clock",
    "available_at",
    "first_instant",
    "local_day",
    "local_time",
]

CALENDARS: Final = ("gregorian", "jalali")
ENROLMENTS: Final = ("automatic", "opt_in")
ROUND_UPS: Final = ("none", "month", "year")
ON_REFUND: Final = ("shortfall", "negative")
STACKINGS: Final = ("stack", "best_of")

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""What is said to have happened before earns nothing: it is a mistake of whoever told it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A loyalty programme. `timezone` is a name of the IANA database, `currency` ISO 4217.

    Points wait `pending_days` before they can be spent and lapse after `expiry_months` of the programme's calendar
    (None: never), rounded up to the end of a month or year where `expiry_round_up` says so. `on_refund` says what
    becomes of points that were spent before their purchase was refunded, `points_paid_earn` whether the part of a
    purchase that was paid by points earns some, `stacking` whether all rules give or the best one alone. `card_prefix`
    are the first digits of card numbers; None: the programme has no cards.
    """

    id: UUID
    code: str
    name: str
    timezone: str
    calendar: Literal["gregorian", "jalali"]
    currency: str
    enrolment: Literal["automatic", "opt_in"] = "automatic"
    pending_days: int = 0
    expiry_months: int | None = None
    expiry_round_up: Literal["none", "month", "year"] = "none"
    on_refund: Literal["shortfall", "negative"] = "shortfall"
    points_paid_earn: bool = False
    stacking: Literal["stack", "best_of"] = "stack"
    card_prefix: str | None = None


def local_time(program: Program, at: datetime) -> datetime:
    """The wall clock of the programme at a moment."""
    return at.astimezone(_zone(program.timezone))


def local_day(program: Program, at: datetime) -> date:
    """The day that a moment lies in, in the programme's zone (a Gregorian date; calendars differ in months alone)."""
    return at.astimezone(_zone(program.timezone)).date()


def at_clock(program: Program, day: date, clock: time) -> datetime:
    """The moment in UTC when the programme's wall clock shows this on this day: the first one where it shows it twice;
    where it skips it, as long after the skip as the wall clock would have gone on."""
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), _zone(program.timezone)).astimezone(UTC)


def first_instant(program: Program, day: date) -> datetime:
    """The moment in UTC when a day begins in the programme's zone, also where its clocks have no midnight that day."""
    return at_clock(program, day, time())


def available_at(program: Program, earned_at: datetime) -> datetime:
    """From when points can be spent: at the same wall-clock time `pending_days` days later, as UTC; at once for 0."""
    if program.pending_days == 0:
        return earned_at
    local = local_time(program, earned_at).replace(fold=0)
    return (local + timedelta(days=program.pending_days)).astimezone(UTC)  # the sum is one of the wall clock


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
