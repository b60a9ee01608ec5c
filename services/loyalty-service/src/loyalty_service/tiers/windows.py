"""The windows in which is counted, and the ends of tiers that follow from them, in months of the programme's calendar.

* rolling: what was collected in the `months` that end with the day; a tier is valid through the day so many months
  after it was reached, or to the end of that month where the day of the reach would count twice otherwise.
* period: fixed periods that divide the calendar's year, or are made of whole years; a tier is valid to the end of the
  period after the one it was reached in.
* anniversary: the same with periods counted from the day of the enrolment. Of a day that a month does not have the last
  one stands in: who enrolled on 29 February has it on 28 February but in leap years.
* none: everything counts for ever.

Where a tier is kept at its end, that is as if it had been reached on its last day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hamdel.calendar import to_gregorian, to_jalali
from loyalty_service.programs.dates import add_months
from loyalty_service.programs.domain import Program
from loyalty_service.tiers.domain import Periods, Window

__all__ = ["Anniversary", "Everything", "Period", "Rolling", "earliest", "periods_of"]

DAY = timedelta(days=1)


class Everything:
    """No window."""

    def first(self, day: date) -> date | None:
        """See `Periods`."""
        return None

    def end(self, day: date) -> date | None:
        """See `Periods`."""
        return None


@dataclass(frozen=True, slots=True)
class Rolling:
    """Months that end with the day that is looked at; one of these serves the families of a batch and remembers."""

    program: Program
    months: int
    _firsts: dict[date, date] = field(default_factory=dict, init=False, repr=False, compare=False)

    def first(self, day: date) -> date | None:
        """See `Periods`."""
        found = self._firsts.get(day)
        if found is None:
            found = self._firsts[day] = add_months(self.program, day + DAY, -self.months)
        return found

    def end(self, day: date) -> date | None:
        """See `Periods`."""
        end = add_months(self.program, day, self.months) + DAY
        while add_months(self.program, end, -self.months) <= day:
            end += DAY
        return end


@dataclass(frozen=True, slots=True)
class Anniversary:
    """Periods of so many months, one of which begins on `anchor`; they go on before it as well."""

    program: Program
    months: int
    anchor: date

    def first(self, day: date) -> date | None:
        """See `Periods`."""
        return self._begin(self._number(day))

    def end(self, day: date) -> date | None:
        """See `Periods`."""
        return self._begin(self._number(day) + 2)

    def _begin(self, number: int) -> date:
        return add_months(self.program, self.anchor, number * self.months)

    def _number(self, day: date) -> int:
        passed = _month_of(self.program, day) - _month_of(self.program, self.anchor)
        number = passed // self.months
        return number if self._begin(number) <= day else number - 1


class Period(Anniversary):
    """Periods that are aligned to the years of the calendar."""

    def __init__(self, program: Program, months: int) -> None:
        super().__init__(program, months, _year_one(program, months))


def periods_of(program: Program, window: Window | None, enrolled_on: date | None) -> Periods:
    """The periods of a family. Who never enrolled has the anniversaries of the calendar's new year."""
    if window is None:
        return Everything()
    if window.kind == "rolling":
        return Rolling(program, window.months)
    if window.kind == "anniversary" and enrolled_on is not None:
        return Anniversary(program, window.months, enrolled_on)
    return Period(program, window.months)


def earliest(program: Program, window: Window | None, day: date) -> date | None:
    """A day that no window which ends on `day` or later begins before, whoever's it is; None: there is no such day."""
    if window is not None and window.kind == "anniversary":
        return add_months(program, day, -window.months)
    return periods_of(program, window, None).first(day)


def _month_of(program: Program, day: date) -> int:
    if program.calendar == "jalali":
        year, month, _ = to_jalali(day)
        return year * 12 + month
    return day.year * 12 + day.month


def _year_one(program: Program, months: int) -> date:
    """A new year's day that a period begins on: of a year that is a multiple of the years of a period."""
    years = max(months // 12, 1)
    if program.calendar == "jalali":
        return to_gregorian(1400 - 1400 % years, 1, 1)
    return date(2000 - 2000 % years, 1, 1)
