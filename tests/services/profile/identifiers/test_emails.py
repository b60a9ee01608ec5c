"""E-mail addresses in the form they are compared in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.identifiers.canonical import canonical
from profile_service.identifiers.domain import InvalidIdentifierError
from profile_service.identifiers.emails import email

GOOD = [
    ("sara@example.com", "sara@example.com"),
    ("Sara.K@Example.COM", "sara.k@example.com"),
    ("  sara@example.com ", "sara@example.com"),
    ("sara+shop@example.co.uk", "sara+shop@example.co.uk"),
    ("o'brien@example.ie", "o'brien@example.ie"),
    ("SARA@EXAMPLE.IR", "sara@example.ir"),
    ("ＡＢ@example.com", "ab@example.com"),
    ("\u200esara@example.com\u200f", "sara@example.com"),
    ("sara\u200b@example.com", "sara@example.com"),
    ("sara۱۲@example.com", "sara12@example.com"),
    ("sara٣@example۲۴.com", "sara3@example24.com"),
    ("josé@example.com", "josé@example.com"),
    ("jose\u0301@example.com", "josé@example.com"),
    ("JOSÉ@example.com", "josé@example.com"),
    ("straße@example.com", "strasse@example.com"),
    ("sara@xn--strae-oqa.de", "sara@straße.de"),
    ("sara@STRAßE.de", "sara@straße.de"),
    ("علی@مثال.ایران", "علی@مثال.ایران"),
    ("علی۱@مثال.ایران", "علی۱@مثال.ایران"),
    ("sara@xn--mgbh0fb.xn--mgba3a4f16a", "sara@مثال.ایران"),
]

BAD = [
    "", "@", "sara", "sara@", "@example.com", "sara@example", "sara@@example.com", "sara@example..com",
    ".sara@example.com", "sara.@example.com", "sa ra@example.com", "sara@exam ple.com", "sara@-example.com",
    "sara@localhost", "sara@corp.local", "sara@host.test", "sara@[127.0.0.1]", '"sa ra"@example.com',
    "Sara <sara@example.com>", "sara@example.com, ali@example.com", "sara@example_1.com", "sara@" + "x" * 64 + ".com",
    "test@test.com", "TEST@Test.com", "none@none.com", "null@null.com", "noemail@noemail.com", "no-mail@mail.com",
    "a@a.com", "x@x.ir", "-", "ندارد", "n/a",
]  # fmt: skip


@pytest.mark.parametrize(("written", "address"), GOOD)
def test_an_address_has_one_form_however_it_is_written(written: str, address: str) -> None:
    assert canonical("email", written, "IR") == address


@pytest.mark.parametrize("written", BAD)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        canonical("email", written, "IR")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("علي@مثال.ایران", "علی@مثال.ایران"),
        ("علی۱@مثال.ایران", "علی1@مثال.ایران"),
        ("josé@example.com", "jose@example.com"),
        ("sara@example.com", "sara@example.org"),
        ("s.ara@example.com", "sara@example.com"),
        ("sara+a@example.com", "sara@example.com"),
    ],
)
def test_two_mailboxes_stay_two(one: str, other: str) -> None:
    assert email(one) != email(other)


@given(st.emails())
def test_the_form_of_a_form_is_itself_and_its_domain_is_in_lower_case(written: str) -> None:
    try:
        once = email(written)
    except InvalidIdentifierError:
        return
    assert email(once) == once
    assert once.rpartition("@")[2] == once.rpartition("@")[2].lower()
