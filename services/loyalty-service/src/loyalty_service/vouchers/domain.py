"""Codes for the till, and what may be done with a voucher.

A code has fourteen random signs and a check sign, in groups of five: `K7CWM-4TPHX-9RDAF`. Its 23 signs are those that
no other sign looks like (neither 0 nor O; 1, I, L; 2, Z; 5, S; 8, B; 6, U), so it holds 14 × log₂ 23 = 63 bits. The
check sign makes the sum of each sign's value times its place (1 … 15) a multiple of 23. 23 is prime and greater than
every place, so any one wrong sign and any two signs swapped are noticed: the scheme of ISBN-10 (ISO 2108:1992), with 23
for 11.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

__all__ = [
    "CODES",
    "Status",
    "Voucher",
    "code_of",
    "hash_of",
    "read_code",
    "refusal",
    "spelled",
    "state_of",
    "used",
    "voided",
]

SIGNS: Final = "3479ACDEFGHJKMNPQRTVWXY"
RANDOM_SIGNS: Final = 14
GROUP: Final = 5
CODES: Final = len(SIGNS) ** RANDOM_SIGNS
"""How many codes there are; each number below makes one."""

Status = Literal["open", "used", "void", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A code that was given out; of the code itself only the hash and the last four signs are kept. `reward_*` and
    `points` are those of its redemption. Usable until `expires_at` (excluded); None = for ever."""

    id: UUID
    last4: str
    program_id: UUID
    customer_id: UUID
    redemption_id: UUID
    reward_code: str
    reward_kind: str
    points: int
    status: Literal["open", "used", "void"]
    issued_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = None
    used_by: str | None = None
    version: int = 1


def code_of(number: int) -> str:
    """The code of a random number below `CODES`, without groups.

    >>> code_of(0)
    '333333333333333'
    """
    signs = []
    for _ in range(RANDOM_SIGNS):
        number, at = divmod(number, len(SIGNS))
        signs.append(at)
    check = -_weighted(signs) * pow(RANDOM_SIGNS + 1, -1, len(SIGNS)) % len(SIGNS)
    return "".join(SIGNS[at] for at in (*signs, check))


def spelled(code: str) -> str:
    """The code in groups, as people read it.

    >>> spelled("333333333333333")
    '33333-33333-33333'
    """
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def read_code(text: str) -> str | None:
    """The code that somebody typed, without groups: any case, with Persian or Arabic digits, hyphens and blanks
    anywhere. None where it is none of ours or the check sign says that it is mistyped.

    >>> read_code("33333 33333-۳۳۳۳۳"), read_code("33333-33333-33334")
    ('333333333333333', None)
    """
    signs = [_sign(one) for one in text.upper() if not (one.isspace() or unicodedata.category(one) == "Pd")]
    if len(signs) != RANDOM_SIGNS + 1 or not all(one in SIGNS for one in signs):
        return None
    values = [SIGNS.index(one) for one in signs]
    return "".join(signs) if _weighted(values) % len(SIGNS) == 0 else None


def hash_of(code: str) -> bytes:
    """What a code is found by: SHA-256. Nobody tries 2⁶³ codes, so it needs no salt and no stretching."""
    return hashlib.sha256(code.encode()).digest()


def state_of(voucher: Voucher, at: datetime) -> Status:
    """Its status at a moment: an open one expires by itself."""
    over = voucher.expires_at is not None and voucher.expires_at <= at
    return "expired" if voucher.status == "open" and over else voucher.status


def refusal(voucher: Voucher, at: datetime) -> str | None:
    """Why it cannot be used at a moment, as a code of a problem; None when it can."""
    state = state_of(voucher, at)
    return None if state == "open" else f"voucher-{state}"


def used(voucher: Voucher, at: datetime, by: str) -> Voucher:
    """After its one use."""
    return replace(voucher, status="used", used_at=at, used_by=by, version=voucher.version + 1)


def voided(voucher: Voucher) -> Voucher:
    """After its redemption was undone."""
    return replace(voucher, status="void", version=voucher.version + 1)


def _sign(one: str) -> str:
    return str(unicodedata.digit(one, one))


def _weighted(values: list[int]) -> int:
    return sum(place * value for place, value in enumerate(values, 1))
