"""Properties of business time, over many calendars, zones and moments."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from interaction_service.calendars.domain import (
    Calendar,
    DeadlineOutOfReachError,
    Window,
    WindowError,
    business_deadline,
    business_minutes,
    deadline_after,
    open_time,
    windows_of,
)
from tests.services.interaction.calendars.hours import OFFICE, SPLIT, at, calendar

ZONES = ("UTC", "Europe/Berlin", "Asia/Tehran", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Window, ...]:
    """At most three windows of a day, in order and not overlapping."""
    ends = sorted(draw(st.lists(st.integers(0, 1440), unique=True, max_size=6)))
    return tuple(Window(start, end) for start, end in zip(ends[::2], ends[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any week that is open at times, with exceptions."""
    week = draw(st.lists(shifts(), min_size=7, max_size=7).filter(any))
    days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), week, draw(st.dictionaries(days, shifts(), max_size=5)))


MOMENTS = st.integers(0, 400 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))
DURATIONS = st.integers(0, 20 * 3_600).map(lambda seconds: timedelta(seconds=seconds))


@given(calendars(), MOMENTS, MOMENTS, DURATIONS)
def test_who_starts_later_is_never_due_earlier(hours: Calendar, one: datetime, two: datetime, work: timedelta) -> None:
    early, late = sorted((one, two))
    assert deadline_after(hours, early, work) <= deadline_after(hours, late, work)


@given(calendars(), MOMENTS, DURATIONS, DURATIONS)
def test_who_has_more_time_is_never_due_earlier(
    hours: Calendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    less, more = sorted((one, two))
    assert deadline_after(hours, start, less) <= deadline_after(hours, start, more)


@given(calendars(), MOMENTS, DURATIONS)
@example(calendar(OFFICE), at("2026-03-27 16:30+01:00"), timedelta(hours=1))
@example(calendar(OFFICE), at("2026-10-23 16:30+02:00"), timedelta(hours=1))
def test_exactly_the_time_given_is_open_until_the_deadline(hours: Calendar, start: datetime, work: timedelta) -> None:
    assert open_time(hours, start, deadline_after(hours, start, work)) == work


@given(calendars(), MOMENTS, DURATIONS.filter(bool))
def test_a_moment_before_the_deadline_the_time_is_not_used_up(
    hours: Calendar, start: datetime, work: timedelta
) -> None:
    due = deadline_after(hours, start, work)
    assert open_time(hours, start, due - timedelta(microseconds=1)) == work - timedelta(microseconds=1)


@given(calendars(), MOMENTS, DURATIONS, DURATIONS)
def test_work_in_two_parts_is_due_when_the_whole_is(
    hours: Calendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    begun = deadline_after(hours, start, timedelta())
    parts = deadline_after(hours, deadline_after(hours, begun, one), two)
    assert parts == deadline_after(hours, begun, one + two)


@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
def test_open_time_adds_up(hours: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    whole = open_time(hours, first, last)
    assert open_time(hours, first, middle) + open_time(hours, middle, last) == whole
    assert timedelta() <= whole <= last - first


@given(calendars(), MOMENTS, DURATIONS)
def test_a_deadline_lies_in_a_window_or_at_its_end(hours: Calendar, start: datetime, work: timedelta) -> None:
    due = deadline_after(hours, start, work)
    around = open_time(hours, due - timedelta(seconds=1), due) + open_time(hours, due, due + timedelta(seconds=1))
    assert due.tzinfo is UTC
    assert around > timedelta()


@given(MOMENTS, st.integers(0, 10_000))
def test_without_a_change_of_clocks_minutes_are_counted_one_by_one(start: datetime, steps: int) -> None:
    """The slow way: look at the wall clock of every minute. In UTC, with a split shift and a holiday."""
    hours = calendar(SPLIT, "UTC", on_2026_01_01="", on_2026_05_01="10:00-11:00")
    start = start.replace(second=0)
    end = start + timedelta(minutes=steps)

    def is_open(moment: datetime) -> bool:
        if moment.date() == date(2026, 1, 1):
            return False
        if moment.date() == date(2026, 5, 1):
            return moment.hour == 10
        return moment.weekday() < 5 and moment.hour in {9, 10, 11, 12, 14, 15, 16, 17}

    counted = sum(is_open(start + timedelta(minutes=minute)) for minute in range(steps))
    assert business_minutes(hours, start, end) == counted


def test_a_calendar_that_never_opens_is_refused_and_soon() -> None:
    with pytest.raises(DeadlineOutOfReachError):
        business_deadline(calendar({}), FIRST, 1)
    with pytest.raises(DeadlineOutOfReachError):
        business_deadline(calendar({"mon": "09:00-09:01"}), FIRST, 2_000)


def test_open_time_backwards_is_nothing() -> None:
    assert business_minutes(calendar(OFFICE), at("2026-01-05 12:00+01:00"), at("2026-01-05 10:00+01:00")) == 0


def test_a_day_that_a_zone_left_out_is_skipped() -> None:
    """Samoa had no December 30, 2011: after Thursday 29 (-10:00) came Saturday 31 (+14:00)."""
    always = calendar(dict.fromkeys(("thu", "fri", "sat"), "00:00-24:00"), "Pacific/Apia")
    assert business_deadline(always, at("2011-12-29 12:00-10:00"), 24 * 60) == at("2011-12-31 12:00+14:00")


@settings(max_examples=50)
@given(st.integers(0, 1440), st.integers(0, 1440))
def test_a_window_has_to_end_after_it_starts(start: int, end: int) -> None:
    texts = tuple(f"{minute // 60:02}:{minute % 60:02}" for minute in (start, end))
    if start < end:
        assert windows_of([(texts[0], texts[1])]) == ((start, end),)
    else:
        with pytest.raises(WindowError):
            windows_of([(texts[0], texts[1])])


@pytest.mark.parametrize("text", ["9:00", "24:01", "25:00", "09:60", "", "09:00:00", "۰۹:۰۰", " 09:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(WindowError, match="is not a time"):
        windows_of([(text, "17:00")])


def test_a_window_past_midnight_is_refused_with_the_way_to_say_it() -> None:
    with pytest.raises(WindowError, match="split it into 22:00-24:00 and, on the next day, 00:00-02:00"):
        windows_of([("22:00", "02:00")])


@pytest.mark.parametrize("texts", [[("14:00", "18:00"), ("09:00", "13:00")], [("09:00", "13:00"), ("12:59", "18:00")]])
def test_windows_are_in_order_and_do_not_overlap(texts: list[tuple[str, str]]) -> None:
    with pytest.raises(WindowError, match="must not overlap"):
        windows_of(texts)


def test_windows_may_touch() -> None:
    assert windows_of([("09:00", "13:00"), ("13:00", "17:00")]) == ((540, 780), (780, 1020))


def test_a_year_ahead_takes_milliseconds_not_more() -> None:
    """Some 1 ms on an idle machine; the bound is what would show if every minute were walked."""
    hours = calendar(SPLIT)
    began = time.perf_counter()
    for _ in range(20):
        business_deadline(hours, FIRST, 250 * 480)
    assert (time.perf_counter() - began) / 20 < 0.02
