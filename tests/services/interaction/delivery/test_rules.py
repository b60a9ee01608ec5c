"""The rules of sending, without a database: pauses, caps, languages, keys, signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from hamdel.ids import new_id
from interaction_service.delivery.domain import Cap, backoff, cap_for, free_again, language_for, language_of
from interaction_service.delivery.keys import address_hash, message_of, unsubscribe_token
from interaction_service.delivery.senders.http import retry_at
from interaction_service.delivery.senders.smtp import refused_recipient
from interaction_service.delivery.signing import is_signed, secret_of, signature_headers
from interaction_service.settings import InteractionSettings

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
KEY = b"k" * 32


@pytest.mark.parametrize(
    ("attempts", "fraction", "seconds"),
    [(1, 1.0, 30), (1, 0.0, 15), (2, 1.0, 60), (3, 0.5, 90), (5, 1.0, 480), (10, 1.0, 14_400), (99, 0.0, 7_200)],
)
def test_a_pause_doubles_up_to_four_hours_and_is_shortened_by_chance(
    attempts: int, fraction: float, seconds: int
) -> None:
    assert backoff(attempts, fraction) == timedelta(seconds=seconds)


def hours_ago(*hours: float) -> list[datetime]:
    """Moments before NOW."""
    return [NOW - timedelta(hours=each) for each in hours]


@pytest.mark.parametrize(
    ("cap", "earlier", "hours"),
    [
        (Cap(), [1, 2, 3], None),
        (Cap(day=2), [], None),
        (Cap(day=2), [5], None),
        (Cap(day=2), [5, 20], 4),  # the one of 20 hours ago makes room in 4
        (Cap(day=2), [1, 5, 20], 19),  # one too many already: two have to be 24 hours old
        (Cap(day=1), [24], None),  # exactly a day: it does not count any more
        (Cap(day=2, week=3), [30, 50, 70], 98),  # 168 - 70
        (Cap(day=1, week=2), [1, 100], 68),  # the day says 23, the week 68: both hold
        (Cap(day=0), [], 24),
    ],
)
def test_a_cap_says_when_the_next_message_may_leave(cap: Cap, earlier: list[float], hours: float | None) -> None:
    expected = None if hours is None else NOW + timedelta(hours=hours)
    assert free_again(cap, hours_ago(*earlier), NOW) == expected


@given(
    steps=st.lists(st.integers(0, 40), max_size=40),
    day=st.integers(1, 4),
    week=st.integers(1, 9),
)
def test_who_always_waits_as_long_as_told_never_exceeds_the_cap(steps: list[int], day: int, week: int) -> None:
    cap, sent, now = Cap(day, week), list[datetime](), NOW
    for hours in steps:
        now = max(now + timedelta(hours=hours), free_again(cap, sent, now + timedelta(hours=hours)) or now)
        assert free_again(cap, sent, now) is None
        sent.append(now)
    for last in sent:
        for most, window in ((day, timedelta(days=1)), (week, timedelta(days=7))):
            assert sum(1 for each in sent if last - window < each <= last) <= most


def test_the_more_exact_cap_wins() -> None:
    caps = {"*/*": Cap(1), "*/sms": Cap(2), "news/*": Cap(3), "news/sms": Cap(4)}
    asked = [("news", "sms"), ("news", "email"), ("offers", "sms"), ("offers", "email")]
    assert [cap_for(caps, *each).day for each in asked] == [4, 3, 2, 1]
    assert cap_for({}, "news", "sms") == Cap()


@pytest.mark.parametrize(
    ("wanted", "available", "expected"),
    [
        (("fa-IR", "en"), ("en", "fa"), "fa"),
        ((None, "en-GB"), ("en", "fa"), "en"),
        (("de", "fa"), ("en", "fa"), "fa"),
        (("de",), ("fa",), "fa"),
        (("de",), (), None),
    ],
)
def test_the_first_wish_that_can_be_met_is_the_language(
    wanted: tuple[str | None, ...], available: tuple[str, ...], expected: str | None
) -> None:
    assert language_for(wanted, available) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("سلام Sara", "fa"), ("Hello سارا", "en"), ("123 … سلام", "fa"), ("12:30 ۱۲", None)]
)
def test_the_first_letter_says_which_way_somebodys_own_words_run(text: str, expected: str | None) -> None:
    assert language_of(text) == expected


def test_a_token_names_its_message_and_nobody_makes_one_without_the_key() -> None:
    message = new_id()
    token = unsubscribe_token(KEY, message)
    assert message_of(KEY, token) == message
    assert message_of(b"x" * 32, token) is None


@given(place=st.integers(0, 42), char=st.sampled_from("AZaz09-_"))
def test_a_token_with_another_character_is_not_ours(place: int, char: str) -> None:
    token = unsubscribe_token(KEY, UUID(int=1))
    changed = token[:place] + char + token[place + 1 :]
    # the last character carries four bits of nothing: RFC 4648, section 3.5
    same = base64.urlsafe_b64decode(changed + "=") == base64.urlsafe_b64decode(token + "=")
    assert (message_of(KEY, changed) is not None) == same


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 5000, "ü" * 43, "=" * 43, "\0"])
def test_what_is_no_token_names_no_message(token: str) -> None:
    assert message_of(KEY, token) is None


def test_an_address_is_the_same_in_every_spelling_and_another_one_per_channel() -> None:
    one = address_hash(KEY, "email", "Sara@Example.org")
    assert one == address_hash(KEY, "email", " sara@example.ORG ")
    assert one != address_hash(KEY, "sms", "Sara@Example.org")
    assert one != address_hash(b"other", "email", "Sara@Example.org")
    assert b"sara" not in one


def test_a_signature_is_the_one_of_the_standard_webhooks_specification() -> None:
    """The worked example of the specification's libraries: id, time, body, secret and signature are theirs."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signature_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("change", "signed"),
    [
        ({}, True),
        ({"webhook-signature": "v1,AAAA {0}"}, True),
        ({"webhook-signature": "v1,AAAA"}, False),
        ({"webhook-signature": ""}, False),
        ({"webhook-timestamp": "1772971201"}, False),
        ({"webhook-timestamp": "soon"}, False),
        ({"webhook-id": "other"}, False),
    ],
)
def test_a_call_is_signed_when_id_time_and_body_are_those_that_were_signed(
    change: dict[str, str], signed: bool
) -> None:
    headers = signature_headers(KEY, "call-1", 1772971200, b"{}")
    given = headers | {name: value.format(headers["webhook-signature"]) for name, value in change.items()}
    assert is_signed(KEY, given, b"{}", 1772971200.0) is signed


@pytest.mark.parametrize(("seconds", "signed"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_signed_call_is_good_for_five_minutes(seconds: int, signed: bool) -> None:
    headers = signature_headers(KEY, "call-1", 1772971200, b"{}")
    assert is_signed(KEY, headers, b"{}", 1772971200.0 + seconds) is signed
    assert not is_signed(KEY, headers, b"{ }", 1772971200.0)


def test_a_secret_file_holds_a_key_as_base64_or_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("whsec_" + base64.b64encode(b"abc").decode() + "\n")
    assert secret_of(file) == b"abc"
    file.write_text("plain words\n")
    assert secret_of(file) == b"plain words"
    for wrong in ("\n", "whsec_!"):
        file.write_text(wrong)
        with pytest.raises(ValueError):
            secret_of(file)
    assert hmac.digest(b"abc", b"", hashlib.sha256)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("120", NOW + timedelta(seconds=120)),
        ("0", NOW),
        ("999999999", NOW + timedelta(days=1)),
        ("Sun, 08 Mar 2026 12:05:00 GMT", NOW + timedelta(minutes=5)),
        ("Sun, 08 Mar 2020 12:05:00 GMT", NOW),
        ("soon", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, expected: datetime | None) -> None:
    assert retry_at(header, NOW) == expected


def test_a_4xx_for_a_recipient_is_no_bounce() -> None:
    assert refused_recipient(450, "4.2.1 busy").status == "deferred"


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_host": "mail.example"},
        {"mail_from": "nobody"},
        {"sms_url": "https://sms.example/send"},
        {"sms_url": "ftp://sms.example", "sms_secret_file": "x"},
        {"delivery_caps": {"news": {"day": 1}}},
        {"delivery_caps": {"news/sms": {"day": -1}}},
        {"delivery_connections": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        InteractionSettings(database_url=SecretStr("postgresql://x"), **wrong)  # type: ignore[arg-type]


def test_caps_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAMDEL_DELIVERY_CAPS", '{"*/sms": {"day": 1, "week": 2}}')
    assert InteractionSettings(database_url=SecretStr("postgresql://x")).caps == {"*/sms": Cap(1, 2)}
