"""Deadlines worked out by hand. In 2026 January 1 is a Thursday; Berlin is +01:00 until March 29, 02:00, and again from
October 25, 03:00; Tehran is +03:30."""

from __future__ import annotations

import pytest

from interaction_service.calendars.domain import Calendar, business_deadline, business_minutes
from tests.services.interaction.calendars.hours import OFFICE, SPLIT, TEHRAN, at, calendar, every_day

BERLIN = calendar(OFFICE)
LUNCH = calendar(SPLIT)
ALWAYS = every_day("00:00-24:00")
NIGHT = every_day("00:00-06:00")
EVENING = every_day("18:00-24:00")
BAR = every_day("00:00-02:00 18:00-24:00")
THU_FRI = calendar(TEHRAN, "Asia/Tehran")
FRI = calendar(TEHRAN | {"thu": "08:00-12:00"}, "Asia/Tehran")
NOWRUZ = dict.fromkeys((f"on_2026_03_{day}" for day in (20, 21, 22, 23, 24)), "")
SIZDAH = {"on_2026_04_01": "", "on_2026_04_02": ""}

# what, calendar, start, minutes, deadline
CASES: list[tuple[str, Calendar, str, int, str]] = [
    # 30 minutes on Friday until 17:00, 30 on Monday from 09:00
    ("Friday 16:30 and an hour", BERLIN, "2026-01-02 16:30+01:00", 60, "2026-01-05 09:30+01:00"),
    ("within a window", BERLIN, "2026-01-05 10:00+01:00", 30, "2026-01-05 10:30+01:00"),
    # 7 h until 17:00, 1 h of Tuesday
    ("into the next day", BERLIN, "2026-01-05 10:00+01:00", 480, "2026-01-06 10:00+01:00"),
    ("before opening", BERLIN, "2026-01-05 07:00+01:00", 60, "2026-01-05 10:00+01:00"),
    ("after closing", BERLIN, "2026-01-05 18:00+01:00", 60, "2026-01-06 10:00+01:00"),
    ("exactly at the end of a window", BERLIN, "2026-01-05 17:00+01:00", 1, "2026-01-06 09:01+01:00"),
    ("used up at the end of a window", BERLIN, "2026-01-05 16:00+01:00", 60, "2026-01-05 17:00+01:00"),
    ("a whole window from its start", BERLIN, "2026-01-05 09:00+01:00", 480, "2026-01-05 17:00+01:00"),
    ("no time while open", BERLIN, "2026-01-05 10:00+01:00", 0, "2026-01-05 10:00+01:00"),
    ("no time while closed", BERLIN, "2026-01-03 12:00+01:00", 0, "2026-01-05 09:00+01:00"),
    ("no time at the end of a window", BERLIN, "2026-01-02 17:00+01:00", 0, "2026-01-02 17:00+01:00"),
    ("at the weekend", BERLIN, "2026-01-03 12:00+01:00", 60, "2026-01-05 10:00+01:00"),
    # 5 days of 8 h
    ("a whole week", BERLIN, "2026-01-05 09:00+01:00", 2400, "2026-01-09 17:00+01:00"),
    ("a week and a minute", BERLIN, "2026-01-05 09:00+01:00", 2401, "2026-01-12 09:01+01:00"),
    # 51 weeks of 40 h: the last one begins on December 21; the summer time in between changes nothing
    ("fifty-one weeks", BERLIN, "2026-01-05 09:00+01:00", 51 * 2400, "2026-12-25 17:00+01:00"),
    ("half a minute stays half a minute", BERLIN, "2026-01-05 16:59:30+01:00", 1, "2026-01-06 09:00:30+01:00"),
    ("asked in another zone", THU_FRI, "2026-01-07 12:00+00:00", 60, "2026-01-10 08:30+03:30"),
    # exceptions
    ("a holiday after the weekend", calendar(OFFICE, on_2026_01_05=""), "2026-01-02 16:30+01:00", 60,
     "2026-01-06 09:30+01:00"),
    # Good Friday and Easter Monday: 1 h on Thursday, 1 h on Tuesday
    ("Easter", calendar(OFFICE, on_2026_04_03="", on_2026_04_06=""), "2026-04-02 16:00+02:00", 120,
     "2026-04-07 10:00+02:00"),
    ("over New Year", calendar(OFFICE, on_2026_01_01=""), "2025-12-31 16:00+01:00", 120, "2026-01-02 10:00+01:00"),
    ("started on a holiday", calendar(OFFICE, on_2026_01_05=""), "2026-01-05 10:00+01:00", 60,
     "2026-01-06 10:00+01:00"),
    ("special hours begin later", calendar(OFFICE, on_2026_01_05="10:00-12:00"), "2026-01-02 16:30+01:00", 60,
     "2026-01-05 10:30+01:00"),
    # 2 h of Monday, 1 h of Tuesday
    ("special hours are shorter", calendar(OFFICE, on_2026_01_05="10:00-12:00"), "2026-01-05 09:00+01:00", 180,
     "2026-01-06 10:00+01:00"),
    ("open on one Saturday", calendar(OFFICE, on_2026_01_03="10:00-14:00"), "2026-01-02 16:30+01:00", 60,
     "2026-01-03 10:30+01:00"),
    # split shifts
    ("inside the lunch gap", LUNCH, "2026-01-05 13:30+01:00", 15, "2026-01-05 14:15+01:00"),
    # 15 minutes until 13:00, 15 from 14:00
    ("over the lunch gap", LUNCH, "2026-01-05 12:45+01:00", 30, "2026-01-05 14:15+01:00"),
    ("at the end of the first shift", LUNCH, "2026-01-05 13:00+01:00", 30, "2026-01-05 14:30+01:00"),
    ("used up at the end of the first shift", LUNCH, "2026-01-05 12:00+01:00", 60, "2026-01-05 13:00+01:00"),
    ("second shift of Friday", LUNCH, "2026-01-02 17:30+01:00", 60, "2026-01-05 09:30+01:00"),
    ("both shifts of a day", LUNCH, "2026-01-05 09:00+01:00", 480, "2026-01-05 18:00+01:00"),
    # midnight
    ("over midnight where both days are open", BAR, "2026-01-05 23:30+01:00", 60, "2026-01-06 00:30+01:00"),
    ("exactly at midnight", BAR, "2026-01-06 00:00+01:00", 30, "2026-01-06 00:30+01:00"),
    ("from the night into the evening", BAR, "2026-01-06 01:30+01:00", 60, "2026-01-06 18:30+01:00"),
    ("used up at 24:00", EVENING, "2026-01-05 23:30+01:00", 30, "2026-01-06 00:00+01:00"),
    ("a minute past 24:00", EVENING, "2026-01-05 23:30+01:00", 31, "2026-01-06 18:01+01:00"),
    # clocks go forward: on March 29, 02:00+01:00 is followed by 03:00+02:00
    ("forward: over the weekend", BERLIN, "2026-03-27 16:30+01:00", 60, "2026-03-30 09:30+02:00"),
    ("forward: 24 hours are 24 hours", ALWAYS, "2026-03-28 12:00+01:00", 1440, "2026-03-29 13:00+02:00"),
    ("forward: the window around it has 5 hours", NIGHT, "2026-03-29 00:00+01:00", 300, "2026-03-29 06:00+02:00"),
    ("forward: and no minute more", NIGHT, "2026-03-29 00:00+01:00", 301, "2026-03-30 00:01+02:00"),
    # 02:00-03:00 is not shown on that day
    ("forward: a window inside the gap", every_day("02:00-03:00"), "2026-03-29 00:00+01:00", 30,
     "2026-03-30 02:30+02:00"),
    # opens at the change, 03:00+02:00
    ("forward: opens inside the gap", every_day("02:30-04:00"), "2026-03-29 00:00+01:00", 60,
     "2026-03-29 04:00+02:00"),
    # closes at the change after 60 minutes; 30 are left for Monday
    ("forward: closes inside the gap", every_day("01:00-02:30"), "2026-03-29 01:00+01:00", 90,
     "2026-03-30 01:30+02:00"),
    # clocks go back: on October 25, 02:00 to 03:00 is shown twice, +02:00 and then +01:00
    ("back: over the weekend", BERLIN, "2026-10-23 16:30+02:00", 60, "2026-10-26 09:30+01:00"),
    ("back: 24 hours are 24 hours", ALWAYS, "2026-10-24 12:00+02:00", 1440, "2026-10-25 11:00+01:00"),
    ("back: the window around it has 7 hours", NIGHT, "2026-10-25 00:00+02:00", 420, "2026-10-25 06:00+01:00"),
    # opens at the first 02:00; 03:00 is shown first two hours later
    ("back: the hour that is shown twice", every_day("02:00-03:00"), "2026-10-25 02:00+02:00", 120,
     "2026-10-25 03:00+01:00"),
    # the first 02:30 until 04:00: 30 minutes, the hour again, another hour
    ("back: opens inside the hour", every_day("02:30-04:00"), "2026-10-25 00:00+02:00", 150, "2026-10-25 04:00+01:00"),
    ("back: closes at the first of two", every_day("01:00-02:30"), "2026-10-25 01:00+02:00", 90,
     "2026-10-25 02:30+02:00"),
    ("back: the second of two is closed", every_day("01:00-02:30"), "2026-10-25 02:15+01:00", 1,
     "2026-10-26 01:01+01:00"),
    # Lord Howe moves by half an hour: on April 5, 02:00+11:00 becomes 01:30+10:30
    ("back by half an hour", every_day("00:00-24:00", "Australia/Lord_Howe"), "2026-04-04 12:00+11:00", 1440,
     "2026-04-05 11:30+10:30"),
    # weekends of Iran: January 7, 2026 is a Wednesday
    ("Thursday and Friday closed", THU_FRI, "2026-01-07 15:30+03:30", 60, "2026-01-10 08:30+03:30"),
    ("started on that Thursday", THU_FRI, "2026-01-08 10:00+03:30", 60, "2026-01-10 09:00+03:30"),
    ("Friday alone closed", FRI, "2026-01-07 15:30+03:30", 60, "2026-01-08 08:30+03:30"),
    ("half a Thursday", FRI, "2026-01-08 11:30+03:30", 60, "2026-01-10 08:30+03:30"),
    # 29 Esfand is Friday, March 20; 1 to 4 Farvardin are Saturday to Tuesday
    ("Nowruz 1405", calendar(TEHRAN, "Asia/Tehran", **NOWRUZ), "2026-03-18 15:30+03:30", 60,
     "2026-03-25 08:30+03:30"),
    # 12 and 13 Farvardin are Wednesday, April 1, and Thursday; Friday is the weekend
    ("Sizdah be-dar 1405", calendar(TEHRAN | {"thu": "08:00-12:00"}, "Asia/Tehran", **SIZDAH),
     "2026-03-31 15:30+03:30", 60, "2026-04-04 08:30+03:30"),
]  # fmt: skip

NAMES = [name for name, *_ in CASES]
TIMED = [case for case in CASES if case[3] > 0]


@pytest.mark.parametrize(("name", "hours", "start", "minutes", "deadline"), CASES, ids=NAMES)
def test_the_deadline_is_the_one_worked_out_by_hand(
    name: str, hours: Calendar, start: str, minutes: int, deadline: str
) -> None:
    assert business_deadline(hours, at(start), minutes) == at(deadline)


@pytest.mark.parametrize(("name", "hours", "start", "minutes", "deadline"), TIMED, ids=[case[0] for case in TIMED])
def test_as_many_open_minutes_lie_before_the_deadline(
    name: str, hours: Calendar, start: str, minutes: int, deadline: str
) -> None:
    assert business_minutes(hours, at(start), at(deadline)) == minutes


def test_the_table_has_at_least_forty_cases() -> None:
    assert len({(id(case[1]), case[2], case[3]) for case in CASES}) >= 40
