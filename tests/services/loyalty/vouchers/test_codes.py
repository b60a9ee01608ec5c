"""Codes for the till: readable, and no slip of the hand makes one into another."""

from __future__ import annotations

from math import log2

from hypothesis import given
from hypothesis import strategies as st

from loyalty_service.vouchers.domain import CODES, SIGNS, code_of, hash_of, read_code, spelled

numbers = st.integers(0, CODES - 1)
places = st.integers(0, 14)


def test_a_code_holds_at_least_sixty_bits() -> None:
    assert log2(CODES) > 60


def test_no_two_signs_look_alike() -> None:
    for alike in ("0OQD"[:2], "1IL", "2Z", "5S", "8B", "6G", "UV"):
        assert len(set(alike) & set(SIGNS)) <= 1


def test_the_check_sign_is_that_of_a_sum_done_by_hand() -> None:
    # Only the first sign is not the zero `3`: 4, worth 1, at place 1. 1 + 15 x = 0 (mod 23): x = 3, as 46 = 2 × 23.
    assert code_of(1) == "43333333333333" + SIGNS[3]
    assert SIGNS[3] == "9"


@given(numbers)
def test_a_code_is_read_as_it_is_spelled(number: int) -> None:
    code = code_of(number)
    assert read_code(spelled(code)) == code


@given(numbers, numbers)
def test_different_numbers_are_different_codes(one: int, other: int) -> None:
    assert (code_of(one) == code_of(other)) == (one == other)


@given(numbers, places, st.sampled_from(SIGNS))
def test_one_wrong_sign_is_noticed(number: int, place: int, sign: str) -> None:
    code = code_of(number)
    wrong = code[:place] + sign + code[place + 1 :]
    assert (read_code(wrong) is None) == (wrong != code)


@given(numbers, places, places)
def test_two_signs_swapped_are_noticed(number: int, one: int, other: int) -> None:
    signs = list(code_of(number))
    signs[one], signs[other] = signs[other], signs[one]
    assert (read_code("".join(signs)) is None) == (signs[one] != signs[other])


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_code_or_none(text: str) -> None:
    found = read_code(text)
    assert found is None or (len(found) == 15 and set(found) <= set(SIGNS))


def test_case_blanks_hyphens_and_persian_digits_are_read() -> None:
    code = code_of(1)
    assert code == "433333333333339"
    assert read_code(" ۴۳۳۳۳–۳۳۳۳۳ ۳۳۳۳۹ ") == code
    assert read_code(spelled(code_of(10**18)).lower()) == code_of(10**18)


def test_only_the_hash_of_a_code_is_found_again() -> None:
    assert hash_of(code_of(7)) != hash_of(code_of(8))
    assert len(hash_of(code_of(7))) == 32
