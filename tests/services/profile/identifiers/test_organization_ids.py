"""National ids of organisations: a table from another form of the formula, and what the check digit proves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.text import unify
from profile_service.identifiers.domain import InvalidIdentifierError
from profile_service.identifiers.national import organization_id

GOOD = [
    ("10380284790", "10380284790"),  # in the tests of persian-tools
    ("10000000010", "10000000010"),
    ("۱۰۰۱۲۳۴۵۶۷۰", "10012345670"),
    ("١٠٠٧٦٥٤٣٢١٠", "10076543210"),
    ("100-8028479-8", "10080284798"),
    (" 100 9090 9097 ", "10090909097"),
    ("۱۰۱۰۰–۰۰۰۰۱۰", "10100000010"),
    ("10112345671", "10112345671"),
    ("۱۰۱۷۶۵۴۳۲۱۱", "10176543211"),
    ("١٠١٨٠٢٨٤٧٩٩", "10180284799"),
    ("101-9090909-8", "10190909098"),
    (" 102 0000 0011 ", "10200000011"),
    ("۱۰۲۱۲–۳۴۵۶۷۲", "10212345672"),
    ("10276543212", "10276543212"),
    ("۱۰۲۸۰۲۸۴۷۹۰", "10280284790"),
    ("١٠٢٩٠٩٠٩٠٩٩", "10290909099"),
    ("103-0000001-2", "10300000012"),
    (" 103 1234 5673 ", "10312345673"),
    ("۱۰۳۷۶–۵۴۳۲۱۳", "10376543213"),
    ("10380284790", "10380284790"),
    ("۱۰۳۹۰۹۰۹۰۹۰", "10390909090"),
    ("١٠٤٠٠٠٠٠٠١٣", "10400000013"),
    ("104-1234567-4", "10412345674"),
    (" 104 7654 3214 ", "10476543214"),
    ("۱۰۴۸۰–۲۸۴۷۹۱", "10480284791"),
    ("10490909090", "10490909090"),
    ("۱۰۵۰۰۰۰۰۰۱۴", "10500000014"),
    ("١٠٥١٢٣٤٥٦٧٥", "10512345675"),
    ("105-7654321-5", "10576543215"),
    (" 105 8028 4792 ", "10580284792"),
    ("۱۰۵۹۰–۹۰۹۰۹۱", "10590909091"),
    ("10600000015", "10600000015"),
    ("۱۰۶۱۲۳۴۵۶۷۶", "10612345676"),
    ("١٠٦٧٦٥٤٣٢١٦", "10676543216"),
    ("106-8028479-3", "10680284793"),
    (" 106 9090 9092 ", "10690909092"),
    ("۱۰۷۰۰–۰۰۰۰۱۶", "10700000016"),
    ("10712345677", "10712345677"),
    ("۱۰۷۷۶۵۴۳۲۱۷", "10776543217"),
    ("١٠٧٨٠٢٨٤٧٩٤", "10780284794"),
    ("107-9090909-3", "10790909093"),
    (" 108 0000 0017 ", "10800000017"),
    ("۱۰۸۱۲–۳۴۵۶۷۸", "10812345678"),
    ("10876543218", "10876543218"),
    ("۱۰۸۸۰۲۸۴۷۹۵", "10880284795"),
    ("١٠٨٩٠٩٠٩٠٩٤", "10890909094"),
    ("109-0000001-8", "10900000018"),
    (" 109 1234 5679 ", "10912345679"),
    ("۱۰۹۷۶–۵۴۳۲۱۹", "10976543219"),
    ("10980284796", "10980284796"),
    ("۱۰۹۹۰۹۰۹۰۹۵", "10990909095"),
    ("١٤٠٠٠٠٠٠٠١٨", "14000000018"),
    ("140-1234567-9", "14012345679"),
    (" 140 7654 3219 ", "14076543219"),
    ("۱۴۰۸۰–۲۸۴۷۹۶", "14080284796"),
    ("14090909095", "14090909095"),
    ("۱۴۱۰۰۰۰۰۰۱۹", "14100000019"),
    ("١٤١١٢٣٤٥٦٧٠", "14112345670"),
    ("141-7654321-0", "14176543210"),
    (" 141 8028 4797 ", "14180284797"),
    ("۱۴۱۹۰–۹۰۹۰۹۶", "14190909096"),
    ("14200000010", "14200000010"),
    ("۱۴۲۱۲۳۴۵۶۷۰", "14212345670"),
    ("١٤٢٧٦٥٤٣٢١٠", "14276543210"),
    ("142-8028479-8", "14280284798"),
    (" 142 9090 9097 ", "14290909097"),
]
"""As written, and as eleven digits. The bodies are patterns; the check digits come from `check_digit`."""

BAD = [
    "10000000011",
    "10012345672",
    "10076543213",
    "10080284792",
    "10090909092",
    "10100000016",
    "10112345678",
    "10176543219",
    "10180284798",
    "10190909099",
    "10200000013",
    "10212345675",
    "10276543216",
    "10280284795",
    "10290909095",
    "10300000019",
    "10312345671",
    "10376543212",
    "10380284791",
    "10390909092",
    "10400000016",
    "10412345678",
    "10476543219",
    "10480284797",
    "10490909097",
    "10500000012",
    "10512345674",
    "10576543216",
    "10580284794",
    "10590909094",
    "10600000019",
    "10612345671",
    "10676543212",
    "10680284790",
    "00000000000",
    "11111111111",
    "22222222222",
    "33333333333",
    "44444444444",
    "55555555555",
    "66666666666",
    "77777777777",
    "88888888888",
    "99999999999",
    "",
    "0",
    "1",
    "1038028479",
    "103802847901",
    "010380284790",
    "10380284792",
    "10380285692",
    "09748208301",
    "123000000",
    "a0380284790",
    "شناسه ملی",
    "IR-10ab",
    "10380284790.0",
    "+10380284790",
    "103.802.847.90",
    "10380/284790",
    "10380284790 1",
    "1038028479x",
    "۱۰۳۸۰۲۸۴۷۹۱",
    "١٠٣٨٠٢٨٤٧٩١",
    "-",
    "NaN",
    "1e10",
    "01038028479",
]


def check_digit(body: str) -> str:
    """The same digit by another road: the weights modulo 11, and the added tenth digit, 230 = -1 times, taken off."""
    weighted = sum(int(digit) * weight for digit, weight in zip(body, (7, 5, 1, 8, 6) * 2, strict=True))
    return str((weighted - int(body[9]) - 2) % 11)[-1]


def accepted(digits: str) -> bool:
    """Whether eleven digits are a national id of an organisation."""
    try:
        return organization_id(digits) == digits
    except InvalidIdentifierError:
        return False


def remainder(body: str) -> int:
    """What the check digit is made of, by the published formula."""
    added = int(body[9]) + 2
    return sum((int(digit) + added) * (29, 27, 23, 19, 17)[place % 5] for place, digit in enumerate(body)) % 11


@pytest.mark.parametrize(("written", "code"), GOOD)
def test_a_national_id_of_an_organisation_is_eleven_digits_however_it_is_written(written: str, code: str) -> None:
    assert check_digit(code[:10]) == code[10]
    assert organization_id(unify(written)) == code


@pytest.mark.parametrize("written", BAD)
def test_what_is_no_national_id_of_an_organisation_is_refused(written: str) -> None:
    with pytest.raises(InvalidIdentifierError):
        organization_id(unify(written))


def test_the_tables_are_as_long_as_they_should_be() -> None:
    assert min(len(set(GOOD)), len(set(BAD))) >= 60


@given(st.integers(0, 10**10 - 1).map("{:010d}".format))
def test_exactly_one_check_digit_fits_and_the_outcome_is_digits_that_stay_as_they_are(body: str) -> None:
    fitting = [body + digit for digit in "0123456789" if accepted(body + digit)]
    expected = body + check_digit(body)
    assert fitting == ([] if len(set(expected)) == 1 else [expected])


@given(st.text("0123456789۰۱۲٣٤ -–", min_size=9, max_size=14))
def test_the_outcome_is_eleven_ascii_digits_and_is_its_own_outcome(written: str) -> None:
    try:
        code = organization_id(unify(written))
    except InvalidIdentifierError:
        return
    assert len(code) == 11
    assert code.isascii()
    assert code.isdigit()
    assert organization_id(code) == code


def bodies(fixed: dict[int, int]) -> Iterator[str]:
    """For each of the eleven remainders a body with these digits at these places: two other places give all eleven."""
    free = [place for place in range(10) if place not in fixed]
    found: dict[int, str] = {}
    for one, two in product(range(10), repeat=2):
        digits = {**dict.fromkeys(free, 4), **fixed, free[0]: one, free[1]: two}
        body = "".join(str(digits[place]) for place in range(10))
        found.setdefault(remainder(body), body)
    assert len(found) == 11
    yield from found.values()


def escapes(body: str, wrong: str) -> bool:
    """Remainders 0 and 10 have the same check digit, the one thing that the published formula cannot tell apart."""
    return {remainder(body), remainder(wrong)} == {0, 10}


@pytest.mark.parametrize("place", range(10))
def test_every_wrong_digit_is_caught_but_those_between_remainders_0_and_10(place: int) -> None:
    missed = 0
    for right, wrong in product(range(10), repeat=2):
        for body in bodies({place: right}) if right != wrong else ():
            damaged = body[:place] + str(wrong) + body[place + 1 :]
            assert accepted(damaged + check_digit(body)) == escapes(body, damaged)
            missed += escapes(body, damaged)
    # one digit is wrong in 10 * 9 ways over 11 remainders: at most one in fifty-five escapes, on average
    assert missed <= 10 * 9 * 11 / 55


@given(st.integers(0, 10**10 - 1).map("{:010d}".format), st.integers(1, 9))
def test_a_wrong_check_digit_is_always_caught(body: str, by: int) -> None:
    right = check_digit(body)
    assert not accepted(body + str((int(right) + by) % 10))


@pytest.mark.parametrize("place", range(9))
def test_every_swap_of_neighbours_is_caught_but_those_between_remainders_0_and_10(place: int) -> None:
    for one, two in product(range(10), repeat=2):
        for body in bodies({place: one, place + 1: two}) if one != two else ():
            swapped = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
            assert accepted(swapped + check_digit(body)) == escapes(body, swapped)


def test_a_swap_of_the_tenth_digit_with_the_check_digit_is_caught_but_for_nought_and_nine() -> None:
    missed = set()
    for tenth in range(10):
        for body in bodies({9: tenth}):
            check = check_digit(body)
            if check != body[9] and accepted(body[:9] + check + body[9]):
                missed.add(body[9] + check)
    # by hand: with check digit 0 for remainder 10, the tenth digit t must satisfy 6t = 10 modulo 11
    assert missed == {"09", "90"}
