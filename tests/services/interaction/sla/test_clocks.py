"""How clocks begin, end, warn and miss."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interaction_service.calendars.domain import open_time
from interaction_service.sla.clocks import Terms, opened, scheduled
from interaction_service.sla.domain import TARGETS, SlaEvent, policy_for, warning_lead
from tests.services.interaction.calendars.hours import at, every_day
from tests.services.interaction.sla.stories import BERLIN, Story, policy

MONDAY = "2026-01-05 09:00+01:00"


def test_a_case_that_opens_promises_an_answer_and_an_end() -> None:
    due = Story(MONDAY).due
    assert due.first_response_at == at("2026-01-05 10:00+01:00")
    assert due.resolution_at == at("2026-01-05 17:00+01:00")
    assert due.states == {"first_response": "running", "next_response": "none", "resolution": "running"}
    assert due.next_at == due.first_response_at


def test_an_answer_in_time_is_met_also_at_the_last_moment() -> None:
    story = Story(MONDAY).then("agent_replied", "2026-01-05 10:00+01:00").looked_at("2026-01-05 11:00+01:00")
    assert story.due.states["first_response"] == "met"
    assert story.told == []
    assert story.due.next_at == story.due.resolution_at


def test_an_answer_too_late_is_a_breach_told_once() -> None:
    story = Story(MONDAY).then("agent_replied", "2026-01-05 10:00:01+01:00")
    assert story.due.states["first_response"] == "breached"
    story.looked_at("2026-01-05 10:00:02+01:00").looked_at("2026-01-05 10:00:03+01:00")
    assert story.told == [("first_response", "breached")]


def test_a_breach_that_was_told_is_not_told_again_when_the_answer_comes() -> None:
    story = Story(MONDAY).looked_at("2026-01-05 10:01+01:00").then("agent_replied", "2026-01-05 10:02+01:00")
    story.looked_at("2026-01-05 10:03+01:00")
    assert story.told == [("first_response", "breached")]
    assert story.due.next_at == story.due.resolution_at


def test_a_deadline_that_passed_stays_the_next_one_until_somebody_answers() -> None:
    story = Story(MONDAY).looked_at("2026-01-05 10:01+01:00")
    assert story.due.next_at == at("2026-01-05 10:00+01:00")


def test_the_warning_comes_a_fifth_before_the_deadline_and_once() -> None:
    """Sixty minutes: twelve before, at 09:48."""
    story = Story(MONDAY).looked_at("2026-01-05 09:48+01:00")
    assert story.told == []
    story.looked_at("2026-01-05 09:48:01+01:00").looked_at("2026-01-05 09:50+01:00")
    assert story.told == [("first_response", "warned")]


def test_the_policy_may_say_when_the_warning_comes() -> None:
    """Business minutes: 30 before Monday 09:20 is Friday 16:50."""
    story = Story("2026-01-02 16:20+01:00", row=policy(warn_before_minutes=30))
    story.looked_at("2026-01-02 16:49+01:00")
    assert story.told == []
    story.looked_at("2026-01-02 16:51+01:00")
    assert story.told == [("first_response", "warned")]


def test_when_both_have_passed_the_breach_alone_is_told() -> None:
    story = Story(MONDAY).looked_at("2026-01-05 10:30+01:00").looked_at("2026-01-05 10:31+01:00")
    assert story.told == [("first_response", "breached")]


def test_a_customers_reply_starts_a_clock_once_somebody_has_answered() -> None:
    story = Story(MONDAY).then("customer_replied", "2026-01-05 09:30+01:00")
    assert story.due.states["next_response"] == "none"
    story.then("agent_replied", "2026-01-05 09:40+01:00").then("customer_replied", "2026-01-05 10:00+01:00")
    assert story.due.next_response_at == at("2026-01-05 12:00+01:00")


def test_further_replies_of_the_customer_do_not_move_the_deadline() -> None:
    story = Story(MONDAY).then("agent_replied", "2026-01-05 09:10+01:00")
    story.then("customer_replied", "2026-01-05 10:00+01:00").then("customer_replied", "2026-01-05 11:00+01:00")
    assert story.due.next_response_at == at("2026-01-05 12:00+01:00")


def test_every_question_has_a_deadline_of_its_own() -> None:
    story = Story(MONDAY).then("agent_replied", "2026-01-05 09:10+01:00")
    story.then("customer_replied", "2026-01-05 10:00+01:00").then("agent_replied", "2026-01-05 12:30+01:00")
    states = [story.due.states["next_response"]]
    story.then("customer_replied", "2026-01-05 13:00+01:00")
    assert story.due.next_response_at == at("2026-01-05 15:00+01:00")
    assert [*states, story.due.states["next_response"]] == ["breached", "running"]
    assert story.clocks["next_response"].run == 2


@pytest.mark.parametrize("event", ["resolved", "closed"])
def test_the_end_of_a_case_is_an_answer_as_well(event: str) -> None:
    story = Story(MONDAY).then(event, "2026-01-05 09:30+01:00").looked_at("2026-03-01 09:30+01:00")
    assert story.due.states == {"first_response": "met", "next_response": "none", "resolution": "met"}
    assert (story.told, story.due.next_at) == ([], None)


def test_closing_what_was_resolved_too_late_stays_one_breach() -> None:
    story = Story(MONDAY).then("agent_replied", "2026-01-05 09:10+01:00").then("resolved", "2026-01-06 10:00+01:00")
    story.looked_at("2026-01-06 10:01+01:00").then("closed", "2026-01-08 10:00+01:00")
    story.looked_at("2026-01-08 10:01+01:00")
    assert story.told == [("resolution", "breached")]


def test_a_case_reopened_with_nothing_left_is_late_when_work_begins_again() -> None:
    """Resolved at the very end of its eight hours."""
    story = Story(MONDAY).then("agent_replied", "2026-01-05 09:10+01:00").then("resolved", "2026-01-05 17:00+01:00")
    assert story.due.states["resolution"] == "met"
    story.then("reopened", "2026-01-06 08:00+01:00").looked_at("2026-01-06 09:00:01+01:00")
    assert story.told == [("resolution", "breached")]


def test_what_a_policy_does_not_promise_has_no_deadline() -> None:
    story = Story(MONDAY, row=policy(first_response_minutes=None)).looked_at("2026-03-01 09:30+01:00")
    assert (story.due.first_response_at, story.due.states["first_response"]) == (None, "none")
    assert story.told == [("resolution", "breached")]


def test_without_a_policy_nothing_is_promised_and_a_later_one_counts_from_the_opening() -> None:
    clocks = scheduled(opened(at(MONDAY)), None)
    assert {clock.state for clock in clocks.values()} == {"none"}
    later = scheduled(clocks, Terms(policy(), BERLIN, 1))
    assert later["resolution"].due_at == at("2026-01-05 17:00+01:00")


def test_an_event_out_of_turn_does_not_count_backwards() -> None:
    """The pause is said to have begun before the case opened: nothing was used."""
    story = Story(MONDAY).then("waiting", "2026-01-05 08:00+01:00").then("resumed", "2026-01-06 09:00+01:00")
    assert story.due.resolution_at == at("2026-01-06 17:00+01:00")


STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(SlaEvent)), st.integers(0, 300), st.booleans()), min_size=1, max_size=20
)


@given(STEPS)
def test_whatever_happens_each_clock_tells_at_most_one_warning_and_one_breach(
    steps: list[tuple[SlaEvent, int, bool]],
) -> None:
    story, now = Story(MONDAY), at(MONDAY)
    seen: list[tuple[str, int, str]] = []
    for event, minutes, raised in steps:
        now += timedelta(minutes=minutes)
        story.then(event, now.isoformat(), resolution_minutes=60 if raised else 480)
        before = len(story.told)
        story.looked_at(now.isoformat())
        seen += [(target, story.clocks[target].run, what) for target, what in story.told[before:]]
    assert len(seen) == len(set(seen))
    assert not any(
        (target, run, "warned") in seen[place:] for place, (target, run, what) in enumerate(seen) if what == "breached"
    )


@given(st.lists(st.integers(1, 200), min_size=2, max_size=8).filter(lambda gaps: len(gaps) % 2 == 0))
def test_the_time_that_ran_before_the_deadline_is_what_was_promised(gaps: list[int]) -> None:
    """Pauses and runs in turn; the stretches and the last run up to the deadline make 480 minutes."""
    hours = every_day("06:00-22:00")
    story, now = Story(MONDAY, hours, policy(resolution_minutes=3_000)), at(MONDAY)
    for place, minutes in enumerate(gaps):
        now += timedelta(minutes=minutes)
        story.then("resumed" if place % 2 else "waiting", now.isoformat())
    clock = story.clocks["resolution"]
    assert clock.due_at is not None
    assert clock.counting_since is not None
    stretches = [*clock.ran, (clock.counting_since, clock.due_at)]
    assert sum((open_time(hours, *each) for each in stretches), timedelta()) == timedelta(minutes=3_000)


def test_the_row_of_the_priority_and_tier_applies() -> None:
    rows = [policy(priority=priority, tier=tier) for priority in ("normal", "urgent") for tier in (None, "gold")]
    found = {(one, tier): policy_for(rows, one, tier) for one in ("normal", "urgent") for tier in (None, "gold", "tin")}
    chosen = {key: (row.priority, row.tier) for key, row in found.items() if row}
    assert chosen == {
        ("normal", None): ("normal", None),
        ("normal", "gold"): ("normal", "gold"),
        ("normal", "tin"): ("normal", None),
        ("urgent", None): ("urgent", None),
        ("urgent", "gold"): ("urgent", "gold"),
        ("urgent", "tin"): ("urgent", None),
    }


@pytest.mark.parametrize(
    ("rows", "priority", "expected"),
    [
        (["low", "urgent"], "high", "low"),
        (["low", "normal", "urgent"], "high", "normal"),
        (["high", "urgent"], "low", "high"),
        (["normal"], "urgent", "normal"),
    ],
)
def test_where_a_code_has_no_row_of_the_priority_the_nearest_less_urgent_one_applies(
    rows: list[str], priority: str, expected: str
) -> None:
    chosen = policy_for([policy(priority=one) for one in rows], priority, None)
    assert chosen is not None
    assert chosen.priority == expected


def test_a_row_for_another_tier_never_applies() -> None:
    assert policy_for([policy(tier="gold")], "normal", None) is None


def test_a_warning_that_would_come_before_the_start_comes_a_fifth_before_the_end() -> None:
    assert [warning_lead(60, given) for given in (15, 0, None, 60, 90)] == [15, 0, 12, 12, 12]


def test_every_target_is_known_to_the_row() -> None:
    assert [policy().minutes(target) for target in TARGETS] == [60, 120, 480]
