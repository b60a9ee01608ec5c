"""National ids of persons: a table from another form of the formula, and what the check digit proves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.text import unify
from profile_service.identifiers.domain import InvalidIdentifierError
from profile_service.identifiers.national import national_id

GOOD = [
    ("0010000011", "0010000011"),
    ("۰۰۱۱۲۳۴۵۶۳", "0011234563"),
    ("٠٠١٦٥٤٣٢١١", "0016543211"),
    ("001-909090-0", "0019090900"),
    (" 007 000001 8 ", "0070000018"),
    ("71234561", "0071234561"),
    ("۰۰۷–۶۵۴۳۲۱–۸", "0076543218"),
    ("۷۹۰۹۰۹۰۷", "0079090907"),
    ("0100000010", "0100000010"),
    ("۰۱۰۱۲۳۴۵۶۲", "0101234562"),
    ("٠١٠٦٥٤٣٢١٠", "0106543210"),
    ("010-909090-1", "0109090901"),
    (" 012 000001 6 ", "0120000016"),
    ("121234568", "0121234568"),
    ("۰۱۲–۶۵۴۳۲۱–۶", "0126543216"),
    ("۱۲۹۰۹۰۹۰۵", "0129090905"),
    ("0450000011", "0450000011"),
    ("۰۴۵۱۲۳۴۵۶۱", "0451234561"),
    ("٠٤٥٦٥٤٣٢١١", "0456543211"),
    ("045-909090-9", "0459090909"),
    (" 099 000001 1 ", "0990000011"),
    ("991234561", "0991234561"),
    ("۰۹۹–۶۵۴۳۲۱–۱", "0996543211"),
    ("۹۹۹۰۹۰۹۰۹", "0999090909"),
    ("1000000011", "1000000011"),
    ("۱۰۰۱۲۳۴۵۶۱", "1001234561"),
    ("١٠٠٦٥٤٣٢١١", "1006543211"),
    ("100-909090-9", "1009090909"),
    (" 123 000001 1 ", "1230000011"),
    ("1231234563", "1231234563"),
    ("۱۲۳–۶۵۴۳۲۱–۱", "1236543211"),
    ("1239090900", "1239090900"),
    ("2220000011", "2220000011"),
    ("۲۲۲۱۲۳۴۵۶۱", "2221234561"),
    ("٢٢٢٦٥٤٣٢١١", "2226543211"),
    ("222-909090-9", "2229090909"),
    (" 321 000001 8 ", "3210000018"),
    ("3211234561", "3211234561"),
    ("۳۲۱–۶۵۴۳۲۱–۸", "3216543218"),
    ("3219090907", "3219090907"),
    ("4000000012", "4000000012"),
    ("۴۰۰۱۲۳۴۵۶۴", "4001234564"),
    ("٤٠٠٦٥٤٣٢١٢", "4006543212"),
    ("400-909090-1", "4009090901"),
    (" 456 000001 8 ", "4560000018"),
    ("4561234561", "4561234561"),
    ("۴۵۶–۶۵۴۳۲۱–۸", "4566543218"),
    ("4569090907", "4569090907"),
    ("5550000016", "5550000016"),
    ("۵۵۵۱۲۳۴۵۶۸", "5551234568"),
    ("٥٥٥٦٥٤٣٢١٦", "5556543216"),
    ("555-909090-5", "5559090905"),
    (" 654 000001 4 ", "6540000014"),
    ("6541234566", "6541234566"),
    ("۶۵۴–۶۵۴۳۲۱–۴", "6546543214"),
    ("6549090903", "6549090903"),
    ("7890000014", "7890000014"),
    ("۷۸۹۱۲۳۴۵۶۶", "7891234566"),
    ("٧٨٩٦٥٤٣٢١٤", "7896543214"),
    ("789-909090-3", "7899090903"),
    (" 900 000001 7 ", "9000000017"),
    ("9001234569", "9001234569"),
    ("۹۰۰–۶۵۴۳۲۱–۷", "9006543217"),
    ("9009090906", "9009090906"),
    ("9870000010", "9870000010"),
    ("۹۸۷۱۲۳۴۵۶۲", "9871234562"),
    ("٩٨٧٦٥٤٣٢١٠", "9876543210"),
    ("987-909090-1", "9879090901"),
]
"""As written, and as ten digits. The places are patterns, not persons; the check digits come from `check_digit`."""

BAD = [
    "0010000012",
    "0011234565",
    "0016543214",
    "0019090904",
    "0070000013",
    "0071234567",
    "0076543215",
    "0079090905",
    "0100000011",
    "0101234564",
    "0106543213",
    "0109090905",
    "0120000011",
    "0121234564",
    "0126543213",
    "0129090903",
    "0450000012",
    "0451234563",
    "0456543214",
    "0459090903",
    "0990000016",
    "0991234567",
    "0996543218",
    "0999090907",
    "1000000012",
    "1001234563",
    "1006543214",
    "1009090903",
    "1230000016",
    "1231234569",
    "0000000000",
    "1111111111",
    "2222222222",
    "3333333333",
    "4444444444",
    "5555555555",
    "6666666666",
    "7777777777",
    "8888888888",
    "9999999999",
    "",
    "0",
    "1",
    "12",
    "1234567",
    "0000000",
    "12345678901",
    "00123456790",
    "001234567",
    "123456789a",
    "کد ملی",
    "national",
    "-",
    "0012345679.0",
    "0012345679 1",
    "+0012345679",
    "00123.45679",
    "001/234567/9",
    "0012345679;",
    "0x12345679",
    "۰۰۱۲۳۴۵۶۷۸",
    "٠٠١٢٣٤٥٦٧٨",
    "12345678",
    "۱۲۳۴۵۶۷۸",
    "1e10",
    "١٢٣٤٥",
    "0012345679,0012345679",
    "²012345679",
    "NaN",
    "12345678901234567890",
]


def check_digit(body: str) -> str:
    """The same digit by another road: sums of sums in place of weights, the complement in place of the remainder."""
    running = total = 0
    for digit in map(int, body):
        running += digit
        total += running
    complement = -(total + running) % 11
    return "1" if complement == 10 else str(complement)


def accepted(digits: str) -> bool:
    """Whether ten digits are a national id."""
    try:
        return national_id(digits) == digits
    except InvalidIdentifierError:
        return False


def remainder(body: str) -> int:
    """What the check digit is made of."""
    return sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11


@pytest.mark.parametrize(("written", "code"), GOOD)
def test_a_national_id_is_ten_digits_however_it_is_written(written: str, code: str) -> None:
    assert check_digit(code[:9]) == code[9]
    assert national_id(unify(written)) == code


@pytest.mark.parametrize("written", BAD)
def test_what_is_no_national_id_is_refused(written: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        national_id(unify(written))


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert min(len(set(GOOD)), len(set(BAD))) >= 60


@given(st.integers(1_000_000, 999_999_999).map("{:09d}".format))
def test_exactly_one_check_digit_fits_and_the_outcome_is_digits_that_stay_as_they_are(body: str) -> None:
    fitting = [body + digit for digit in "0123456789" if accepted(body + digit)]
    expected = body + check_digit(body)
    assert fitting == ([] if len(set(expected)) == 1 else [expected])


@given(st.text("0123456789۰۱۲٣٤ -–", max_size=14))
def test_the_outcome_is_ten_ascii_digits_and_is_its_own_outcome(written: str) -> None:
    try:
        code = national_id(unify(written))
    except InvalidIdentifierError:
        return
    assert len(code) == 10
    assert code.isascii()
    assert code.isdigit()
    assert national_id(code) == code


def bodies(fixed: dict[int, int]) -> Iterator[str]:
    """For each of the eleven remainders a body with these digits at these places: two other places give all eleven."""
    free = [place for place in range(9) if place not in fixed]
    found: dict[int, str] = {}
    for one, two in product(range(10), repeat=2):
        digits = {**dict.fromkeys(free, 3), **fixed, free[0]: one, free[1]: two}
        body = "".join(str(digits[place]) for place in range(9))
        found.setdefault(remainder(body), body)
    assert len(found) == 11
    yield from found.values()


def escapes(body: str, wrong: str) -> bool:
    """Remainders 1 and 10 have the same check digit, the one thing that the published formula cannot tell apart."""
    return {remainder(body), remainder(wrong)} == {1, 10}


@pytest.mark.parametrize("place", range(9))
def test_every_wrong_digit_is_caught_but_those_between_remainders_1_and_10(place: int) -> None:
    missed = 0
    for right, wrong in product(range(10), repeat=2):
        for body in bodies({place: right}) if right != wrong else ():
            damaged = body[:place] + str(wrong) + body[place + 1 :]
            assert accepted(damaged + check_digit(body)) == escapes(body, damaged)
            missed += escapes(body, damaged)
    # one digit is wrong in 10 * 9 ways over 11 remainders: at most one in fifty-five escapes, on average
    assert missed <= 10 * 9 * 11 / 55


@given(st.integers(1_000_000, 999_999_999).map("{:09d}".format), st.integers(1, 9))
def test_a_wrong_check_digit_is_always_caught(body: str, by: int) -> None:
    right = check_digit(body)
    assert not accepted(body + str((int(right) + by) % 10))


@pytest.mark.parametrize("place", range(8))
def test_every_swap_of_neighbours_is_caught_but_those_between_remainders_1_and_10(place: int) -> None:
    missed = set()
    for one, two in product(range(10), repeat=2):
        for body in bodies({place: one, place + 1: two}) if one != two else ():
            swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
            assert accepted(swapped + check_digit(body)) == escapes(body, swapped)
            if escapes(body, swapped):
                missed.add(abs(one - two))
    assert missed == {2, 9}


def test_a_swap_with_the_check_digit_is_caught_but_for_one_and_three() -> None:
    missed = set()
    for ninth in range(10):
        for body in bodies({8: ninth}):
            check = check_digit(body)
            if check != body[8] and accepted(body[:8] + check + body[8]):
                missed.add(body[8] + check)
    assert missed == {"13", "31"}
