"""Which value a name stands for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

__all__ = ["FIELDS", "attribute", "attributes"]

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (name,) for name in ("kind", "gender", "occupation", "income_band", "language", "timezone")},
    **{name: (name,) for name in ("interests", "tags")},
    **{f"{part}_name": ("name", part) for part in ("given", "family", "display")},
    **{name: ("address", name) for name in ("city", "region", "country")},
}
"""The fields of the record that have a name, and where they are."""

LONGEST: Final = 500


def attributes(document: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Name → value, for the names that have one."""
    found = {name: attribute(document, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def attribute(document: Mapping[str, Any], name: str) -> Any:
    """The customer's own attribute of this name, else the field of the record; None where neither says anything that
    can be compared: a text of at most 500 characters, a number, a truth, or a list of texts."""
    own = document["attributes"].get(name)
    value = own if own is not None else _field(document, FIELDS.get(name, ()))
    return value if _comparable(value) or (isinstance(value, list) and value and all(map(_word, value))) else None


def _field(document: Mapping[str, Any], place: tuple[str, ...]) -> Any:
    if not place:
        return None
    found: Any = document
    for step in place:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _comparable(value: Any) -> bool:
    return _word(value) or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))


def _word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST
