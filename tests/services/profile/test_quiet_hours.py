"""Quiet hours on the customer's clock, on the days it changes as well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.consents.quiet_hours import QuietHours

NIGHT = QuietHours.parse("21:00-08:00")
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    """`2026-03-29T05:00` as a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "quiet"),
    [
        ("Asia/Tehran", "2026-06-01T17:29", False),  # 20:59 on the clock
        ("Asia/Tehran", "2026-06-01T17:30", True),  # 21:00
        ("Asia/Tehran", "2026-06-01T20:30", True),  # midnight
        ("Asia/Tehran", "2026-06-01T04:29", True),  # 07:59
        ("Asia/Tehran", "2026-06-01T04:30", False),  # 08:00
        ("Europe/Berlin", "2026-01-15T06:59", True),  # 07:59 in winter
        ("Europe/Berlin", "2026-01-15T07:00", False),
        ("Europe/Berlin", "2026-07-15T05:59", True),  # 07:59 in summer
        ("Europe/Berlin", "2026-07-15T06:00", False),
    ],
)
def test_the_night_is_quiet_where_the_customer_lives(zone: str, moment: str, quiet: bool) -> None:
    assert NIGHT.cover(utc(moment), ZoneInfo(zone)) is quiet


def test_quiet_hours_may_lie_within_a_day() -> None:
    siesta = QuietHours.parse("13:00-16:00")
    clock = [siesta.cover(utc(f"2026-06-01T{hour}:00"), UTC) for hour in (12, 13, 15, 16)]
    assert clock == [False, True, True, False]


@pytest.mark.parametrize(
    ("span", "zone", "moment", "first"),
    [
        # An ordinary night, and a moment that is not quiet.
        ("21:00-08:00", "Asia/Tehran", "2026-06-01T18:00", "2026-06-02T04:30"),
        ("21:00-08:00", "Asia/Tehran", "2026-06-01T22:00", "2026-06-02T04:30"),
        ("21:00-08:00", "Asia/Tehran", "2026-06-01T12:00", "2026-06-01T12:00"),
        # Berlin, 29 March 2026: 02:00 CET becomes 03:00 CEST at 01:00 UTC; 08:00 is an hour earlier in UTC.
        ("21:00-08:00", "Europe/Berlin", "2026-03-27T22:00", "2026-03-28T07:00"),
        ("21:00-08:00", "Europe/Berlin", "2026-03-28T22:00", "2026-03-29T06:00"),
        # ... quiet hours that end at 02:30, which that day does not have: over with the change itself.
        ("22:00-02:30", "Europe/Berlin", "2026-03-28T23:00", "2026-03-29T01:00"),
        # Berlin, 25 October 2026: 03:00 CEST becomes 02:00 CET at 01:00 UTC; 02:30 comes twice.
        ("21:00-08:00", "Europe/Berlin", "2026-10-24T22:00", "2026-10-25T07:00"),
        ("22:00-02:30", "Europe/Berlin", "2026-10-24T23:00", "2026-10-25T00:30"),
        ("22:00-02:30", "Europe/Berlin", "2026-10-25T01:10", "2026-10-25T01:30"),
        # ... quiet hours that begin at 02:30: the clock goes back to before them.
        ("02:30-06:00", "Europe/Berlin", "2026-10-25T00:45", "2026-10-25T01:00"),
        # Samoa left out 30 December 2011 whole; the change came at midnight.
        ("21:00-08:00", "Pacific/Apia", "2011-12-30T08:00", "2011-12-30T18:00"),
        # Lord Howe Island moves by half an hour.
        ("21:00-08:00", "Australia/Lord_Howe", "2026-04-04T12:00", "2026-04-04T21:30"),
    ],
)
def test_the_first_moment_outside_is_right_even_where_the_clock_changes(
    span: str, zone: str, moment: str, first: str
) -> None:
    assert QuietHours.parse(span).first_moment_outside(utc(moment), ZoneInfo(zone)) == utc(first)


clock_times = st.times().map(lambda each: each.strftime("%H:%M"))
spans = st.tuples(clock_times, clock_times).filter(lambda pair: pair[0] != pair[1]).map("-".join)
zones = st.sampled_from(
    ["Europe/Berlin", "Asia/Tehran", "Pacific/Apia", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
).map(ZoneInfo)
around_changes = st.sampled_from(
    ["2026-03-29T01:00", "2026-10-25T01:00", "2011-12-30T10:00", "2026-04-05T03:00", "2026-04-04T15:00"]
)
moments = st.builds(
    lambda near, seconds: utc(near) + timedelta(seconds=seconds), around_changes, st.integers(-129_600, 129_600)
)


@given(spans, zones, moments)
def test_the_moment_found_is_not_quiet_and_every_moment_before_it_is(
    span: str, zone: ZoneInfo, moment: datetime
) -> None:
    quiet = QuietHours.parse(span)
    first = quiet.first_moment_outside(moment, zone)
    assert first >= moment
    assert not quiet.cover(first, zone)
    minutes = [moment + n * MINUTE for n in range(int((first - moment) / MINUTE) + 1)]
    assert all(quiet.cover(each, zone) for each in minutes if each < first)
    assert first == moment or quiet.cover(first - timedelta(microseconds=1), zone)


@pytest.mark.parametrize("span", ["", "21-8", "21:00-8:00", "24:00-08:00", "21:60-08:00", "21:00-21:00", "۲۱:۰۰-۰۸:۰۰"])
def test_other_spellings_of_quiet_hours_are_refused(span: str) -> None:
    with pytest.raises(ValueError, match="look like"):
        QuietHours.parse(span)
