"""Whether somebody may be contacted, and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.consents.contact import DETAILS, Contact, can_contact
from profile_service.consents.domain import CHANNELS, Row, standing_for
from profile_service.consents.quiet_hours import QuietHours
from tests.services.profile.consent_rows import NOON, row

DAY = timedelta(days=1)
NIGHT = datetime(2026, 6, 1, 22, 0, tzinfo=UTC)
MORNING = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)
RINGING = {"phone", "ivr", "sms", "chat", "social", "app"}


def ask(rows: list[Row], channel: str = "email", at: datetime = NOON, **other: Any) -> Contact:
    """The question about rows that all speak of one purpose, on a clock in UTC with a quiet night from 21 to 8."""
    purpose = other.pop("purpose", rows[0].purpose if rows else "marketing")
    same: dict[str, Any] = {"archived": False, "zone": UTC, "quiet": QuietHours.parse("21:00-08:00")}
    return can_contact(standing_for(rows, purpose, channel), purpose, channel, at=at, **(same | other))


@pytest.mark.parametrize(
    ("rows", "allowed", "reason", "standing"),
    [
        ([row("granted")], True, "consent-granted", "granted"),
        ([row("granted", "any")], True, "consent-granted", "granted"),
        ([], False, "consent-missing", "none"),
        ([row("granted", "sms")], False, "consent-missing", "none"),
        ([row("denied")], False, "consent-denied", "denied"),
        ([row("withdrawn", "any")], False, "consent-withdrawn", "withdrawn"),
        ([row("pending")], False, "consent-pending", "pending"),
        ([row(valid_to=NOON)], False, "consent-expired", "expired"),
        ([row(valid_from=NOON + DAY)], False, "consent-not-yet-valid", "not_yet_valid"),
        ([row("granted", legal_basis="legitimate_interests")], True, "consent-granted", "granted"),
    ],
)
def test_most_purposes_need_a_grant_that_is_in_force(
    rows: list[Row], allowed: bool, reason: str, standing: str
) -> None:
    answer = ask(rows)
    assert (answer.allowed, answer.reason, answer.standing) == (allowed, reason, standing)


@pytest.mark.parametrize(
    ("told", "allowed", "reason"),
    [
        (None, True, "no-consent-needed"),
        ({"status": "granted"}, True, "consent-granted"),
        ({"status": "pending"}, True, "no-consent-needed"),
        ({"status": "granted", "valid_to": NOON}, True, "no-consent-needed"),
        ({"status": "granted", "valid_from": NOON + DAY}, False, "consent-not-yet-valid"),
        ({"status": "denied"}, False, "consent-denied"),
        ({"status": "withdrawn", "channel": "any"}, False, "consent-withdrawn"),
    ],
)
def test_service_messages_need_no_consent_but_heed_a_refusal(
    told: dict[str, Any] | None, allowed: bool, reason: str
) -> None:
    answer = ask([row(**told, purpose="service")] if told else [], purpose="service")
    assert (answer.allowed, answer.reason) == (allowed, reason)


@pytest.mark.parametrize("channel", CHANNELS)
def test_at_night_nothing_may_ring(channel: str) -> None:
    answer = ask([row("granted", "any")], channel, NIGHT)
    if channel in RINGING:
        assert answer == Contact(False, "quiet-hours", "granted", True, MORNING)
    else:
        assert answer == Contact(True, "consent-granted", "granted", False, None)


def test_the_night_is_that_of_the_customers_zone() -> None:
    answer = ask([row("granted", "sms")], "sms", NOON, zone=ZoneInfo("Asia/Tokyo"))  # 21:00 there
    assert (answer.reason, answer.next_allowed_at) == ("quiet-hours", datetime(2026, 6, 1, 23, 0, tzinfo=UTC))


def test_without_consent_waiting_for_the_morning_does_not_help() -> None:
    assert ask([row("denied", "sms")], "sms", NIGHT) == Contact(False, "consent-denied", "denied", True, None)


def test_an_archived_customer_is_not_contacted_whatever_was_granted() -> None:
    assert ask([row()], archived=True) == Contact(False, "customer-archived", "granted", False, None)
    assert ask([], purpose="service", archived=True).reason == "customer-archived"


def test_a_grant_to_come_says_from_when_on() -> None:
    begins = NOON + DAY
    assert ask([row(valid_from=begins)]).next_allowed_at == begins


def test_a_grant_that_begins_at_night_waits_for_the_morning() -> None:
    assert ask([row("granted", "sms", valid_from=NIGHT)], "sms").next_allowed_at == MORNING


def test_a_grant_that_ends_before_the_morning_leaves_nothing_to_wait_for() -> None:
    rows = [row("granted", "sms", valid_to=MORNING)]
    assert ask(rows, "sms", NIGHT) == Contact(False, "quiet-hours", "granted", True, None)


def test_every_reason_has_words_in_both_languages() -> None:
    persian = {reason: words[1] for reason, words in DETAILS.items()}
    assert all(any("\u0600" <= letter <= "\u06ff" for letter in words) for words in persian.values())
    assert all(words[0].isascii() for words in DETAILS.values())


times = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001
statuses = st.sampled_from(["granted", "pending", "denied", "withdrawn"])


@given(statuses, st.sampled_from(["marketing", "service"]), st.sampled_from(CHANNELS), times, times)
def test_the_moment_it_names_is_allowed_and_no_answer_lacks_words(
    status: str, purpose: str, channel: str, begins: datetime, at: datetime
) -> None:
    rows = [row(status, channel, purpose=purpose, valid_from=begins)]
    zone = ZoneInfo("Europe/Berlin")
    answer = ask(rows, channel, at, zone=zone)
    assert answer.reason in DETAILS
    assert answer.allowed is (answer.reason in ("consent-granted", "no-consent-needed"))
    if answer.next_allowed_at is not None:
        assert answer.next_allowed_at > at
        assert ask(rows, channel, answer.next_allowed_at, zone=zone).allowed
        assert not ask(rows, channel, answer.next_allowed_at - timedelta(microseconds=1), zone=zone).allowed
