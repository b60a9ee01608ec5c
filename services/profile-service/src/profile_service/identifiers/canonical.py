"""The one door through which every value becomes comparable: bodies, lookups, imports, old rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hamdel.text import NORMALISER_VERSION, unify
from profile_service.identifiers.domain import MAX_CANONICAL, InvalidIdentifierError, Wanted, is_placeholder
from profile_service.identifiers.emails import email
from profile_service.identifiers.national import national_id, organization_id
from profile_service.identifiers.phones import phone

__all__ = ["CANONICAL_VERSION", "canonical", "wanted"]

_RULES_VERSION: Final = 1
CANONICAL_VERSION: Final = NORMALISER_VERSION + _RULES_VERSION
"""Stored with each canonical form (`normaliser_version`). Counts changes of the text normaliser and, in
`_RULES_VERSION`, those of the rules per type; rows of an older one are made again when the service starts."""

_OPAQUE: Final = frozenset({"card", "cookie", "external"})
_FORMS: Final[Mapping[str, Callable[[str], str]]] = {"national_id": national_id, "organization_id": organization_id}


def canonical(type_: str, value: str, region: str) -> str:
    """The form in which a value is compared with others of its type; `region` is where phones are at home.

    Handles are compared without regard to case (their accents count: those are other accounts). Cards, cookies and ids
    of other systems are opaque: `aB` and `Ab` are two. Idempotent. Raises InvalidIdentifierError for a value that is
    not of its type, and for one that only fills a field.
    """
    text = unify(value)
    if not text:
        raise InvalidIdentifierError("identifier_empty", "has nothing to compare by")
    if is_placeholder(type_, text):
        raise InvalidIdentifierError("identifier_blocked", "only fills the field")
    form = _form(type_, value, text, region)
    if len(form) > MAX_CANONICAL:
        raise InvalidIdentifierError("identifier_long", f"has more than {MAX_CANONICAL} characters to compare by")
    if is_placeholder(type_, form):
        raise InvalidIdentifierError("identifier_blocked", "only fills the field")
    return form


def wanted(type_: str, value: str, region: str) -> Wanted:
    """The identifier with the form it is compared in. Raises InvalidIdentifierError."""
    return Wanted(type_, value, canonical(type_, value, region))


def _form(type_: str, value: str, text: str, region: str) -> str:
    if type_ == "phone":
        return phone(text, region)
    if type_ == "email":
        return email(value)
    if type_ in _FORMS:
        return _FORMS[type_](text)
    return text if type_.partition(":")[0] in _OPAQUE else text.casefold()
