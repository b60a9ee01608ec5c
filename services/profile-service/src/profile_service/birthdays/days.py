"""Days of the year in either calendar, and where the Gregorian index of birth dates has them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from hamdel.calendar import FIRST_YEAR, LAST_YEAR, days_in_month, to_gregorian, to_jalali

__all__ = ["Calendar", "MonthDay", "day_of", "indexed_days"]

Calendar = Literal["gregorian", "jalali"]


class MonthDay(NamedTuple):
    """A day of some year: `month` from 1, `day` from 1."""

    month: int
    day: int

    @classmethod
    def parse(cls, text: str) -> MonthDay:
        """From `02-29`.

        >>> MonthDay.parse("02-29")
        MonthDay(month=2, day=29)
        """
        month, _, day = text.partition("-")
        return cls(int(month), int(day))

    @property
    def number(self) -> int:
        """As the index has it: 229 for 29 February."""
        return self.month * 100 + self.day


def day_of(calendar: Calendar, born: date) -> MonthDay | None:
    """The day of the year in the calendar; None where the Jalali calendar is not decided for that year."""
    if calendar == "gregorian":
        return MonthDay(born.month, born.day)
    try:
        found = to_jalali(born)
    except ValueError:
        return None
    return MonthDay(found.month, found.day)


def indexed_days(calendar: Calendar, wanted: Iterable[MonthDay]) -> list[int]:
    """Every Gregorian day of the year that such a day falls on in some year, as numbers of the index."""
    return sorted({number for one in wanted for number in _numbers(calendar, one)})


@lru_cache(maxsize=800)
def _numbers(calendar: Calendar, wanted: MonthDay) -> frozenset[int]:
    if calendar == "gregorian":
        return frozenset({wanted.number})
    return frozenset(
        MonthDay(found.month, found.day).number
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        if 1 <= wanted.month <= 12 and 1 <= wanted.day <= days_in_month(year, wanted.month)
        for found in [to_gregorian(year, *wanted)]
    )
