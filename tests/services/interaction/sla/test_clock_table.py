"""Resolution deadlines worked out by hand: 480 business minutes, 9 to 17, weekends closed, unless it says otherwise.

January 2, 2026 is a Friday; Berlin is +01:00 until March 29, 02:00, and again from October 25, 03:00."""

from __future__ import annotations

import pytest

from interaction_service.calendars.domain import Calendar
from tests.services.interaction.calendars.hours import OFFICE, SPLIT, TEHRAN, at, calendar, every_day
from tests.services.interaction.sla.stories import BERLIN, Story, policy

THU_FRI = calendar(TEHRAN, "Asia/Tehran")

# what, calendar, opening, events, deadline
CASES: list[tuple[str, Calendar, str, list[tuple[str, str]], str]] = [
    # 1 h on Friday, 7 h on Monday
    ("no pause", BERLIN, "2026-01-02 16:00+01:00", [], "2026-01-05 16:00+01:00"),
    # 5 h used on Friday; 3 h from Tuesday 11:00
    ("a pause across a weekend", BERLIN, "2026-01-02 10:00+01:00",
     [("waiting", "2026-01-02 15:00+01:00"), ("resumed", "2026-01-06 11:00+01:00")], "2026-01-06 14:00+01:00"),
    # 1 h used until 17:00 (the pause began at 20:00); resumed on Saturday: 7 h from Monday 09:00
    ("a pause between closed times", BERLIN, "2026-01-02 16:00+01:00",
     [("waiting", "2026-01-02 20:00+01:00"), ("resumed", "2026-01-03 12:00+01:00")], "2026-01-05 16:00+01:00"),
    # 2 h used, then 1 h (13:00 to 14:00), so 5 h from Tuesday 09:00
    ("two pauses", BERLIN, "2026-01-05 09:00+01:00",
     [("waiting", "2026-01-05 11:00+01:00"), ("resumed", "2026-01-05 13:00+01:00"),
      ("waiting", "2026-01-05 14:00+01:00"), ("resumed", "2026-01-06 09:00+01:00")], "2026-01-06 14:00+01:00"),
    # the second "waiting" says nothing new: 2 h used until 11:00, 6 h from Tuesday 09:00
    ("a pause told twice", BERLIN, "2026-01-05 09:00+01:00",
     [("waiting", "2026-01-05 11:00+01:00"), ("waiting", "2026-01-05 15:00+01:00"),
      ("resumed", "2026-01-06 09:00+01:00"), ("resumed", "2026-01-06 10:00+01:00")], "2026-01-06 15:00+01:00"),
    # 7.5 h used until 16:30; the last half hour from Monday 09:00
    ("paused half an hour before the end", BERLIN, "2026-01-02 09:00+01:00",
     [("waiting", "2026-01-02 16:30+01:00"), ("resumed", "2026-01-05 08:00+01:00")], "2026-01-05 09:30+01:00"),
    # 4 h (9-13) and 30 min used; resumed in the lunch gap of Tuesday: 3.5 h from 14:00
    ("a pause in split shifts", calendar(SPLIT), "2026-01-05 09:00+01:00",
     [("waiting", "2026-01-05 14:30+01:00"), ("resumed", "2026-01-06 13:30+01:00")], "2026-01-06 17:30+01:00"),
    # 4 h used on Friday (+01:00), 4 h from Monday 09:00 (+02:00)
    ("a pause across the change forward", BERLIN, "2026-03-27 09:00+01:00",
     [("waiting", "2026-03-27 13:00+01:00"), ("resumed", "2026-03-30 09:00+02:00")], "2026-03-30 13:00+02:00"),
    # open round the clock: 2 h used, resumed at 01:00+01:00, 6 h later it is 08:00+02:00
    ("a run over the change forward", every_day("00:00-24:00"), "2026-03-28 20:00+01:00",
     [("waiting", "2026-03-28 22:00+01:00"), ("resumed", "2026-03-29 01:00+01:00")], "2026-03-29 08:00+02:00"),
    # the same in autumn: 6 h after 01:00+02:00 it is 06:00+01:00
    ("a run over the change back", every_day("00:00-24:00"), "2026-10-24 20:00+02:00",
     [("waiting", "2026-10-24 22:00+02:00"), ("resumed", "2026-10-25 01:00+02:00")], "2026-10-25 06:00+01:00"),
    # 1 h used on Wednesday from 15:00; resumed on Thursday, closed: 7 h from Saturday 08:00
    ("a pause over the weekend of Tehran", THU_FRI, "2026-01-07 15:00+03:30",
     [("waiting", "2026-01-07 17:00+03:30"), ("resumed", "2026-01-08 12:00+03:30")], "2026-01-10 15:00+03:30"),
    # resolved after 3 h, again open on Wednesday 09:00 with the 5 h that were left
    ("reopened with what was left", BERLIN, "2026-01-05 09:00+01:00",
     [("resolved", "2026-01-05 12:00+01:00"), ("reopened", "2026-01-07 09:00+01:00")], "2026-01-07 14:00+01:00"),
    # 1 h, pause, resolved while waiting, reopened: 7 h from Wednesday 09:00
    ("resolved while waiting and reopened", BERLIN, "2026-01-05 09:00+01:00",
     [("waiting", "2026-01-05 10:00+01:00"), ("resolved", "2026-01-06 12:00+01:00"),
      ("reopened", "2026-01-07 09:00+01:00")], "2026-01-07 16:00+01:00"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "hours", "opening", "events", "deadline"), CASES, ids=[name for name, *_ in CASES])
def test_the_deadline_is_the_one_worked_out_by_hand(
    name: str, hours: Calendar, opening: str, events: list[tuple[str, str]], deadline: str
) -> None:
    story = Story(opening, hours)
    for event, when in events:
        story.then(event, when)
    assert story.due.resolution_at == at(deadline)
    assert story.due.states["resolution"] == "running"


def test_while_the_customer_is_waited_for_there_is_no_deadline() -> None:
    story = Story("2026-01-05 09:00+01:00").then("waiting", "2026-01-05 10:00+01:00")
    assert (story.due.resolution_at, story.due.states["resolution"]) == (None, "paused")


def test_time_on_hold_is_not_charged_when_the_case_goes_from_waiting_to_resolved() -> None:
    """1 h used, then a week of waiting: kept."""
    story = Story("2026-01-05 09:00+01:00").then("waiting", "2026-01-05 10:00+01:00")
    story.then("resolved", "2026-01-13 10:00+01:00").looked_at("2026-01-14 10:00+01:00")
    assert story.due.states["resolution"] == "met"
    assert ("resolution", "breached") not in story.told


# Priority, policy and calendar change.


def test_a_higher_priority_counts_from_the_opening() -> None:
    """Opened at 09:00, raised at 11:00 to four hours: 13:00."""
    story = Story("2026-01-05 09:00+01:00").then("changed", "2026-01-05 11:00+01:00", resolution_minutes=240)
    assert story.due.resolution_at == at("2026-01-05 13:00+01:00")


def test_a_higher_priority_leaves_out_the_time_on_hold() -> None:
    """1 h used until 10:00, resumed at 12:00: of four hours three are left, 15:00."""
    story = Story("2026-01-05 09:00+01:00").then("waiting", "2026-01-05 10:00+01:00")
    story.then("resumed", "2026-01-05 12:00+01:00").then("changed", "2026-01-05 12:30+01:00", resolution_minutes=240)
    assert story.due.resolution_at == at("2026-01-05 15:00+01:00")


def test_a_priority_raised_while_waiting_counts_once_the_case_goes_on() -> None:
    """1 h used; of four hours three are left from Tuesday 09:00."""
    story = Story("2026-01-05 09:00+01:00").then("waiting", "2026-01-05 10:00+01:00")
    story.then("changed", "2026-01-05 12:00+01:00", resolution_minutes=240)
    assert story.due.resolution_at is None
    assert story.then("resumed", "2026-01-06 09:00+01:00").due.resolution_at == at("2026-01-06 12:00+01:00")


def test_a_priority_raised_too_late_is_late_at_once_and_from_when_it_should_have_been() -> None:
    """One hour from 09:00, raised at 11:00: 10:00 has passed."""
    story = Story("2026-01-05 09:00+01:00").then("changed", "2026-01-05 11:00+01:00", resolution_minutes=60)
    assert story.due.resolution_at == at("2026-01-05 10:00+01:00")
    story.looked_at("2026-01-05 11:00:01+01:00")
    assert [what for target, what in story.told if target == "resolution"] == ["breached"]


def test_what_was_used_before_a_pause_can_exceed_a_higher_priority() -> None:
    """3 h used until 12:00; two hours are promised now, so the deadline was 11:00."""
    story = Story("2026-01-05 09:00+01:00").then("waiting", "2026-01-05 12:00+01:00")
    story.then("changed", "2026-01-05 13:00+01:00", resolution_minutes=120).then("resumed", "2026-01-05 14:00+01:00")
    assert story.due.resolution_at == at("2026-01-05 11:00+01:00")


def test_a_priority_raised_after_the_warning_is_not_warned_of_again() -> None:
    """480 minutes warn 96 before: 15:24. Raised at 15:30 to seven hours (warning 14:36, deadline 16:00)."""
    story = Story("2026-01-05 09:00+01:00").then("agent_replied", "2026-01-05 09:10+01:00")
    story.looked_at("2026-01-05 15:23+01:00").looked_at("2026-01-05 15:25+01:00")
    assert story.told == [("resolution", "warned")]
    story.then("changed", "2026-01-05 15:30+01:00", resolution_minutes=420).looked_at("2026-01-05 15:31+01:00")
    assert story.due.resolution_at == at("2026-01-05 16:00+01:00")
    story.looked_at("2026-01-05 16:00:01+01:00").looked_at("2026-01-05 17:00+01:00")
    assert story.told == [("resolution", "warned"), ("resolution", "breached")]


def test_a_lower_priority_after_the_breach_takes_nothing_back_and_tells_nothing_again() -> None:
    story = Story("2026-01-05 09:00+01:00").then("agent_replied", "2026-01-05 09:10+01:00")
    story.looked_at("2026-01-06 09:30+01:00")
    story.then("changed", "2026-01-06 10:00+01:00", resolution_minutes=4800).looked_at("2026-02-27 10:00+01:00")
    assert story.told == [("resolution", "breached")]
    assert story.due.states["resolution"] == "breached"


def test_a_holiday_entered_later_moves_the_deadline() -> None:
    """1 h on Friday, and 7 h on Tuesday instead of Monday."""
    story = Story("2026-01-02 16:00+01:00").edited("2026-01-02 16:30+01:00", calendar(OFFICE, on_2026_01_05=""))
    assert story.due.resolution_at == at("2026-01-06 16:00+01:00")


def test_a_holiday_entered_afterwards_changes_what_a_stretch_before_a_pause_came_to() -> None:
    """Monday 09:00 to 12:00 turns out to have been closed: all 8 h are left from Tuesday 09:00."""
    story = Story("2026-01-05 09:00+01:00").then("waiting", "2026-01-05 12:00+01:00")
    story.edited("2026-01-05 13:00+01:00", calendar(OFFICE, on_2026_01_05=""))
    assert story.then("resumed", "2026-01-06 09:00+01:00").due.resolution_at == at("2026-01-06 17:00+01:00")


def test_an_edit_after_the_deadline_does_not_forgive() -> None:
    story = Story("2026-01-02 16:00+01:00", row=policy(resolution_minutes=30))
    story.edited("2026-01-02 17:00+01:00", calendar(OFFICE, on_2026_01_02=""))
    assert story.due.states["resolution"] == "breached"
