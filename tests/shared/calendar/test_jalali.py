"""The Jalali calendar against published leap years, published Nowruz dates and the equinox itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    days_in_month,
    is_leap,
    month_end,
    to_gregorian,
    to_jalali,
    year_end,
)
from tests.shared.calendar.borkowski import is_leap_year
from tests.shared.calendar.equinox import march_equinox, nowruz

# As published by the Calendar Center, Institute of Geophysics, University of Tehran ("KabiseShamsi1206-1498").
LEAP_YEARS = {
    1210, 1214, 1218, 1222, 1226, 1230, 1234, 1238, 1243, 1247, 1251, 1255, 1259, 1263, 1267, 1271, 1276, 1280, 1284,
    1288, 1292, 1296, 1300, 1304, 1309, 1313, 1317, 1321, 1325, 1329, 1333, 1337, 1342, 1346, 1350, 1354, 1358, 1362,
    1366, 1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416, 1420, 1424, 1428, 1432, 1436, 1441,
    1445, 1449, 1453, 1457, 1461, 1465, 1469, 1474, 1478, 1482, 1486, 1490, 1494, 1498,
}  # fmt: skip

PUBLISHED = range(1206, 1499)

# Of the same list: first days of years.
NOWRUZ = {
    1206: "1827-03-22",
    1276: "1897-03-20",
    1290: "1911-03-22",
    1309: "1930-03-21",
    1358: "1979-03-21",
    1371: "1992-03-21",
    1376: "1997-03-21",
    1379: "2000-03-20",
    1380: "2001-03-21",
    1387: "2008-03-20",
    1396: "2017-03-21",
    1399: "2020-03-20",
    1400: "2021-03-21",
    1401: "2022-03-21",
    1402: "2023-03-21",
    1403: "2024-03-20",
    1404: "2025-03-21",
    1405: "2026-03-21",
    1408: "2029-03-20",
    1409: "2030-03-21",
    1474: "2095-03-20",
    1498: "2119-03-21",
}

# Dates that are known in both calendars.
DATES = [
    ((1357, 11, 22), "1979-02-11"),
    ((1358, 1, 12), "1979-04-01"),
    ((1368, 3, 14), "1989-06-04"),
    ((1342, 3, 15), "1963-06-05"),
    ((1329, 12, 29), "1951-03-20"),
    ((1403, 12, 30), "2025-03-20"),
    ((1404, 6, 31), "2025-09-22"),
    ((1404, 7, 1), "2025-09-23"),
    ((1404, 12, 29), "2026-03-20"),
]

DAYS = st.dates(to_gregorian(FIRST_YEAR, 1, 1), to_gregorian(LAST_YEAR, 12, 29))


def test_the_leap_years_are_those_that_were_published() -> None:
    assert {year for year in PUBLISHED if is_leap(year)} == LEAP_YEARS


def test_from_1200_to_1500_the_leap_years_are_those_of_borkowski() -> None:
    leap = {year for year in range(1200, 1501) if is_leap(year)}
    assert leap == {year for year in range(1200, 1501) if is_leap_year(year)}
    assert leap == LEAP_YEARS | {1201, 1205}


def test_every_day_from_1200_to_1500_follows_from_the_leap_table() -> None:
    """Counted from one known day, 1 Farvardin 1404 = 21 March 2025, with months of 31, 30 and 29 or 30 days alone."""
    table = LEAP_YEARS | {1201, 1205}
    days = sum(365 + (year in table) for year in range(1200, 1404))
    today = date(2025, 3, 21) - timedelta(days=days)
    for year in range(1200, 1501):
        for month in range(1, 13):
            for day in range(1, 1 + (31 if month < 7 else 30 if month < 12 or year in table else 29)):
                assert to_jalali(today) == (year, month, day)
                assert to_gregorian(year, month, day) == today
                today += timedelta(days=1)


def test_1403_is_leap_and_its_neighbours_are_not() -> None:
    assert [is_leap(year) for year in (1402, 1403, 1404)] == [False, True, False]
    assert to_gregorian(1403, 12, 30) == date(2025, 3, 20)


@pytest.mark.parametrize("year", [1399, 1403, 1408])
def test_a_leap_year_ends_on_30_esfand(year: int) -> None:
    assert days_in_month(year, 12) == 30
    assert to_gregorian(year, 12, 30) + timedelta(days=1) == to_gregorian(year + 1, 1, 1)


@pytest.mark.parametrize(("year", "day"), NOWRUZ.items())
def test_nowruz_is_on_the_known_day(year: int, day: str) -> None:
    assert to_gregorian(year, 1, 1) == date.fromisoformat(day)


@pytest.mark.parametrize(("jalali", "gregorian"), DATES)
def test_known_dates_agree_both_ways(jalali: tuple[int, int, int], gregorian: str) -> None:
    assert to_gregorian(*jalali) == date.fromisoformat(gregorian)
    assert to_jalali(date.fromisoformat(gregorian)) == jalali


def test_every_year_begins_with_the_equinox_over_52_5_degrees_east() -> None:
    """In 1309 (1930) it was within seconds of noon, closer than the formula is exact."""
    for year in (*range(FIRST_YEAR, 1309), *range(1310, LAST_YEAR + 1)):
        assert to_gregorian(year, 1, 1) == nowruz(year + 621), year


def test_the_equinox_is_computed_to_the_minutes_that_are_published() -> None:
    """2024-03-20 03:06 and 2025-03-20 09:01 UTC (US Naval Observatory)."""
    for year, hour, minute in ((2024, 3, 6), (2025, 9, 1)):
        moment = march_equinox(year)
        assert abs((moment.hour * 60 + moment.minute) - (hour * 60 + minute)) <= 2


@given(DAYS)
def test_there_and_back_is_the_same_day(day: date) -> None:
    assert to_gregorian(*to_jalali(day)) == day


@given(DAYS)
def test_tomorrow_is_the_next_day_of_the_month_or_the_first_of_the_next(day: date) -> None:
    year, month, of_month = to_jalali(day)
    if day == to_gregorian(LAST_YEAR, 12, 29):
        return
    following = to_jalali(day + timedelta(days=1))
    if of_month < days_in_month(year, month):
        assert following == (year, month, of_month + 1)
    else:
        assert following == ((year, month + 1, 1) if month < 12 else (year + 1, 1, 1))


@given(DAYS)
def test_the_end_of_a_month_and_of_a_year_are_their_last_days(day: date) -> None:
    year, month, _ = to_jalali(day)
    assert to_jalali(month_end(day)) == (year, month, days_in_month(year, month))
    assert to_jalali(year_end(day)) == (year, 12, days_in_month(year, 12))


def test_a_month_and_a_year_end_on_known_days() -> None:
    assert month_end(date(2025, 9, 1)) == date(2025, 9, 22)
    assert month_end(date(2026, 1, 1)) == date(2026, 1, 20)
    assert year_end(date(2024, 3, 20)) == date(2025, 3, 20)
    assert year_end(date(2026, 3, 20)) == date(2026, 3, 20)


@pytest.mark.parametrize("parts", [(1404, 12, 30), (1404, 7, 31), (1404, 13, 1), (1404, 0, 1), (1404, 1, 0)])
def test_a_day_that_does_not_exist_is_refused(parts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="has no"):
        to_gregorian(*parts)


@pytest.mark.parametrize("year", [FIRST_YEAR - 1, LAST_YEAR + 1])
def test_years_beyond_those_are_refused(year: int) -> None:
    with pytest.raises(ValueError, match="is not between 1200 and 1500"):
        to_gregorian(year, 1, 1)
    with pytest.raises(ValueError, match="is not between 1200 and 1500"):
        to_jalali(date(year + 621, 6, 1))
