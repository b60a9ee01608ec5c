"""The gates as rules: each with its reason, and in their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from survey_service.invitations.domain import Asking, Consent, Verdict, following_reminder, gate, lot, remind

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FREE = Asking(
    now=NOW,
    survey_open=True,
    due_at=NOW,
    expires_at=None,
    exempt=False,
    asked=None,
    asked_any=None,
    recontact=90 * DAY,
    cooldown=14 * DAY,
    consent=Consent(True, "consent-granted"),
    lot=0.2,
    sampling=0.5,
)
SHUT: dict[str, Any] = {
    "survey_open": False,
    "asked": NOW - DAY,
    "asked_any": NOW - DAY,
    "consent": Consent(False, "consent-missing"),
    "lot": 0.5,
}
REASONS = ["survey-not-open", "recontact", "cool-down", "no-consent", "not-sampled"]


def test_whoever_passes_every_gate_is_asked() -> None:
    assert gate(FREE) == Verdict("send")


@pytest.mark.parametrize("first", range(5))
def test_the_first_gate_that_is_shut_gives_the_reason(first: int) -> None:
    shut = dict(list(SHUT.items())[first:])
    assert gate(replace(FREE, **shut)) == Verdict("refuse", REASONS[first])


@pytest.mark.parametrize(("name", "reason"), list(zip(SHUT, REASONS, strict=True)))
def test_one_shut_gate_is_enough(name: str, reason: str) -> None:
    assert gate(replace(FREE, **{name: SHUT[name]})).reason == reason


@pytest.mark.parametrize(
    ("asked", "verdict"),
    [(NOW - 90 * DAY, "send"), (NOW - 90 * DAY + timedelta(seconds=1), "refuse")],
)
def test_a_pause_is_over_to_the_second(asked: datetime, verdict: str) -> None:
    assert gate(replace(FREE, asked=asked)).kind == verdict


def test_a_survey_without_a_pause_of_its_own_is_held_by_the_common_one_alone() -> None:
    assert gate(replace(FREE, recontact=None, asked=NOW - DAY)) == Verdict("send")


def test_an_exempt_invitation_passes_both_pauses_and_no_other_gate() -> None:
    exempt = replace(FREE, exempt=True, asked=NOW - DAY, asked_any=NOW - DAY)
    assert gate(exempt) == Verdict("send")
    assert gate(replace(exempt, consent=Consent(False, "consent-missing"))).reason == "no-consent"


def test_nobody_is_asked_on_a_guess() -> None:
    assert gate(replace(FREE, consent=None)) == Verdict("wait", "profile-unreachable", NOW + timedelta(minutes=1))


def test_quiet_hours_are_waited_for() -> None:
    quiet = Consent(False, "quiet-hours", NOW + timedelta(hours=9))
    assert gate(replace(FREE, consent=quiet)) == Verdict("wait", "quiet-hours", NOW + timedelta(hours=9))


def test_a_customer_nobody_knows_is_named_so() -> None:
    assert gate(replace(FREE, consent=Consent(False, "unknown-customer"))).reason == "unknown-customer"


@pytest.mark.parametrize(
    "late", [{"expires_at": NOW}, {"due_at": NOW - 7 * DAY - timedelta(seconds=1)}], ids=["over", "old"]
)
def test_what_waited_too_long_is_not_asked_any_more(late: dict[str, datetime]) -> None:
    assert gate(replace(FREE, **late)) == Verdict("refuse", "too-late")  # type: ignore[arg-type]


def test_a_reminder_needs_an_open_survey_and_consent() -> None:
    yes, no = Consent(True, "consent-granted"), Consent(False, "consent-withdrawn")
    assert [remind(True, yes, NOW).kind, remind(False, yes, NOW).kind, remind(True, no, NOW).kind] == [
        "send",
        "refuse",
        "refuse",
    ]
    assert remind(True, None, NOW).kind == "wait"


def test_reminders_are_counted_from_the_first_message_and_end_with_the_invitation() -> None:
    end = NOW + 10 * DAY
    due = [following_reminder(NOW, (3, 7, 12), told, end) for told in range(4)]
    assert due == [NOW + 3 * DAY, NOW + 7 * DAY, end, end]


def test_a_lot_is_the_same_each_time_and_another_one_for_another_survey() -> None:
    customer, one, other = UUID(int=1), UUID(int=2), UUID(int=3)
    assert lot(customer, one) == lot(customer, one) != lot(customer, other)


def test_lots_are_spread_evenly() -> None:
    # 10,000 draws: each tenth holds 1,000 ± 5 standard deviations of √(10000·0.1·0.9) = 30
    drawn = [lot(UUID(int=number), UUID(int=7)) for number in range(10_000)]
    tenths = [sum(tenth <= one * 10 < tenth + 1 for one in drawn) for tenth in range(10)]
    assert all(850 < count < 1150 for count in tenths)
