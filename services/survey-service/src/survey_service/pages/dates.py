"""A date as three selects, in the calendar of the survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hamdel.calendar import to_jalali
from survey_service.pages.words import MONTHS, Language, digits, words

__all__ = ["Part", "date_parts"]

YEARS_BACK: Final = 110
YEARS_AHEAD: Final = 10
JALALI_BEHIND: Final = 621
"""A Jalali year begins in the Gregorian year that is this much more."""


@dataclass(frozen=True, slots=True)
class Part:
    """One select: `day`, `month` or `year`, its label, and what can be chosen as (value, words, chosen)."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


def date_parts(raw: Mapping[str, Any], calendar: str, language: Language, year: int) -> tuple[Part, ...]:
    """Day, month and year with what was chosen before; `year` is the present one of the Gregorian calendar. Years go
    from 10 ahead to 110 back, the present one in reach of few keys; a year that was answered is always among them."""
    chosen = _chosen(raw, calendar)
    now = year - JALALI_BEHIND if calendar == "jalali" else year
    years = {str(one) for one in range(now - YEARS_BACK, now + YEARS_AHEAD + 1)} | ({chosen["year"]} - {""})
    names = MONTHS[calendar, language]
    told = words(language)
    offered = {
        "day": [(str(one), digits(one, language)) for one in range(1, 32)],
        "month": [(str(number), name) for number, name in enumerate(names, 1)],
        "year": [(one, digits(one, language)) for one in sorted(years, reverse=True)],
    }
    return tuple(
        Part(name, told[name], tuple((value, text, value == chosen[name]) for value, text in options))
        for name, options in offered.items()
    )


def _chosen(raw: Mapping[str, Any], calendar: str) -> dict[str, str]:
    """The three parts as the selects have them. What the form says is in the survey's calendar; what is stored is
    Gregorian."""
    given = raw.get("date") or "--"
    if calendar == "jalali" and raw.get("calendar") != "jalali" and given != "--":
        given = _in_jalali(given)
    year, month, day = (part.lstrip("0") for part in given.split("-", 2))
    return {"year": year, "month": month, "day": day}


def _in_jalali(stored: str) -> str:
    """Nothing chosen for a day that the calendar does not reach, which only the API can have stored."""
    try:
        return "-".join(str(part) for part in to_jalali(date.fromisoformat(stored)))
    except ValueError:
        return "--"
