"""Opaque keyset cursors: base64url (RFC 4648, section 5, unpadded) of a JSON array of the last row's sort keys."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from hamdel.http.problem import Malformed

__all__ = ["cut_page", "decode_cursor", "encode_cursor"]

T = TypeVar("T")

_MAX_LENGTH = 2_048


def encode_cursor(*keys: Any) -> str:
    """The cursor of the row with these sort keys (strings, numbers, UUIDs, datetimes).

    >>> encode_cursor(7, "a")
    'WzcsImEiXQ'
    """
    return base64.urlsafe_b64encode(orjson.dumps(keys, default=str)).rstrip(b"=").decode()


def cut_page(found: Sequence[T], limit: int, keys: Callable[[T], tuple[Any, ...]]) -> tuple[list[T], str | None]:
    """The page out of the `limit + 1` rows that were asked for, and the cursor of the next one: the sort keys of the
    page's last row, None at the end of the list.

    >>> cut_page([5, 6, 7], 2, lambda row: (row,))
    ([5, 6], 'WzZd')
    """
    page = list(found[:limit])
    return page, encode_cursor(*keys(page[-1])) if len(found) > limit else None


def decode_cursor(cursor: str | None, *types: Any) -> tuple[Any, ...] | None:
    """The sort keys, each as its type; None for the first page. Raises Malformed `bad-cursor`.

    >>> decode_cursor("WzcsImEiXQ", int, str)
    (7, 'a')
    """
    if cursor is None:
        return None
    try:
        if len(cursor) > _MAX_LENGTH:
            raise ValueError("too long")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        keys = orjson.loads(raw)
        if not isinstance(keys, list) or b"\\u0000" in raw:
            raise ValueError("not a list of keys")
        shape: Any = tuple.__class_getitem__(types)
        found: tuple[Any, ...] = TypeAdapter(shape).validate_python(tuple(keys))
        return found
    except (ValueError, binascii.Error, ValidationError) as error:
        raise Malformed("bad-cursor", "the cursor is not one of this list") from error
