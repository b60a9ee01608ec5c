"""Card numbers as ISO/IEC 7812-1 makes them, and when one that could not be registered is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

__all__ = ["DIGITS", "MOST_CARDS", "Card", "card_number", "check_digit", "free_digits", "is_card_number", "pause_after"]

DIGITS: Final = 16
"""Of a whole number; ISO/IEC 7812-1 allows up to 19, tills and forms expect 16."""

MOST_CARDS: Final = 10
"""Cards of one customer, over all programmes: profile-service keeps no more identifiers of the type."""

_FIRST_PAUSE: Final = timedelta(seconds=2)
_LONGEST_PAUSE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Card:
    """A card of a customer (the id that enrolled); `prefix` are the digits its number was made behind.

    `registered_at` is None until profile-service has the number; `attempts` counts how often it was asked.
    """

    id: UUID
    program_id: UUID
    customer_id: UUID
    prefix: str
    number: str
    issued_at: datetime
    registered_at: datetime | None = None
    attempts: int = 0


def card_number(prefix: str, drawn: str) -> str:
    """The number of the prefix, the drawn digits (`free_digits` of them) and the check digit.

    Raises ValueError for anything but digits and for another length than `DIGITS`.
    """
    body = prefix + drawn
    if len(body) != DIGITS - 1:
        raise ValueError(f"a card number has {DIGITS} digits")
    return body + check_digit(body)


def free_digits(prefix: str) -> int:
    """How many digits are to be drawn behind a prefix.

    >>> free_digits("627353")
    9
    """
    return DIGITS - 1 - len(prefix)


def check_digit(body: str) -> str:
    """The check digit of the digits before it (ISO/IEC 7812-1, annex B, the formula of H. P. Luhn, US patent
    2,950,048): from the right every other digit is doubled, the digits of all are added, and the check digit makes the
    sum a multiple of ten. It catches every wrong digit, and every swap of neighbours but 09 and 90. Raises ValueError.

    >>> check_digit("7992739871")
    '3'
    """
    if not (body.isascii() and body.isdecimal()):
        raise ValueError("a card number has digits only")
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def is_card_number(number: str) -> bool:
    """Whether the check digit fits.

    >>> is_card_number("79927398713"), is_card_number("79927398710")
    (True, False)
    """
    return number.isascii() and number.isdecimal() and len(number) > 1 and check_digit(number[:-1]) == number[-1]


def pause_after(attempts: int) -> timedelta:
    """How long a number waits after so many vain attempts: two seconds, doubled each time, at most six hours."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 30)), _LONGEST_PAUSE)
