"""Tokens: genuine ones are read, all others are not."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from survey_service.invitations.tokens import NONCE_BYTES, Stamp, issued, opened, token_hash

KEY, OTHER = b"k" * 32, b"o" * 32
END = datetime(2026, 5, 1, tzinfo=UTC)
TOKEN = issued(KEY, b"n" * NONCE_BYTES, END)


def test_a_genuine_token_tells_its_end() -> None:
    assert opened(KEY, TOKEN) == Stamp(END)
    assert [opened(KEY, TOKEN), Stamp(END).over(END - timedelta(seconds=1)), Stamp(END).over(END)] == [
        Stamp(END),
        False,
        True,
    ]


def test_a_token_without_an_end_is_never_over() -> None:
    stamp = opened(KEY, issued(KEY, b"n" * NONCE_BYTES, None))
    assert stamp == Stamp(None)
    assert not Stamp(None).over(datetime.max.replace(tzinfo=UTC))


def test_a_token_of_another_key_is_not_ours() -> None:
    assert opened(OTHER, TOKEN) is None


def test_a_token_whose_end_was_moved_is_not_ours() -> None:
    raw = bytearray(base64.urlsafe_b64decode(TOKEN + "=="))
    raw[4] ^= 1
    assert opened(KEY, base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


@given(place=st.integers(0, len(TOKEN) - 1), char=st.sampled_from("ABCDEFGHabcdefgh0123-_ =/ش"))
def test_a_changed_token_is_refused_or_has_another_hash(place: int, char: str) -> None:
    changed = TOKEN[:place] + char + TOKEN[place + 1 :]
    assert changed == TOKEN or opened(KEY, changed) is None or token_hash(changed) != token_hash(TOKEN)


@given(st.text(max_size=80))
def test_whatever_else_is_sent_is_not_ours(text: str) -> None:
    assert opened(KEY, text) is None
