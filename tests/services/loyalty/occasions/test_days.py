"""On which day a birthday is kept, in either calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.calendar import days_in_month, to_gregorian
from loyalty_service.occasions.days import birthdays_on, days_left, year_of


@pytest.mark.parametrize(
    ("calendar", "day", "kept"),
    [
        ("gregorian", date(2026, 2, 27), ("02-27",)),
        ("gregorian", date(2026, 2, 28), ("02-28", "02-29")),
        ("gregorian", date(2028, 2, 28), ("02-28",)),
        ("gregorian", date(2028, 2, 29), ("02-29",)),
        # a century that is no leap year
        ("gregorian", date(2100, 2, 28), ("02-28", "02-29")),
        # 1403 is a leap year in the published table, 1404 to 1407 are none
        ("jalali", date(2025, 3, 19), ("12-29",)),
        ("jalali", date(2025, 3, 20), ("12-30",)),
        ("jalali", date(2026, 3, 20), ("12-29", "12-30")),
        ("jalali", date(2026, 3, 21), ("01-01",)),
        # 28 February is a day like any other there: 9 Esfand 1404
        ("jalali", date(2026, 2, 28), ("12-09",)),
    ],
)
def test_birthdays_of_a_day(calendar: str, day: date, kept: tuple[str, ...]) -> None:
    assert birthdays_on(calendar, day) == kept  # type: ignore[arg-type]


def test_the_year_begins_where_the_calendar_says() -> None:
    assert [year_of("jalali", date(2026, 3, day)) for day in (20, 21)] == [1404, 1405]
    assert [year_of("gregorian", date(2026, month, day)) for month, day in ((3, 21), (12, 31))] == [2026, 2026]


@given(st.integers(1, 12), st.integers(1, 31), st.integers(1950, 2090))
def test_everybody_has_one_birthday_in_a_gregorian_year(month: int, of_month: int, year: int) -> None:
    wanted = f"{month:02}-{of_month:02}"
    days = [date(year, 1, 1) + timedelta(days=passed) for passed in range(365 + (year % 4 == 0))]
    possible = of_month <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    assert sum(wanted in birthdays_on("gregorian", day) for day in days) == possible


@given(st.integers(1, 12), st.integers(1, 31), st.integers(1330, 1470))
def test_everybody_has_one_birthday_in_a_jalali_year(month: int, of_month: int, year: int) -> None:
    wanted = f"{month:02}-{of_month:02}"
    first = to_gregorian(year, 1, 1)
    days = [first + timedelta(days=passed) for passed in range(336 + days_in_month(year, 12))]
    possible = of_month <= (31 if month <= 6 else 30)
    assert sum(wanted in birthdays_on("jalali", day) for day in days) == possible


def test_a_programme_begins_with_today_and_makes_up_for_a_week() -> None:
    today = date(2026, 3, 10)
    assert days_left(None, today) == [today]
    assert days_left(today, today) == [today]
    assert days_left(date(2026, 3, 8), today) == [date(2026, 3, day) for day in (8, 9, 10)]
    assert days_left(date(2025, 1, 1), today) == [date(2026, 3, day) for day in range(3, 11)]
    assert days_left(date(2026, 3, 11), today) == []
