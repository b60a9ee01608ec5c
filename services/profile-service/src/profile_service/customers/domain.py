"""Pure rules about the customer record.

A *document* is the record as plain JSON: fields that have no value are absent, collections are always there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

__all__ = [
    "FIELDS",
    "Change",
    "Customer",
    "Document",
    "Identifier",
    "Link",
    "birth_date_is_possible",
    "changes",
    "complete",
    "empty_document",
    "filled",
    "merge_patch",
]

Document = dict[str, Any]

_MISSING: Final = object()
_FURTHEST_EAST: Final = timedelta(hours=14)

_NAME: Final[Document] = dict.fromkeys(("given", "family", "display"))
_ADDRESS: Final[Document] = dict.fromkeys(("line1", "line2", "city", "region", "postal_code", "country"))

_TEMPLATE: Final[Document] = {
    "kind": None,
    "name": {},
    "birth_date": None,
    "gender": None,
    "occupation": None,
    "income_band": None,
    "address": None,
    "location": None,
    "language": None,
    "timezone": None,
    "interests": [],
    "preferences": {},
    "special_needs": None,
    "attributes": {},
    "tags": [],
}


FIELDS: Final = frozenset(_TEMPLATE)
"""The fields of a document."""


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """An identifier of a customer; `value` is as it was given. Sorts by id, which is by age."""

    id: UUID
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """One merge that holds: `absorbed_id` is shown by `survivor_id`, its direct parent. `merged_at` is UTC."""

    merge_id: UUID
    survivor_id: UUID
    absorbed_id: UUID
    merged_at: datetime
    merged_by: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as stored, or as it is shown together with those merged into it, which `merged` then names.

    `version` counts 1, 2, 3 … with every change of the customer's own record, times are UTC.
    """

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    document: Document
    identifiers: tuple[Identifier, ...] = ()
    code: str = ""
    last_verified_at: datetime | None = None
    archived_at: datetime | None = None
    merged: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; `field` is a JSON pointer (RFC 6901), None stands for no value."""

    field: str
    old: Any
    new: Any


def empty_document(kind: str = "person") -> Document:
    """The document of a customer of whom nothing is known but the kind."""
    return {"kind": kind, "name": {}, "interests": [], "preferences": {}, "attributes": {}, "tags": []}


def complete(document: Document) -> Document:
    """Every field of the record in the order of the contract, those without a value as None."""
    whole: Document = {field: document.get(field, default) for field, default in _TEMPLATE.items()}
    whole["name"] = {**_NAME, "other_script": None, **whole["name"]}
    if whole["name"]["other_script"] is not None:
        whole["name"]["other_script"] = {**_NAME, **whole["name"]["other_script"]}
    if whole["address"] is not None:
        whole["address"] = {**_ADDRESS, **whole["address"]}
    return whole


def filled(document: Document) -> Document:
    """The fields that say something: empty collections left out."""
    return {field: value for field, value in document.items() if value not in ({}, [])}


def merge_patch(target: Any, patch: Any) -> Any:
    """The target with a JSON merge patch applied (RFC 7396, section 2); neither argument is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def changes(old: Document, new: Document) -> list[Change]:
    """The smallest places that differ, sorted by pointer: objects are compared member by member, lists as a whole."""
    return sorted(_differences("", old, new), key=lambda change: change.field)


def birth_date_is_possible(birth_date: date, now: datetime) -> bool:
    """Whether somebody can have been born on that date: not after today where the day begins first (UTC+14)."""
    return birth_date <= (now + _FURTHEST_EAST).date()


def _differences(pointer: str, old: Any, new: Any) -> Iterator[Change]:
    if _same(old, new):
        return
    before, after = _members(old, new), _members(new, old)
    if before is None or after is None or not (before or after):
        yield Change(pointer, _value(old), _value(new))
        return
    for key in before.keys() | after.keys():
        step = f"{pointer}/{_escape(key)}"
        yield from _differences(step, before.get(key, _MISSING), after.get(key, _MISSING))


def _members(value: Any, other: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    return {} if value is _MISSING and isinstance(other, dict) else None


def _value(value: Any) -> Any:
    return None if value is _MISSING else value


def _same(old: Any, new: Any) -> bool:
    """Equality of JSON values: unlike in Python, true is not 1."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(isinstance(old, bool) == isinstance(new, bool) and old == new)


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
