"""The pure rules of identifiers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.text import unify
from profile_service.identifiers.domain import TYPE_PATTERN, canonical, mask, shown

SAME = [
    ("phone", "+98 912 345 6789", "+989123456789"),
    ("phone", "+98 (912) 345-6789", "+989123456789"),
    ("phone", "۰۹۱۲ ۳۴۵ ۶۷۸۹", "09123456789"),
    ("phone", "٠٩١٢٣٤٥٦٧٨٩", "09123456789"),
    ("phone", "021-88 77 66.55", "02188776655"),
    ("phone", "0098 21 1234", "0098211234"),
    ("phone", "1234 داخلی ۵", "1234 داخلی 5"),
    ("email", "Sara.K@Example.COM", "sara.k@example.com"),
    ("email", "ＡＢ@example.com", "ab@example.com"),
    ("email", "josé@example.com", "josé@example.com"),
    ("national_id", "۰۰۱۲۳۴۵۶۷۸", "0012345678"),
    ("organization_id", "IR-10ab", "ir-10ab"),
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
    assert canonical(type_, unify(value)) == form


def test_cookies_that_differ_in_case_are_two_customers() -> None:
    assert canonical("cookie", unify("aB")) != canonical("cookie", unify("Ab"))


@given(st.sampled_from(["phone", "email", "card", "social:x", "national_id"]), st.text(max_size=20))
def test_the_comparable_form_of_a_comparable_form_is_itself(type_: str, value: str) -> None:
    once = canonical(type_, unify(value))
    assert canonical(type_, unify(once)) == once


@given(st.from_regex(r"\+?[0-9]{1,15}", fullmatch=True), st.sampled_from([" ", "-", ".", " ("]))
def test_grouping_of_a_phone_does_not_matter(number: str, gap: str) -> None:
    grouped = number[:3] + gap + number[3:]
    assert canonical("phone", unify(grouped)) == number


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
