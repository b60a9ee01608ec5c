"""The liability put together from days into months."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from loyalty_service.liability.domain import Amount, Owed, by_month
from loyalty_service.liability.service import month_name
from loyalty_service.programs.domain import Program


def program(calendar: str) -> Program:
    return Program(
        id=UUID(int=1),
        code="club",
        name="The club",
        timezone="Asia/Tehran",
        calendar=calendar,  # type: ignore[arg-type]
        currency="IRR",
    )


def test_the_days_of_a_month_are_one_line_and_points_that_never_lapse_stand_apart() -> None:
    owed = [
        Owed(date(2027, 4, 1), Amount(available=1)),
        Owed(date(2027, 3, 31), Amount(available=10, pending=3)),
        Owed(date(2027, 3, 1), Amount(reserved=5)),
        Owed(None, Amount(available=100)),
    ]
    report = by_month(2, 4, owed, lambda day: f"{day:%Y-%m}")
    assert list(report.months) == ["2027-03", "2027-04"]
    assert report.months["2027-03"] == Amount(available=10, reserved=5, pending=3)
    assert report.never == Amount(available=100)
    assert (report.total, report.total.outstanding) == (Amount(available=111, reserved=5, pending=3), 116)
    assert (report.members, report.debt) == (2, 4)


@pytest.mark.parametrize(
    ("calendar", "day", "name"),
    [
        ("gregorian", date(2027, 3, 31), "2027-03"),
        # Nowruz: the last day of 1405 and the first of 1406 (the calendar of the University of Tehran)
        ("jalali", date(2027, 3, 20), "1405-12"),
        ("jalali", date(2027, 3, 21), "1406-01"),
        # 30 Esfand of the leap year 1403
        ("jalali", date(2025, 3, 20), "1403-12"),
    ],
)
def test_months_are_those_of_the_programmes_calendar(calendar: str, day: date, name: str) -> None:
    assert month_name(program(calendar), day) == name
