"""A customer as record linkage sees it: every value already in its comparable form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from hamdel.text import normalise
from profile_service.duplicates.names import (
    Part,
    PersonName,
    Street,
    organisation_name,
    part_of,
    person_name,
    street_of,
)

__all__ = ["Raw", "Record", "phone_key", "record_of"]

_STRONG: Final = frozenset({"national_id", "organization_id"})
_PHONE_DIGITS: Final = 9
"""What is left of a number without its trunk zero or country code: the same subscriber written nationally and as E.164
(ITU-T E.164, section 6.2) agree in the last nine digits wherever subscriber numbers have nine digits or more."""


@dataclass(frozen=True, slots=True)
class Raw:
    """The columns of a customer that are compared; `names` holds (given, family, display) in each script,
    `identifiers` (type, canonical value)."""

    id: UUID
    kind: str
    names: tuple[tuple[str | None, str | None, str | None], ...]
    birth_date: date | None = None
    address: Mapping[str, Any] | None = None
    identifiers: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What is compared. Sets and tuples are empty where nothing is known."""

    id: UUID
    is_person: bool
    name: PersonName
    born: str
    """YYYYMMDD, or empty."""
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    street: Street | None
    postcode: str
    city: Part | None
    strong: Mapping[str, frozenset[str]]


def record_of(raw: Raw) -> Record:
    """The comparable forms of a customer's columns."""
    address = raw.address or {}
    is_person = raw.kind == "person"
    return Record(
        id=raw.id,
        is_person=is_person,
        name=person_name(raw.names) if is_person else organisation_name(raw.names),
        born=f"{raw.birth_date:%Y%m%d}".rjust(8, "0") if raw.birth_date else "",
        phones=tuple(sorted({phone_key(value) for value in _values(raw, "phone")} - {""})),
        emails=tuple(sorted(set(_values(raw, "email")))),
        street=street_of((address.get("line1"), address.get("line2"))),
        postcode="".join(normalise(address.get("postal_code") or "").split()).replace("-", ""),
        city=part_of(address.get("city")),
        strong={type_: frozenset(_values(raw, type_)) for type_ in _STRONG if _values(raw, type_)},
    )


def phone_key(value: str) -> str:
    """The last nine digits of a number.

    >>> phone_key("+989121234567") == phone_key("09121234567")
    True
    """
    return "".join(filter(str.isdigit, value))[-_PHONE_DIGITS:]


def _values(raw: Raw, type_: str) -> list[str]:
    return [value for known, value in raw.identifiers if known == type_]
