"""The national ids of Iran: ten digits for a person, eleven for an organisation, each with a check digit.

Neither registry publishes a standard on the web; the formulas are those that every public description agrees on.
"""

from __future__ import annotations

import re
from typing import Final

from profile_service.identifiers.domain import InvalidIdentifierError

__all__ = ["national_id", "organization_id"]

_GAPS: Final = re.compile(r"[\s\-‐–—−]+")
_PERSON_DIGITS: Final = 10
_PERSON: Final = re.compile(r"[0-9]{8,10}")
_ORGANIZATION: Final = re.compile(r"[0-9]{11}")
_ORGANIZATION_WEIGHTS: Final = (29, 27, 23, 19, 17) * 2


def national_id(text: str) -> str:
    """The national id (کد ملی) of a person as ten digits, from text with ASCII digits; spaces and dashes are allowed.

    Three digits for the place, six for the person, one to check: the sum of the first nine, weighted 10 down to 2,
    modulo 11; the check digit is that remainder where it is below 2, else 11 minus it
    (en.wikipedia.org/wiki/National_identification_number, Iran; persian-tools `verifyIranianNationalId`).

    Eight and nine digits are completed with zeros on the left: codes of places begin with one or two zeros (`001` is
    Tehran), never with three, and spreadsheets drop them. Raises InvalidIdentifierError for another number of digits,
    for ten times the same digit (which the formula lets pass), and for a wrong check digit: that catches every single
    wrong digit and every swap of neighbours except those that lead from remainder 1 to 10 or back (which have the same
    check digit), and a swap of the last two where they are 1 and 3.
    """
    digits = _GAPS.sub("", text)
    if not _PERSON.fullmatch(digits):
        raise InvalidIdentifierError("national_id_digits", "a national id has ten digits")
    digits = digits.zfill(_PERSON_DIGITS)
    remainder = sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:-1])) % 11
    expected = remainder if remainder < 2 else 11 - remainder
    if len(set(digits)) == 1 or int(digits[-1]) != expected:
        raise InvalidIdentifierError("national_id_check", "the check digit of the national id is wrong")
    return digits


def organization_id(text: str) -> str:
    """The national id (شناسهٔ ملی) of an organisation as eleven digits; spaces and dashes are allowed.

    The tenth digit plus 2 is added to each of the first ten; these, weighted 29 27 23 19 17 29 27 23 19 17, summed,
    modulo 11, give the check digit, 10 counting as 0 (aliarash.com/article/shenasameli; persian-tools
    `verifyIranianLegalId`). Raises InvalidIdentifierError for another number of digits, for eleven times the same
    digit, and for a wrong check digit: that catches every single wrong digit and every swap of neighbours except those
    that lead from remainder 0 to 10 or back, and a swap of the last two where they are 0 and 9.
    """
    digits = _GAPS.sub("", text)
    if not _ORGANIZATION.fullmatch(digits):
        raise InvalidIdentifierError("organization_id_digits", "an organization id has eleven digits")
    added = int(digits[9]) + 2
    weighted = zip(digits[:10], _ORGANIZATION_WEIGHTS, strict=True)
    expected = sum((int(digit) + added) * weight for digit, weight in weighted) % 11 % 10
    if len(set(digits)) == 1 or int(digits[10]) != expected:
        raise InvalidIdentifierError("organization_id_check", "the check digit of the organization id is wrong")
    return digits
