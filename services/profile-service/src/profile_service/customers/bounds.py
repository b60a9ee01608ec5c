"""The bounds of the open objects (`attributes`, `preferences`): what they may hold so that it can be kept as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final

import orjson
from pydantic import AfterValidator

__all__ = ["MAX_BYTES", "MAX_DEPTH", "BoundedObject", "PatchObject", "bounded"]

MAX_BYTES: Final = 16 * 1024
MAX_DEPTH: Final = 5
"""Levels of objects and arrays, the outermost counted."""

_MAX_NUMBER: Final = 2.0**63
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


def bounded(size: int, levels: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A validator of JSON objects that can be kept: so many bytes (UTF-8), so many levels of objects and arrays."""

    def storable(value: dict[str, Any]) -> dict[str, Any]:
        _check_parts(value, levels)
        if len(orjson.dumps(value)) > size:
            raise ValueError(f"is larger than {size} bytes")
        return value

    return storable


def _mergeable(value: dict[str, Any]) -> dict[str, Any]:
    _check_parts(value, MAX_DEPTH + 1)
    return value


BoundedObject = Annotated[dict[str, Any], AfterValidator(bounded(MAX_BYTES, MAX_DEPTH))]
"""A JSON object of at most 16 KiB (UTF-8) and five levels, without NUL or lone surrogates, with numbers that a
64-bit integer or a double can hold."""

PatchObject = Annotated[dict[str, Any], AfterValidator(_mergeable)]
"""A merge patch of a record that has such objects in it: nothing deeper could come out valid."""


def _check_parts(value: dict[str, Any], levels: int) -> None:
    for part, depth in _parts(value, 1, levels):
        if depth > levels:
            raise ValueError(f"has more than {levels} levels")
        _check_scalar(part)


def _parts(value: Any, depth: int, levels: int) -> Iterator[tuple[Any, int]]:
    """Every key and every value with its level. Stops descending one level too deep."""
    is_container = isinstance(value, dict | list)
    yield value, depth if is_container else 0
    if not is_container or depth > levels:
        return
    if isinstance(value, dict):
        yield from ((key, 0) for key in value)
        value = list(value.values())
    for item in value:
        yield from _parts(item, depth + 1, levels)


def _check_scalar(part: Any) -> None:
    if isinstance(part, str):
        if _UNSTORABLE.search(part):
            raise ValueError("holds text that cannot be stored (NUL or a lone surrogate)")
    elif isinstance(part, float | int) and not isinstance(part, bool) and not abs(part) < _MAX_NUMBER:
        raise ValueError("holds a number that is too large")
    elif not isinstance(part, dict | list | str | float | int | None):
        raise ValueError("holds something that is not JSON")
