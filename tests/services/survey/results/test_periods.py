"""Days, weeks and months of trends in both calendars."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.results.periods import Calendar, Days, Step, label, period_end, period_start, periods

DAYS = st.dates(date(1950, 1, 1), date(2100, 1, 1))
STEPS = st.sampled_from(["day", "week", "month"])
CALENDARS = st.sampled_from(["gregorian", "jalali"])


@pytest.mark.parametrize(
    ("day", "step", "calendar", "start", "end"),
    [
        # 20 March 2025 was a Thursday and 30 Esfand 1403, the last day of a leap year.
        ("2025-03-20", "day", "jalali", "2025-03-20", "2025-03-20"),
        ("2025-03-20", "month", "jalali", "2025-02-19", "2025-03-20"),
        ("2025-03-21", "month", "jalali", "2025-03-21", "2025-04-20"),
        ("2025-03-20", "month", "gregorian", "2025-03-01", "2025-03-31"),
        ("2024-02-29", "month", "gregorian", "2024-02-01", "2024-02-29"),
        ("2025-03-20", "week", "gregorian", "2025-03-17", "2025-03-23"),
        ("2025-03-20", "week", "jalali", "2025-03-15", "2025-03-21"),
        ("2025-03-22", "week", "jalali", "2025-03-22", "2025-03-28"),
    ],
)
def test_a_day_lies_in_its_period(day: str, step: Step, calendar: Calendar, start: str, end: str) -> None:
    begins = period_start(date.fromisoformat(day), step, calendar)
    assert begins == date.fromisoformat(start)
    assert period_end(begins, step, calendar) == date.fromisoformat(end)


@given(DAYS, STEPS, CALENDARS)
def test_periods_follow_each_other_without_a_gap(day: date, step: Step, calendar: Calendar) -> None:
    start = period_start(day, step, calendar)
    end = period_end(start, step, calendar)
    assert start <= day <= end
    assert period_start(end, step, calendar) == start
    assert period_start(end + timedelta(days=1), step, calendar) == end + timedelta(days=1)


def test_the_months_of_a_jalali_year_are_twelve() -> None:
    year = Days(date(2024, 3, 20), date(2025, 3, 20))
    starts = periods(year, "month", "jalali", 100)
    assert [label(start, "month", "jalali") for start in starts] == [f"1403-{month:02}" for month in range(1, 13)]
    assert [(after - before).days for before, after in pairwise(starts)] == [31] * 6 + [30] * 5


def test_labels_are_in_the_calendar() -> None:
    assert label(date(2025, 3, 20), "day", "jalali") == "1403-12-30"
    assert label(date(2025, 3, 20), "day", "gregorian") == "2025-03-20"
    assert label(date(2025, 3, 1), "month", "gregorian") == "2025-03"


def test_more_periods_than_are_allowed_are_refused() -> None:
    days = Days(date(2025, 1, 1), date(2025, 1, 10))
    assert len(periods(days, "day", "gregorian", 10)) == 10
    with pytest.raises(ValueError, match="more than 9"):
        periods(days, "day", "gregorian", 9)
