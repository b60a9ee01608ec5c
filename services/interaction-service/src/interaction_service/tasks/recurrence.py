"""Recurrence rules (RFC 5545, section 3.3.10) over local time: which are accepted, and what comes next.

The arithmetic is `dateutil.rrule`'s, on wall clocks without a zone, so that a task at nine stays at nine when the
clocks change. COUNT and UNTIL are kept out of it: COUNT counts the occurrences of a series from its very first, which
RFC 5545 always includes; UNTIL may be written in UTC.

A rule that never comes again makes dateutil walk to the year 9999, whatever UNTIL says. Two things keep that short: it
is asked 19 cycles of the Gregorian calendar (400 years, 146,097 days, whole weeks) later, where few years are left; and
rules by the day and by the hour are tried step by step first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from interaction_service.tasks.domain import instant, wall_clock

__all__ = ["BadRecurrenceError", "Recurrence", "next_local", "recurrence_of"]

FREQUENCIES: Final = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
RANGES: Final = {
    "INTERVAL": (1, 1000),
    "COUNT": (1, 10_000),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSETPOS": (-366, 366),
}
NAMES: Final = RANGES.keys() | {"FREQ", "UNTIL", "BYDAY", "WKST"}
ONE_VALUE: Final = ("INTERVAL", "COUNT", "BYMINUTE")
GOES_WITH: Final = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY",),
    "BYMONTHDAY": ("YEARLY", "MONTHLY", "DAILY", "HOURLY"),
    "BYSETPOS": ("YEARLY", "MONTHLY"),
}
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
BYDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
UNTIL: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
LONGEST: Final = 500
CYCLES: Final = 7_600
HORIZON: Final = {
    "YEARLY": timedelta(days=36_525),
    "MONTHLY": timedelta(days=36_525),
    "WEEKLY": timedelta(days=36_525),
    "DAILY": timedelta(days=4_383),
    "HOURLY": timedelta(days=1_461),
}
"""How far ahead the next occurrence is looked for."""

SOME_START: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall clock has no zone


class BadRecurrenceError(ValueError):
    """The text is no rule that is accepted here; the message says why."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """An accepted rule: its `parts` without COUNT (`most`) and UNTIL, which is as it was written."""

    parts: Mapping[str, str]
    most: int | None
    until: str | None

    @property
    def frequency(self) -> str:
        """YEARLY … HOURLY."""
        return self.parts["FREQ"]


def recurrence_of(text: str) -> Recurrence:
    """The rule that a text states. Raises BadRecurrenceError for a malformed one, for one that comes more often than
    once an hour, and for what is left out on purpose: BYSECOND, BYEASTER, lists of minutes, set positions in a week.
    """
    parts = _parts(text)
    _check(parts)
    most = int(parts["COUNT"]) if "COUNT" in parts else None
    kept = {name: value for name, value in parts.items() if name not in ("COUNT", "UNTIL")}
    rule = Recurrence(kept, most, parts.get("UNTIL"))
    _until(rule, ZoneInfo("UTC"))
    _built(rule, SOME_START)
    return rule


def next_local(rule: Recurrence, zone: ZoneInfo, *, start: datetime, at: datetime, occurrence: int) -> datetime | None:
    """The local time of the occurrence after `at`, which is the series' number `occurrence`; `start` is where the
    series began. None when COUNT or UNTIL ends it, or when it does not come within the horizon of its frequency."""
    if rule.most is not None and occurrence >= rule.most:
        return None
    until = min(_until(rule, zone), at + HORIZON[rule.frequency])
    daily = rule.frequency in ("DAILY", "HOURLY")
    if daily and not _comes(rule, at, until):
        return None
    # a day or an hour holds its whole set, so any occurrence of these is as good a start, and nothing is walked twice
    coming = _built(rule, at if daily else start)
    found = _after(coming, at)
    if found is not None and instant(found, zone) <= instant(at, zone):
        # an hour that the clocks skip is the same moment as the next one
        found = _after(coming, found)
    return None if found is None or found > until else found


def _parts(text: str) -> dict[str, str]:
    given = text.strip().upper().removeprefix("RRULE:")
    if len(given) > LONGEST:
        raise BadRecurrenceError(f"a rule has at most {LONGEST} characters")
    parts: dict[str, str] = {}
    for part in given.split(";"):
        name, _, value = part.partition("=")
        if not re.fullmatch(r"[A-Z0-9,+-]+", value, re.ASCII):
            raise BadRecurrenceError("a rule is NAME=VALUE pairs with semicolons between them")
        if name not in NAMES:
            raise BadRecurrenceError("it has a part that is not supported")
        if name in parts:
            raise BadRecurrenceError(f"{name} is given twice")
        parts[name] = value
    return parts


def _check(parts: Mapping[str, str]) -> None:
    frequency = parts.get("FREQ")
    if frequency not in FREQUENCIES:
        raise BadRecurrenceError(f"FREQ must be one of {', '.join(FREQUENCIES)}: at most once an hour")
    if "COUNT" in parts and "UNTIL" in parts:
        raise BadRecurrenceError("COUNT and UNTIL exclude each other")
    for name, value in parts.items():
        if name in RANGES:
            _check_range(name, value)
        if frequency not in GOES_WITH.get(name, FREQUENCIES):
            raise BadRecurrenceError(f"{name} goes with {', '.join(GOES_WITH[name])} alone")
    for day in parts.get("BYDAY", "MO").split(","):
        match = BYDAY.fullmatch(day)
        if match is None or (match[1] is not None and frequency not in ("YEARLY", "MONTHLY")):
            raise BadRecurrenceError("BYDAY must be weekdays such as MO, numbered with YEARLY and MONTHLY alone")


def _check_range(name: str, value: str) -> None:
    least, most = RANGES[name]
    values = value.split(",")
    wrong = [one for one in values if not re.fullmatch(r"[+-]?\d{1,5}", one) or not least <= int(one) <= most]
    if wrong or (len(values) > 1 and name in ONE_VALUE) or (least < 0 and any(int(one) == 0 for one in values)):
        how = "one whole number" if name in ONE_VALUE else "whole numbers"
        raise BadRecurrenceError(f"{name} must be {how} from {least} to {most}")


def _built(rule: Recurrence, start: datetime) -> rrule:
    text = ";".join(f"{name}={value}" for name, value in rule.parts.items())
    try:
        built = rrulestr(text, dtstart=start.replace(year=start.year + CYCLES))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadRecurrenceError("it is not a recurrence rule of RFC 5545") from error
    assert isinstance(built, rrule)
    return built


def _after(rule: rrule, at: datetime) -> datetime | None:
    found: datetime | None = rule.after(at.replace(year=at.year + CYCLES))
    return None if found is None else found.replace(year=found.year - CYCLES)


def _comes(rule: Recurrence, at: datetime, until: datetime) -> bool:
    """Whether a step of a rule by the day or the hour meets its filters."""
    hourly = rule.frequency == "HOURLY"
    months, days, hours = (_numbers(rule, name) for name in ("BYMONTH", "BYMONTHDAY", "BYHOUR"))
    weekdays = {WEEKDAYS.index(day) for day in rule.parts["BYDAY"].split(",")} if "BYDAY" in rule.parts else None
    step = timedelta(**{"hours" if hourly else "days": int(rule.parts.get("INTERVAL", "1"))})
    moment = at if hours and not hourly else at + step
    while moment.date() <= until.date():
        if (
            (months is None or moment.month in months)
            and (weekdays is None or moment.weekday() in weekdays)
            and (hours is None or not hourly or moment.hour in hours)
            and (days is None or moment.day in days or moment.day - _month_end(moment) - 1 in days)
        ):
            return True
        moment += step
    return False


def _numbers(rule: Recurrence, name: str) -> set[int] | None:
    return {int(one) for one in rule.parts[name].split(",")} if name in rule.parts else None


def _month_end(moment: datetime) -> int:
    return ((moment.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day


def _until(rule: Recurrence, zone: ZoneInfo) -> datetime:
    """The last local time that UNTIL allows; a date means the whole of its day."""
    match = UNTIL.fullmatch(rule.until or "23991231")
    if match is None:
        raise BadRecurrenceError("UNTIL must be a date or a time such as 20261231T235959Z")
    try:
        day = datetime.strptime(match[1], "%Y%m%d")  # noqa: DTZ007 - a date has no zone
        if match[2] is None:
            return datetime.combine(day, time.max)
        moment = datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S")  # noqa: DTZ007 - a wall clock has no zone
        return wall_clock(moment.replace(tzinfo=UTC), zone) if match[3] else moment
    except (ValueError, OverflowError) as error:
        raise BadRecurrenceError("UNTIL must be a date or a time that exists") from error
