"""When points become available and when they lapse: zones, two calendars, and clocks that change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hamdel.calendar import to_jalali
from loyalty_service.programs.dates import add_months, available_at, expires_at, local_day
from loyalty_service.programs.domain import Program, first_instant

UTC_PROGRAM = Program(
    id=UUID(int=1), code="c", name="C", timezone="UTC", calendar="gregorian", currency="USD", expiry_months=12
)
NEW_YORK = replace(UTC_PROGRAM, timezone="America/New_York")
TEHRAN = replace(UTC_PROGRAM, timezone="Asia/Tehran", calendar="jalali")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_of_the_gregorian_calendar_clip_the_day(day: date, months: int, later: date) -> None:
    assert add_months(UTC_PROGRAM, day, months) == later


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        # 30 Esfand 1403, a leap year, to 29 Esfand 1404
        (date(2025, 3, 20), 12, date(2026, 3, 20)),
        # 30 Esfand 1403 to 30 Esfand 1408, the next leap year: the day before 1 Farvardin 1409 (21 March 2030)
        (date(2025, 3, 20), 60, date(2030, 3, 20)),
        # 31 Shahrivar 1404 to 30 Mehr 1404
        (date(2025, 9, 22), 1, date(2025, 10, 22)),
        # 30 Bahman 1404 to 29 Esfand 1404
        (date(2026, 2, 19), 1, date(2026, 3, 20)),
        # 1 Farvardin 1404 to 1 Farvardin 1405
        (date(2025, 3, 21), 12, date(2026, 3, 21)),
    ],
)
def test_months_of_the_jalali_calendar_clip_the_day(day: date, months: int, later: date) -> None:
    assert add_months(TEHRAN, day, months) == later


def test_points_lapse_at_the_same_time_of_day_so_many_months_later() -> None:
    # noon in New York is 17:00 UTC in winter and 16:00 in summer
    six = replace(NEW_YORK, expiry_months=6)

    assert expires_at(six, utc(2026, 1, 15, 17)) == utc(2026, 7, 15, 16)


def test_points_earned_on_a_leap_day_lapse_on_28_february() -> None:
    assert expires_at(UTC_PROGRAM, utc(2024, 2, 29, 8)) == utc(2025, 2, 28, 8)


def test_points_earned_on_30_esfand_lapse_on_29_esfand() -> None:
    # 08:00 UTC of 20 March 2025 is 11:30 of 30 Esfand 1403 in Tehran
    assert expires_at(TEHRAN, utc(2025, 3, 20, 8)) == utc(2026, 3, 20, 8)


def test_rounded_up_to_the_month_they_lapse_with_the_first_instant_of_the_next_one() -> None:
    monthly = replace(NEW_YORK, expiry_round_up="month")

    assert expires_at(monthly, utc(2025, 1, 15, 12)) == utc(2026, 2, 1, 5)
    assert expires_at(monthly, utc(2025, 6, 15, 12)) == utc(2026, 7, 1, 4)


def test_the_month_is_that_of_the_programmes_zone() -> None:
    # 04:59 UTC of 1 February is still January in New York
    monthly = replace(NEW_YORK, expiry_round_up="month")

    assert expires_at(monthly, utc(2025, 2, 1, 4, 59)) == utc(2026, 2, 1, 5)
    assert expires_at(monthly, utc(2025, 2, 1, 5)) == utc(2026, 3, 1, 5)


def test_rounded_up_to_the_year_they_lapse_with_the_next_gregorian_year() -> None:
    yearly = replace(UTC_PROGRAM, expiry_round_up="year")

    assert expires_at(yearly, utc(2025, 12, 31, 23, 59)) == utc(2027, 1, 1)


def test_rounded_up_to_the_year_they_lapse_with_nowruz_in_tehran() -> None:
    # twelve months after Shahrivar 1404 is in 1405, which ends where 21 March 2027 begins at 20:30 UTC of the 20th
    yearly = replace(TEHRAN, expiry_round_up="year")

    assert expires_at(yearly, utc(2025, 9, 22, 8)) == utc(2027, 3, 20, 20, 30)


def test_the_last_instant_of_a_jalali_year_and_the_first_of_the_next_lapse_a_year_apart() -> None:
    # 1404 ends and 1405 begins at 20:30 UTC of 20 March 2026
    yearly = replace(TEHRAN, expiry_round_up="year")
    nowruz = utc(2026, 3, 20, 20, 30)

    assert expires_at(yearly, nowruz - timedelta(microseconds=1)) == utc(2027, 3, 20, 20, 30)
    assert expires_at(yearly, nowruz) == utc(2028, 3, 19, 20, 30)


def test_a_leap_esfand_belongs_to_its_month() -> None:
    # 30 Esfand 1403 is the last day of the month that ends with Nowruz 1404, at 20:30 UTC of 20 March 2025
    monthly = replace(TEHRAN, expiry_months=1, expiry_round_up="month")

    # 15 Bahman 1403 is 3 February 2025
    assert expires_at(monthly, utc(2025, 2, 3, 12)) == utc(2025, 3, 20, 20, 30)


def test_points_that_never_lapse_have_no_end() -> None:
    assert expires_at(replace(UTC_PROGRAM, expiry_months=None), utc(2026, 1, 1)) is None


def test_points_wait_days_of_the_wall_clock() -> None:
    # the night to 8 March 2026 has 23 hours in New York
    two_days = replace(NEW_YORK, pending_days=2)

    assert available_at(two_days, utc(2026, 3, 7, 17)) == utc(2026, 3, 9, 16)


def test_a_time_that_the_clock_skips_comes_as_long_after_the_skip() -> None:
    # 02:30 does not exist on 8 March 2026 in New York: it is 03:30 there, 07:30 UTC
    assert available_at(replace(NEW_YORK, pending_days=1), utc(2026, 3, 7, 7, 30)) == utc(2026, 3, 8, 7, 30)


def test_a_time_that_the_clock_shows_twice_is_the_first_of_them() -> None:
    # 01:30 is twice on 1 November 2026 in New York, first at 05:30 UTC
    assert available_at(replace(NEW_YORK, pending_days=1), utc(2026, 10, 31, 5, 30)) == utc(2026, 11, 1, 5, 30)


def test_points_that_wait_for_nothing_are_available_when_they_are_earned() -> None:
    assert available_at(UTC_PROGRAM, utc(2026, 3, 1, 12, 30)) == utc(2026, 3, 1, 12, 30)


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        # Iran put its clocks forward at midnight until 2022: 22 March 2021 began at 01:00
        ("Asia/Tehran", date(2021, 3, 22), utc(2021, 3, 21, 20, 30)),
        ("America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3)),
        # Havana shows midnight twice on that day
        ("America/Havana", date(2026, 11, 1), utc(2026, 11, 1, 4)),
    ],
)
def test_a_day_begins_also_where_its_clocks_skip_or_repeat_midnight(zone: str, day: date, instant: datetime) -> None:
    program = replace(UTC_PROGRAM, timezone=zone)

    assert first_instant(program, day) == instant
    assert local_day(program, instant) == day
    assert local_day(program, instant - timedelta(microseconds=1)) == day - timedelta(days=1)


def test_the_day_is_that_of_the_programmes_zone() -> None:
    assert local_day(TEHRAN, utc(2026, 3, 20, 20, 29)) == date(2026, 3, 20)
    assert local_day(TEHRAN, utc(2026, 3, 20, 20, 30)) == date(2026, 3, 21)


seconds = some.integers(0, 2_840_000_000)
moments = seconds.map(lambda one: datetime.fromtimestamp(one, UTC))
programs = some.builds(
    replace,
    some.sampled_from([UTC_PROGRAM, NEW_YORK, TEHRAN]),
    expiry_months=some.integers(1, 600),
    expiry_round_up=some.sampled_from(["month", "year"]),
    calendar=some.sampled_from(["gregorian", "jalali"]),
)


@given(programs, moments)
def test_what_is_rounded_up_lapses_when_a_month_or_year_begins_and_never_before_it_would_have(
    program: Program, earned_at: datetime
) -> None:
    exact = expires_at(replace(program, expiry_round_up="none"), earned_at)
    rounded = expires_at(program, earned_at)
    assert exact is not None
    assert rounded is not None

    local = rounded.astimezone(ZoneInfo(program.timezone))
    _, month, day = to_jalali(local.date()) if program.calendar == "jalali" else (0, local.month, local.day)
    assert timedelta(0) < rounded - exact <= timedelta(days=32 if program.expiry_round_up == "month" else 367)
    assert day == 1
    assert program.expiry_round_up == "month" or month == 1


@given(programs, moments, some.timedeltas(timedelta(0), timedelta(days=800)))
def test_what_is_earned_later_never_lapses_sooner(program: Program, earned_at: datetime, later: timedelta) -> None:
    first, second = expires_at(program, earned_at), expires_at(program, earned_at + later)

    assert first is not None
    assert second is not None
    assert first <= second
