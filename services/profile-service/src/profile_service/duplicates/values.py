"""The values that a piece of evidence is about. They are not stored with it: a copy of personal data would outlive
the customer's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from profile_service.duplicates.comparison import email_level, phone_level
from profile_service.duplicates.domain import Evidence, Level
from profile_service.duplicates.records import Raw, phone_key

__all__ = ["values_of"]

Pair = tuple[str | None, str | None]

_OTHER_PART: Final = {"name.given": "name.family", "name.family": "name.given"}


def values_of(evidence: Evidence, a: Raw | None, b: Raw | None) -> Pair:
    """The two values, as they were given; None for a customer who is no longer compared or lacks the field."""
    field = evidence.field
    if a is None or b is None:
        return (_single(field, a), _single(field, b))
    if field in _CLOSEST:
        return _closest(field, a, b)
    if field.startswith("name.") and a.kind == "person":
        return (_single(field, a), _single(_OTHER_PART[field] if evidence.level is Level.SWAPPED else field, b))
    return (_single(field, a), _single(field, b))


def _single(field: str, raw: Raw | None) -> str | None:
    if raw is None:
        return None
    group, _, part = field.partition(".")
    if group == "name":
        return _name(part, raw)
    if group == "address":
        return (raw.address or {}).get("line1" if part == "number" else part)
    if group == "birth_date":
        return raw.birth_date.isoformat() if raw.birth_date else None
    return next((value for type_, value in raw.identifiers if type_ == field), None)


def _name(part: str, raw: Raw) -> str | None:
    names = [name for name in raw.names if any(name)]
    if not names:
        return None
    given, family, display = names[0]
    if raw.kind != "person":
        return display or given or family
    return (given if part == "given" else family) or (display if not (given or family) else None)


def _closest(field: str, a: Raw, b: Raw) -> Pair:
    likeness = _CLOSEST[field]
    pairs = [
        (likeness(one, other), one, other)
        for type_, one in a.identifiers
        if type_ == field
        for other_type, other in b.identifiers
        if other_type == field
    ]
    return max(pairs)[1:] if pairs else (_single(field, a), _single(field, b))


def _phones(one: str, other: str) -> float:
    return phone_level(phone_key(one), phone_key(other))[1]


def _emails(one: str, other: str) -> float:
    return email_level(one, other)[1]


def _same(one: str, other: str) -> float:
    return float(one == other)


_CLOSEST: Final[dict[str, Callable[[str, str], float]]] = {
    "phone": _phones,
    "email": _emails,
    "national_id": _same,
    "organization_id": _same,
}
