"""What comes next of a recurring task: worked out on a paper calendar, and against RFC 5545's own examples."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interaction_service.tasks.domain import instant
from interaction_service.tasks.recurrence import BadRecurrenceError, next_local, recurrence_of

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def series(text: str, first: str, most: int, zone: ZoneInfo = BERLIN) -> list[str]:
    """The local times of at most `most` occurrences, the first included."""
    rule, at = recurrence_of(text), datetime.fromisoformat(first)
    found, start = [at], at
    while len(found) < most:
        following = next_local(rule, zone, start=start, at=found[-1], occurrence=len(found))
        if following is None:
            break
        found.append(following)
    return [one.isoformat(sep=" ", timespec="minutes") for one in found]


def moment(local: str) -> str:
    """The moment (UTC) of a local time in Berlin."""
    return instant(datetime.fromisoformat(local), BERLIN).isoformat()


def test_a_weekly_task_keeps_the_wall_clock_when_summer_time_begins() -> None:
    assert series("FREQ=WEEKLY", "2026-03-23 09:00", 3) == ["2026-03-23 09:00", "2026-03-30 09:00", "2026-04-06 09:00"]
    moments = [moment(f"2026-03-{day} 09:00") for day in (23, 30)]
    assert moments == ["2026-03-23T08:00:00+00:00", "2026-03-30T07:00:00+00:00"]


def test_a_weekly_task_keeps_the_wall_clock_when_summer_time_ends() -> None:
    assert series("FREQ=WEEKLY", "2026-10-19 09:00", 2) == ["2026-10-19 09:00", "2026-10-26 09:00"]
    moments = [moment(f"2026-10-{day} 09:00") for day in (19, 26)]
    assert moments == ["2026-10-19T07:00:00+00:00", "2026-10-26T08:00:00+00:00"]


def test_an_hour_that_the_clocks_skip_is_read_with_the_offset_before_it() -> None:
    # RFC 5545, section 3.3.5: 02:30 of 29 March 2026 in Berlin is read as 02:30+01:00
    assert moment("2026-03-29 02:30") == "2026-03-29T01:30:00+00:00"


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert moment("2026-10-25 02:30") == "2026-10-25T00:30:00+00:00"


def test_an_hourly_task_does_not_come_twice_at_one_moment_when_an_hour_is_skipped() -> None:
    assert series("FREQ=HOURLY", "2026-03-29 01:00", 4) == [
        "2026-03-29 01:00",
        "2026-03-29 02:00",
        "2026-03-29 04:00",
        "2026-03-29 05:00",
    ]


def test_a_monthly_task_on_the_31st_skips_the_months_without_one() -> None:
    assert series("FREQ=MONTHLY", "2026-01-31 10:00", 4) == [
        "2026-01-31 10:00",
        "2026-03-31 10:00",
        "2026-05-31 10:00",
        "2026-07-31 10:00",
    ]


def test_the_last_day_of_the_month_can_be_said() -> None:
    assert series("FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-31 10:00", 3) == [
        "2028-01-31 10:00",
        "2028-02-29 10:00",
        "2028-03-31 10:00",
    ]


def test_a_leap_day_comes_every_four_years() -> None:
    assert series("FREQ=YEARLY", "2028-02-29 08:00", 3) == ["2028-02-29 08:00", "2032-02-29 08:00", "2036-02-29 08:00"]


def test_the_last_working_day_of_the_month() -> None:
    rule = "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"
    assert series(rule, "2026-01-30 17:00", 3) == ["2026-01-30 17:00", "2026-02-27 17:00", "2026-03-31 17:00"]


def test_count_counts_the_first_one_even_when_the_rule_does_not_name_its_day() -> None:
    # 1 April 2026 is a Wednesday; section 3.8.5.3: DTSTART is the first of the set
    assert series("FREQ=WEEKLY;BYDAY=MO;COUNT=3", "2026-04-01 09:00", 9) == [
        "2026-04-01 09:00",
        "2026-04-06 09:00",
        "2026-04-13 09:00",
    ]


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260406", "2026-04-06 09:00"),
        ("20260406T090000", "2026-04-06 09:00"),
        ("20260406T085959", "2026-03-30 09:00"),
        ("20260406T070000Z", "2026-04-06 09:00"),
        ("20260406T065959Z", "2026-03-30 09:00"),
    ],
)
def test_until_is_included_by_the_day_by_the_wall_clock_and_in_utc(until: str, last: str) -> None:
    assert series(f"FREQ=WEEKLY;UNTIL={until}", "2026-03-23 09:00", 9)[-1] == last


def test_examples_of_the_standard_come_out_as_printed() -> None:
    # RFC 5545, section 3.8.5.3, DTSTART;TZID=America/New_York:19970902T090000
    every_other_week = "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR"
    first_friday = "RRULE:FREQ=MONTHLY;COUNT=10;BYDAY=1FR"
    assert [one[5:10] for one in series(every_other_week, "1997-09-01 09:00", 99, NEW_YORK)] == [
        *("09-01", "09-03", "09-05", "09-15", "09-17", "09-19", "09-29"),
        *("10-01", "10-03", "10-13", "10-15", "10-17", "10-27", "10-29", "10-31"),
        *("11-10", "11-12", "11-14", "11-24", "11-26", "11-28", "12-08", "12-10", "12-12", "12-22"),
    ]
    assert [one[:10] for one in series(first_friday, "1997-09-05 09:00", 99, NEW_YORK)] == [
        *("1997-09-05", "1997-10-03", "1997-11-07", "1997-12-05", "1998-01-02"),
        *("1998-02-06", "1998-03-06", "1998-04-03", "1998-05-01", "1998-06-05"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=MINUTELY", "at most once an hour"),
        ("FREQ=SECONDLY", "at most once an hour"),
        ("FREQ=HOURLY;BYMINUTE=0,30", "BYMINUTE"),
        ("FREQ=DAILY;BYSECOND=1,2", "not supported"),
        ("FREQ=YEARLY;BYEASTER=0", "not supported"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "exclude"),
        ("FREQ=DAILY;COUNT=0", "COUNT"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=1;INTERVAL=2", "twice"),
        ("FREQ=DAILY;UNTIL=20261332", "UNTIL"),
        ("FREQ=DAILY;BYDAY=XX", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=WEEKLY;WKST=9", "not a recurrence rule"),
        ("DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "not supported"),
        ("every monday", "NAME=VALUE"),
        ("INTERVAL=2", "FREQ"),
        ("", "NAME=VALUE"),
        ("FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 300), "500"),
    ],
)
def test_a_rule_that_is_not_accepted_says_why(text: str, words: str) -> None:
    with pytest.raises(BadRecurrenceError, match=words):
        recurrence_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=3",
    ],
)
def test_a_rule_that_never_comes_again_is_found_out_in_no_time(text: str) -> None:
    """dateutil alone walks to the year 9999: up to ten seconds for the first of these."""
    monday, began = datetime.fromisoformat("2026-03-23 10:00"), time.process_time()
    assert next_local(recurrence_of(text), BERLIN, start=monday, at=monday, occurrence=1) is None
    assert time.process_time() - began < 0.5


@given(
    frequency=st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]),
    interval=st.integers(1, 4),
    hours=st.integers(0, 24 * 3650),
)
def test_what_comes_next_is_later_in_every_zone_and_keeps_the_minute(frequency: str, interval: int, hours: int) -> None:
    at = datetime.fromisoformat("2020-01-01 00:15") + timedelta(hours=hours)
    found = next_local(recurrence_of(f"FREQ={frequency};INTERVAL={interval}"), BERLIN, start=at, at=at, occurrence=1)
    assert found is not None
    assert instant(found, BERLIN) > instant(at, BERLIN)
    assert found.minute == 15
