"""The pure rules of identifiers: what is compared, which types there are, what is masked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_service.identifiers.canonical import canonical
from profile_service.identifiers.domain import TYPE_PATTERN, InvalidIdentifierError, mask, shown

SAME = [
    ("phone", "+98 (912) 345-6789", "+989123456789"),
    ("phone", "021-88 77 66.55", "+982188776655"),
    ("email", "Sara.K@Example.COM", "sara.k@example.com"),
    ("national_id", "۰۰۱۲۳۴۵۶۷۹", "0012345679"),
    ("organization_id", "۱۰۳۸۰۲۸۴۷۹۰", "10380284790"),
    ("social:telegram", "@علي\u200cرضا", "@علیرضا"),
    ("social:telegram", "@Sara", "@sara"),
    ("external:cdnow", "00042", "00042"),
    ("external:cdnow", "aB", "aB"),
    ("external:cdnow", "aXY/9+z=", "aXY/9+z="),
    ("cookie", "Zm9v", "Zm9v"),
    ("card", "6037-9911", "6037-9911"),
]


@pytest.mark.parametrize(("type_", "value", "form"), SAME)
def test_each_type_has_the_comparable_form_that_was_decided(type_: str, value: str, form: str) -> None:
    assert canonical(type_, value, "IR") == form


def test_cookies_that_differ_in_case_are_two() -> None:
    assert canonical("cookie", "aB", "IR") != canonical("cookie", "Ab", "IR")


def test_a_number_without_a_country_code_belongs_to_the_country_of_the_installation() -> None:
    assert canonical("phone", "020 7946 0958", "GB") == "+442079460958"


@pytest.mark.parametrize(
    ("type_", "value", "kind"),
    [
        ("national_id", "0012345678", "national_id_check"),
        ("national_id", "123", "national_id_digits"),
        ("organization_id", "10380284792", "organization_id_check"),
        ("organization_id", "1038028479", "organization_id_digits"),
        ("phone", "021", "phone"),
        ("email", "sara", "email"),
        ("card", " \u200c ", "identifier_empty"),
        ("card", "n/a", "identifier_blocked"),
        ("cookie", "\ufdfa" * 200, "identifier_long"),
    ],
)
def test_a_refusal_tells_its_kind(type_: str, value: str, kind: str) -> None:
    with pytest.raises(InvalidIdentifierError) as refusal:
        canonical(type_, value, "IR")
    assert refusal.value.kind == kind


@pytest.mark.parametrize(
    "type_", ["phone", "national_id", "cookie", "social:telegram", "social:x.com", "external:cdnow", "external:A_1"]
)
def test_a_known_type_is_accepted(type_: str) -> None:
    assert re.search(TYPE_PATTERN, type_)


@pytest.mark.parametrize(
    "type_", ["fax", "Phone", "social:", "social", "external:", "external:a b", "external:a/b", "phone:x", ""]
)
def test_an_unknown_type_is_refused(type_: str) -> None:
    assert not re.search(TYPE_PATTERN, type_)


@pytest.mark.parametrize(
    ("value", "hidden"), [("0012345678", "******5678"), ("+989121234567", "*********4567"), ("1234", "****"), ("", "")]
)
def test_masking_shows_at_most_the_last_four(value: str, hidden: str) -> None:
    assert mask(value) == hidden


@given(st.text(min_size=5, max_size=30))
def test_masking_keeps_the_length_and_hides_all_but_four(value: str) -> None:
    hidden = mask(value)
    assert hidden == "*" * (len(value) - 4) + value[-4:]


def test_an_email_address_is_not_masked() -> None:
    assert shown("email", "sara@example.com") == "sara@example.com"
