"""One form for all spellings of an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interaction_service.conversations.contacts import canonical_contact

CHANNELS = st.sampled_from(["phone", "sms", "chat", "social", "web", "letter"])


@pytest.mark.parametrize(
    ("channel", "written", "canonical"),
    [
        ("sms", "0912 345 6789", "+989123456789"),
        ("sms", "+98 912 345 6789", "+989123456789"),
        ("sms", "۰۹۱۲۳۴۵۶۷۸۹", "+989123456789"),
        ("phone", "(020) 7946-0018", "(020) 7946-0018"),
        ("phone", "+44 20 7946 0018", "+442079460018"),
        ("sms", "20001234", "20001234"),
        ("sms", "HamrahBank", "hamrahbank"),
        ("email", "Sara.K@Example.ORG", "sara.k@example.org"),
        ("email", " sara@example.org\u200f", "sara@example.org"),
        ("email", "help@intranet", "help@intranet"),
        ("email", "ali@mail.test", "ali@mail.test"),
        ("social", "@Sara_K", "sara_k"),
        ("chat", " U-77aB ", "U-77aB"),
    ],
)
def test_spellings_of_one_address_become_one(channel: str, written: str, canonical: str) -> None:
    assert canonical_contact(channel, written) == canonical


@pytest.mark.parametrize("written", ["sara", "sara@", "@example.org", "a b@example.org", ""])
def test_what_is_no_mailbox_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        canonical_contact("email", written)


@pytest.mark.parametrize("channel", ["sms", "chat", "social"])
def test_nothing_at_all_is_no_address(channel: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        canonical_contact(channel, " \u200f ")


@given(channel=CHANNELS, written=st.text(min_size=1, max_size=40))
def test_the_canonical_form_is_its_own_canonical_form(channel: str, written: str) -> None:
    try:
        once = canonical_contact(channel, written)
    except ValueError:
        return
    assert canonical_contact(channel, once) == once
