"""Pure rules of merges: which value survives, what stands against a merge, and what a clerk is shown before it.

Nothing is copied and nothing is deleted by a merge. The *golden* document is made from the documents of the family
whenever it is read, so taking a link away gives everybody back as if it had never been there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

__all__ = ["STRONG", "Record", "Veto", "conflicts", "crowded", "golden", "rank", "veto"]

Document = dict[str, Any]
Origin = tuple[str, datetime]

RANKS: Final[Mapping[str, int]] = {"registry": 3, "branch": 2, "api": 1, "restore": 1}
"""How far a source is believed: a state register, then what was seen in a branch, then what clerks entered; every other
source (an import, a form on the web) comes after them."""

STRONG: Final = ("national_id", "organization_id")
"""Identifiers of which a person or an organisation has exactly one: two different ones are two customers."""

COUPLED: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("/name/given", "/name/family", "/name/display", "/name/other_script"),
    "address": tuple(f"/address/{part}" for part in ("line1", "line2", "city", "region", "postal_code", "country")),
}
"""Fields whose parts belong together: half of one address and half of another is nobody's."""

JOINED: Final = ("interests", "tags")
MERGED: Final = ("preferences", "attributes")

_NEVER: Final[Origin] = ("", datetime.min.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Record:
    """A member of a family: its own document, and where each field has its value from (`/birth_date` → source, UTC)."""

    id: UUID
    document: Document
    origins: Mapping[str, Origin]


@dataclass(frozen=True, slots=True)
class Veto:
    """Why two customers cannot be one: an identifier type with different values, or `kind`."""

    field: str
    values: tuple[str, ...]


def rank(source: str) -> int:
    """How far a source is believed; 0 for one that is not listed."""
    return RANKS.get(source, 0)


def golden(family: Sequence[Record], since: datetime | None) -> Document:
    """The document that a family shows; `family` has the survivor first, `since` is when its first link was made.

    Per field the survivor's value wins where it was set while the link held, then the value of the best source, then
    the newest, then the survivor's. Names and addresses are taken whole; a part that is missing in the name is filled
    from the next best. Interests and tags are joined, preferences and attributes joined key by key.
    """
    survivor = family[0]
    document: Document = {"kind": survivor.document["kind"]}
    for field in _fields(family):
        value = _value(field, family, since)
        if value is not None:
            document[field] = value
    return document


def crowded(
    survivor: Iterable[tuple[str, str]], absorbed: Iterable[tuple[str, str]], maximum: Callable[[str], int]
) -> list[tuple[str, int, int]]:
    """The types of identifiers, given as (type, value), of which both together have more than the `maximum` of the
    type: (type, number of the survivor's, of the absorbed's). They stay readable; no further one can be added."""
    first, second = set(survivor), set(absorbed)
    together = Counter(type_ for type_, _ in first | second)
    over = [type_ for type_, count in together.items() if type_ not in STRONG and count > maximum(type_)]
    ours, theirs = (Counter(type_ for type_, _ in side) for side in (first, second))
    return [(type_, ours[type_], theirs[type_]) for type_ in sorted(over)]


def conflicts(survivor: Record, absorbed: Record) -> list[tuple[str, Any, Any]]:
    """The fields in which both say something, and not the same: (field, survivor's value, absorbed's value)."""
    return [
        (field, survivor.document[field], absorbed.document[field])
        for field in sorted(survivor.document.keys() & absorbed.document.keys())
        if field not in (*JOINED, *MERGED) and survivor.document[field] != absorbed.document[field]
    ]


def veto(kinds: Iterable[str], identifiers: Iterable[tuple[str, str]]) -> Veto | None:
    """What makes it impossible that these are one customer; `identifiers` are (type, canonical form)."""
    different = tuple(sorted(set(kinds)))
    if len(different) > 1:
        return Veto("kind", different)
    known = set(identifiers)
    for type_ in STRONG:
        values = tuple(sorted(value for each, value in known if each == type_))
        if len(values) > 1:
            return Veto(type_, values)
    return None


def _fields(family: Sequence[Record]) -> list[str]:
    return [field for field in dict.fromkeys(key for each in family for key in each.document) if field != "kind"]


def _value(field: str, family: Sequence[Record], since: datetime | None) -> Any:
    ordered = _best_first(family, field, since)
    if field == "name" or field in MERGED:
        return {key: value for record in reversed(ordered) for key, value in record.document[field].items()}
    if _set_while_linked(family[0], field, since):
        return family[0].document.get(field)
    if field in JOINED:
        return list(dict.fromkeys(value for record in ordered for value in record.document[field]))
    return ordered[0].document[field] if ordered else None


def _best_first(family: Sequence[Record], field: str, since: datetime | None) -> list[Record]:
    survivor = family[0]

    def key(record: Record) -> tuple[bool, int, datetime, bool, int]:
        source, changed_at = _origin(record, field)
        chosen = record is survivor and _set_while_linked(record, field, since)
        return (chosen, rank(source), changed_at, record is survivor, -record.id.int)

    return sorted((each for each in family if field in each.document), key=key, reverse=True)


def _set_while_linked(survivor: Record, field: str, since: datetime | None) -> bool:
    return since is not None and _origin(survivor, field)[1] > since


def _origin(record: Record, field: str) -> Origin:
    pointers = COUPLED.get(field, (f"/{field}",))
    return max((record.origins.get(pointer, _NEVER) for pointer in pointers), key=lambda origin: origin[1])
