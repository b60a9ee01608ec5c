"""Pure rules about identifiers: their types, the form they are compared in, and what others may see of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["MAX_CANONICAL", "TYPE_PATTERN", "Wanted", "canonical", "mask", "shown"]

TYPE_PATTERN: Final = (
    r"^(national_id|organization_id|phone|email|card|cookie"
    r"|social:[a-z0-9][a-z0-9_.-]{0,39}|external:[A-Za-z0-9][A-Za-z0-9_.-]{0,59})$"
)
MAX_CANONICAL: Final = 256
"""Characters of a canonical form: it is indexed, and an index row has a limit."""

_PRIVATE: Final = frozenset({"national_id", "phone"})
_OPAQUE: Final = frozenset({"card", "cookie", "external"})
_DIALLED: Final = re.compile(r"\+?[0-9]+")
_GROUPING: Final = re.compile(r"[\s().\-/]+")
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """An identifier somebody asks for or wants to set: as given, and in the form that is unique per type."""

    type: str
    value: str
    canonical: str

    @property
    def key(self) -> tuple[str, str]:
        """What is unique."""
        return (self.type, self.canonical)


def canonical(type_: str, text: str) -> str:
    """The comparable form of a value that is already in one spelling (`hamdel.text.unify`).

    A phone loses its grouping and keeps a leading plus and every zero; one that is not a plain number stays as it is.
    E-mail addresses, handles and registry numbers are compared without regard to case (their accents count: those are
    other mailboxes). Cards, cookies and ids of other systems are opaque: `aB` and `Ab` are two customers.
    """
    if type_.partition(":")[0] in _OPAQUE:
        return text
    if type_ != "phone":
        return text.casefold()
    compact = _GROUPING.sub("", text)
    return compact if _DIALLED.fullmatch(compact) else text.casefold()


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
