"""Card numbers: the check digit of ISO/IEC 7812-1, held against numbers that others have published."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty_service.enrolment.cards.domain import (
    DIGITS,
    card_number,
    check_digit,
    free_digits,
    is_card_number,
    pause_after,
)
from loyalty_service.enrolment.cards.service import draw

PUBLISHED = (
    "4111111111111111",
    "5500005555555559",
    "6011000990139424",
    "3530111333300000",
    "79927398713",
    "18",
)
"""Test numbers that payment processors print in their manuals, and the worked examples of the formula."""


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_carry_their_check_digit(number: str) -> None:
    assert check_digit(number[:-1]) == number[-1]
    assert is_card_number(number)


@given(st.from_regex(r"[1-9][0-9]{14}", fullmatch=True), st.integers(0, 15), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(body: str, place: int, change: int) -> None:
    number = body + check_digit(body)
    wrong = str((int(number[place]) + change) % 10)
    assert not is_card_number(number[:place] + wrong + number[place + 1 :])


@given(st.from_regex(r"[1-9][0-9]{14}", fullmatch=True), st.integers(0, 14))
def test_every_swap_of_neighbours_is_caught_but_of_nought_and_nine(body: str, place: int) -> None:
    number = body + check_digit(body)
    first, second = number[place], number[place + 1]
    swapped = number[:place] + second + first + number[place + 2 :]
    assert is_card_number(swapped) == (first == second or {first, second} == {"0", "9"})


@pytest.mark.parametrize("prefix", ["6", "627353", "62735312"])
def test_a_drawn_number_has_the_prefix_sixteen_digits_and_the_check_digit(prefix: str) -> None:
    numbers = {draw(prefix) for _ in range(200)}
    assert all(one.startswith(prefix) and len(one) == DIGITS and is_card_number(one) for one in numbers)
    # ten million numbers or more: two hundred draws that fall together would be no draws at all
    assert len(numbers) > 190


def test_zeros_that_are_drawn_stay() -> None:
    assert card_number("627353", "0" * 9) == "627353" + "0" * 9 + check_digit("627353000000000")
    assert free_digits("627353") == 9


@pytest.mark.parametrize(("prefix", "drawn"), [("627353", "12345678"), ("627353", "1234567890"), ("62", "۱" * 13)])
def test_what_is_no_card_number_is_refused(prefix: str, drawn: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        card_number(prefix, drawn)


def test_attempts_come_rarer_and_never_end() -> None:
    pauses = [pause_after(attempts) for attempts in (1, 2, 3, 4, 14, 15, 1000)]
    seconds = timedelta(seconds=1)
    assert [pause / seconds for pause in pauses[:5]] == [2, 4, 8, 16, 16384]
    assert pauses[5:] == [timedelta(hours=6)] * 2
