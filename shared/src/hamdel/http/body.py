"""The body of a request: read once, parsed once, and refused where PostgreSQL could not hold it."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request

from hamdel.http.call import Call
from hamdel.http.problem import FieldError, InvalidValue, Malformed, UnsupportedMediaType

__all__ = ["JsonRequest", "read_body", "refuse_nul"]


class JsonRequest(Request):
    """A request whose JSON has been read. orjson refuses what the standard library lets through: NaN, Infinity, lone
    surrogates, invalid UTF-8, endless nesting; an integer beyond 64 bits becomes a float and fails as a value."""

    _raw: bytes
    _parsed: Any = None

    @classmethod
    async def read(cls, request: Request, call: Call) -> JsonRequest:
        """Raises TooLarge (413), UnsupportedMediaType (415), Malformed (400) and, for NUL, InvalidValue (422)."""
        raw = await read_body(request)
        reader = cls(request.scope, request.receive)
        reader._raw = call.body = raw
        if raw:
            _check_type(request)
            reader._parsed = _parse(raw)
        return reader

    async def body(self) -> bytes:
        """The bytes as they came."""
        return self._raw

    async def json(self) -> Any:
        """The parsed value."""
        return self._parsed


async def read_body(request: Request) -> bytes:
    """All of the body; the limit is enforced by the edge while it arrives (413)."""
    chunks: list[bytes] = []
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def refuse_nul(request: Request) -> None:
    """Raises InvalidValue where the path or the query holds U+0000, which PostgreSQL's text cannot."""
    if "\x00" in request.scope["path"]:
        raise InvalidValue(errors=[FieldError("/path", "must not contain NUL", "nul")])
    if b"%00" in request.scope["query_string"]:
        raise InvalidValue(errors=[FieldError("/query", "must not contain NUL", "nul")])


def _check_type(request: Request) -> None:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise UnsupportedMediaType(detail="expected: Content-Type: application/json")


def _parse(raw: bytes) -> Any:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed("malformed-json", f"{error.msg} at character {error.pos}") from error
    if b"\\u0000" in raw and (pointers := _nul_pointers(value)):
        raise InvalidValue(errors=[FieldError(at, "must not contain NUL", "nul") for at in pointers])
    return value


def _nul_pointers(value: Any) -> list[str]:
    # Not recursive: orjson takes a nesting of 1,024, the interpreter's stack may not.
    found: list[str] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        at, inner = waiting.pop()
        if isinstance(inner, str) and "\x00" in inner:
            found.append(at)
        elif isinstance(inner, list):
            waiting += [(f"{at}/{number}", item) for number, item in enumerate(inner)]
        elif isinstance(inner, dict):
            found += [at] if any("\x00" in key for key in inner) else []
            waiting += [(f"{at}/{escape(key)}", item) for key, item in inner.items() if "\x00" not in key]
    return sorted(found)


def escape(token: str) -> str:
    """A reference token of a JSON pointer (RFC 6901, section 3)."""
    return token.replace("~", "~0").replace("/", "~1")
