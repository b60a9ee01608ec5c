"""Pure rules about identifiers: what each type is worth, how many of it there may be, and what is no value at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

__all__ = [
    "MAX_CANONICAL",
    "TYPES",
    "TYPE_PATTERN",
    "IdentifierType",
    "InvalidIdentifierError",
    "Wanted",
    "beyond_maximum",
    "is_placeholder",
    "mask",
    "shown",
    "type_of",
]

TYPE_PATTERN: Final = (
    r"^(national_id|organization_id|phone|email|card|cookie"
    r"|social:[a-z0-9][a-z0-9_.-]{0,39}|external:[A-Za-z0-9][A-Za-z0-9_.-]{0,59})$"
)
MAX_CANONICAL: Final = 256
"""Characters of a canonical form: it is indexed, and an index row has a limit."""

_PRIVATE: Final = frozenset({"national_id", "phone"})
_SHOWN: Final = 4

_NO_VALUE: Final = (
    r"[\W_]+",
    r"[\W_]*0[\W_0]*",
    r"-1",
    r"test|تست|null|none|nil|nan|n/a|undefined|unknown|نامشخص|نامعلوم|ندارد",
)
_ONE_DIGIT: Final = r"\D*(\d)(?:\D*\1)*\D*"
_ONE_DIGIT_ABROAD: Final = r"\+\d{1,3}?(\d)\1{8,}(?:;ext=\d+)?"
"""A country code and then nine or more times the same digit; eight alike are somebody's in Singapore or Hong Kong."""
_NO_MAILBOX: Final = (
    r"(?:test|none|null|nan|na|unknown|no-?e?mail)@(?:test|none|null|nan|na|unknown|no-?e?mail|e?mail)\.[a-z]{2,}",
    r"(.)@\1\.[a-z]{2,}",
)


class InvalidIdentifierError(ValueError):
    """A value that cannot be of its type; `kind` picks the translated message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class IdentifierType:
    """What is decided about one type.

    `unique`: it points at one customer at most, in the whole database. `shared`: families and firms share it, so it
    finds somebody only where exactly one has it. `maximum` is per customer and exact type (`external:shop` and
    `external:web` count apart). The lower the `priority`, the more it says about who somebody is. A value is no value
    if all of it, case folded and in one spelling, matches one of `blocked` (regular expressions).
    """

    name: str
    strength: Literal["unique", "shared"]
    maximum: int
    priority: int
    blocked: tuple[str, ...] = _NO_VALUE


TYPES: Final = (
    IdentifierType("national_id", "unique", 1, 1, (*_NO_VALUE, _ONE_DIGIT)),
    IdentifierType("organization_id", "unique", 1, 2, (*_NO_VALUE, _ONE_DIGIT)),
    IdentifierType("card", "unique", 10, 3),
    IdentifierType("external:*", "unique", 20, 4),
    IdentifierType("social:*", "unique", 5, 5),
    IdentifierType("phone", "shared", 20, 6, (*_NO_VALUE, _ONE_DIGIT, _ONE_DIGIT_ABROAD)),
    IdentifierType("email", "shared", 20, 7, (*_NO_VALUE, *_NO_MAILBOX)),
    IdentifierType("cookie", "shared", 50, 8),
)
"""Every type there is, in the order of priority; `social:*` stands for each network, `external:*` for each system."""

_BY_NAME: Final = {each.name.removesuffix(":*"): each for each in TYPES}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An identifier somebody asks for or wants to set: as given, and in the form that is compared per type."""

    type: str
    value: str
    canonical: str

    @property
    def key(self) -> tuple[str, str]:
        """What is compared."""
        return (self.type, self.canonical)

    @property
    def exclusive(self) -> bool:
        """Whether at most one customer can have it."""
        return type_of(self.type).strength == "unique"


def type_of(type_: str) -> IdentifierType:
    """The rules of a type that matches TYPE_PATTERN, such as `phone` or `external:shop`."""
    return _BY_NAME[type_.partition(":")[0]]


def is_placeholder(type_: str, text: str) -> bool:
    """Whether a value in one spelling says nothing: zeros, dashes, `test`, `-1`, one digit over and over …

    >>> is_placeholder("phone", "0000 000"), is_placeholder("card", "N/A"), is_placeholder("external:shop", "1111")
    (True, True, False)
    """
    folded = text.casefold()
    return any(re.fullmatch(pattern, folded) for pattern in type_of(type_).blocked)


def beyond_maximum(wanted: Iterable[Wanted]) -> list[int]:
    """The places of those of a customer's identifiers that are one too many of their type."""
    counted: Counter[str] = Counter()
    over = []
    for index, identifier in enumerate(wanted):
        counted[identifier.type] += 1
        if counted[identifier.type] > type_of(identifier.type).maximum:
            over.append(index)
    return over


def mask(value: str) -> str:
    """The value with all but its last four characters hidden; a value of four or less is hidden whole.

    >>> mask("+989121234567")
    '*********4567'
    """
    hidden = len(value) - _SHOWN if len(value) > _SHOWN else len(value)
    return "*" * hidden + value[hidden:]


def shown(type_: str, value: str) -> str:
    """The value as somebody without the right to personal data sees it: national ids and phones masked."""
    return mask(value) if type_ in _PRIVATE else value
