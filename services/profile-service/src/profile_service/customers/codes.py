"""The code of a customer: short enough for a card and a phone call, with a digit that catches a slip.

Eight digits and a check digit, nothing but digits, because it is dictated in Persian and in English alike. The database
gives it (`customer_code` in the migration, the default of the column):

* body = number × 61,803,399 mod 10^8, the number from a sequence. The factor has no divisor in common with 10, so this
  is a permutation of the 10^8 bodies: no body comes twice. It is about 10^8 divided by the golden ratio, which sets
  numbers that follow each other far apart (Knuth, The Art of Computer Programming 3, section 6.4). It hides nothing.
* check digit = Damm's (H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004, page 111): it catches every
  wrong digit and every swap of two neighbours. So any two codes differ in at least two places.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["DIGITS", "has_check_digit", "spelled"]

DIGITS: Final = 9

_QUASIGROUP: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_GROUPING: Final = re.compile(r"[\s\u2010-\u2015\u2212-]+")


def spelled(text: str) -> str | None:
    """The nine digits of a code as somebody typed it (digits unified, see `hamdel.text`), without its spaces and
    dashes; None where there are not nine.

    >>> spelled("6180-3399 1")
    '618033991'
    """
    digits = _GROUPING.sub("", text)
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdigit() else None


def has_check_digit(digits: str) -> bool:
    """Whether the last digit is the check digit of those before it (Damm 2004).

    >>> has_check_digit("5724"), has_check_digit("5742")
    (True, False)
    """
    interim = 0
    for digit in digits:
        interim = int(_QUASIGROUP[interim][int(digit)])
    return interim == 0
