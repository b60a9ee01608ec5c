"""Answers as bytes: serialised once, never validated again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel
from starlette.responses import Response

__all__ = ["Answer", "JsonBytes", "json_bytes"]


class JsonBytes(Response):
    """A response whose body is JSON already."""

    media_type = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a use case answers when status or headers differ from the route's own.

    `body` is a pydantic model, anything orjson knows, JSON bytes, or None for no body.
    """

    body: Any = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def json_bytes(value: Any) -> bytes:
    """JSON of a pydantic model, of plain data with such models inside, or the bytes themselves; None gives no bytes."""
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, BaseModel):
        return type(value).__pydantic_serializer__.to_json(value)
    return orjson.dumps(value, _plain, orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)  # those of the database driver, which orjson does not know
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"not JSON: {type(value).__name__}")
