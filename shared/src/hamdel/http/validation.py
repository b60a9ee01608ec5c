"""pydantic's errors as places of the request: JSON pointers with a kind that the catalogue can translate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hamdel.http.body import escape
from hamdel.http.problem import FieldError

__all__ = ["field_errors"]

_MOST = 100


def field_errors(errors: Iterable[Mapping[str, Any]]) -> list[FieldError]:
    """At most 100 of them, without the refused values: an answer must not echo what may be personal data."""
    found = []
    for error in errors:
        context = {k: v for k, v in error.get("ctx", {}).items() if isinstance(v, str | int | float)}
        found.append(FieldError(_pointer(error["loc"]), error["msg"], error["type"], context))
        if len(found) == _MOST:
            break
    return found


def _pointer(location: tuple[Any, ...]) -> str:
    if not location:
        return ""
    place, rest = location[0], location[1:]
    tokens = rest if place == "body" else location
    return "".join(f"/{escape(str(token))}" for token in tokens)
