"""National ids and phone numbers for readers who may not see them: only the last four characters stay."""

from __future__ import annotations

from typing import Any, Final

import orjson

__all__ = ["MASKED_TYPES", "mask", "masked_profile"]

MASKED_TYPES: Final = frozenset({"national_id", "phone"})
_VISIBLE: Final = 4
_VALUE_FIELDS: Final = ("value", "normalised", "normalized", "raw", "display")


def mask(value: str) -> str:
    """`+989121234567` → `*********4567`; a value of four characters or fewer disappears altogether."""
    if len(value) <= _VISIBLE:
        return "*" * len(value)
    return "*" * (len(value) - _VISIBLE) + value[-_VISIBLE:]


def masked_profile(data: dict[str, Any]) -> bytes | None:
    """The profile section's JSON with national ids and phone numbers masked; None where it holds none."""
    identifiers = data.get("identifiers")
    if not isinstance(identifiers, list) or not any(_is_sensitive(item) for item in identifiers):
        return None
    return orjson.dumps({**data, "identifiers": [_masked(item) for item in identifiers]})


def _is_sensitive(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") in MASKED_TYPES


def _masked(item: Any) -> Any:
    if not _is_sensitive(item):
        return item
    hidden = {name: mask(item[name]) for name in _VALUE_FIELDS if isinstance(item.get(name), str)}
    return {**item, **hidden}
