"""The table of identifier types, and the values that only fill a field."""

from __future__ import annotations

import doctest
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.text import NORMALISER_VERSION
from profile_service.identifiers import domain
from profile_service.identifiers.canonical import CANONICAL_VERSION, canonical
from profile_service.identifiers.domain import (
    TYPES,
    InvalidIdentifierError,
    Wanted,
    beyond_maximum,
    is_placeholder,
    type_of,
)

EVERY = ["national_id", "organization_id", "card", "external:shop", "social:telegram", "phone", "email", "cookie"]


def test_each_type_has_the_strength_and_the_maximum_that_were_decided() -> None:
    assert {each.name: (each.strength, each.maximum) for each in TYPES} == {
        "national_id": ("unique", 1),
        "organization_id": ("unique", 1),
        "card": ("unique", 10),
        "external:*": ("unique", 20),
        "social:*": ("unique", 5),
        "phone": ("shared", 20),
        "email": ("shared", 20),
        "cookie": ("shared", 50),
    }


def test_the_table_is_in_the_order_of_priority_and_what_is_unique_comes_first() -> None:
    assert all(one.priority < two.priority for one, two in pairwise(TYPES))
    assert [each.strength for each in TYPES] == ["unique"] * 5 + ["shared"] * 3


@pytest.mark.parametrize("type_", EVERY)
def test_every_type_that_a_body_may_name_has_its_rules(type_: str) -> None:
    assert re.search(domain.TYPE_PATTERN, type_)
    assert type_of(type_).name.removesuffix("*") in (type_, type_.partition(":")[0] + ":")


FILLERS = [
    "-", "--", "—", "...", "?", "0", "00", "0000000000", "0-0", "000-000", "-1", "test", "TEST", "null", "NULL", "None",
    "n/a", "N/A", "nan", "undefined", "unknown", "Unknown", "تست", "نامشخص", "ندارد", "۰", "۰۰۰۰",
]  # fmt: skip


@pytest.mark.parametrize("type_", EVERY)
@pytest.mark.parametrize("filler", FILLERS)
def test_what_only_fills_a_field_is_refused_for_every_type(type_: str, filler: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        canonical(type_, filler, "IR")


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("external:shop", "1111"), ("external:shop", "-12"), ("external:shop", "10"), ("external:shop", "test-1"),
        ("external:shop", "01"), ("card", "0001"), ("card", "-1-"), ("cookie", "nullable"), ("cookie", "0a"),
        ("social:telegram", "@test_user"), ("social:x", "nobody"), ("email", "test@example.com"),
        ("email", "none@gmail.com"), ("email", "sara@sara.com"), ("phone", "+6566666666"), ("phone", "09120000000"),
    ],
)  # fmt: skip
def test_what_looks_like_it_but_may_be_somebodys_is_not_refused(type_: str, value: str) -> None:
    assert canonical(type_, value, "IR")


@pytest.mark.parametrize("type_", ["national_id", "organization_id", "phone"])
@given(digit=st.sampled_from("0123456789"), times=st.integers(1, 20), gap=st.sampled_from(["", "-", " "]))
def test_one_digit_over_and_over_is_no_number(type_: str, digit: str, times: int, gap: str) -> None:
    assert is_placeholder(type_, gap.join(digit * times))


def wanted(*types: str) -> list[Wanted]:
    """Identifiers of these types, all different."""
    return [Wanted(type_, str(index), str(index)) for index, type_ in enumerate(types)]


def test_those_beyond_the_maximum_of_their_type_are_named() -> None:
    assert beyond_maximum(wanted("national_id", "phone", "national_id", "national_id")) == [2, 3]


def test_networks_and_systems_are_counted_apart() -> None:
    assert beyond_maximum(wanted(*["social:x"] * 5, *["social:telegram"] * 5, *["external:a"] * 20)) == []
    assert beyond_maximum(wanted(*["social:x"] * 6)) == [5]


@given(st.sampled_from(EVERY), st.text(max_size=40))
def test_the_form_of_a_form_is_itself_for_every_type(type_: str, value: str) -> None:
    try:
        once = canonical(type_, value, "IR")
    except InvalidIdentifierError:
        return
    assert canonical(type_, once, "IR") == once


def test_a_change_of_the_text_rules_is_a_new_version_of_every_canonical_form() -> None:
    # forms of version 1 were made before phones, addresses and national ids had rules of their own
    assert CANONICAL_VERSION == NORMALISER_VERSION + 1


def test_the_examples_in_the_docstrings_are_true() -> None:
    assert doctest.testmod(domain).failed == 0
