"""The request's body on its way to the service: small in one piece, big as a stream, never over the limit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from hamdel.http.problem import Malformed, ProblemError, TooLarge

__all__ = ["RequestBody"]

DIRECT_BYTES: Final = 64 * 1024


class RequestBody:
    """Reads ASGI messages. `failure` is what went wrong while the HTTP client was reading the stream."""

    def __init__(self, receive: Receive, headers: Iterable[tuple[bytes, bytes]], limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._declared, self._chunked = _framing(headers)
        self.failure: ProblemError | ClientDisconnect | None = None
        if self._declared is not None and self._declared > limit:
            raise TooLarge(detail=f"a body has at most {limit} bytes")

    @property
    def declared(self) -> int | None:
        """The Content-Length, None for a chunked body."""
        return self._declared

    async def for_upstream(self) -> bytes | AsyncIterator[bytes] | None:
        """Bytes, a stream, or None where the request has no body."""
        if self._declared is not None and self._declared <= DIRECT_BYTES:
            return b"".join([chunk async for chunk in self._chunks()]) if self._declared else b""
        if self._declared is None and not self._chunked:
            return None
        return self._stream()

    async def _stream(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks():
                yield chunk
        except (TooLarge, ClientDisconnect) as error:
            self.failure = error
            raise

    async def _chunks(self) -> AsyncIterator[bytes]:
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._limit:
                raise TooLarge(detail=f"a body has at most {self._limit} bytes")
            if chunk:
                yield chunk
            if not message.get("more_body", False):
                return


def _framing(headers: Iterable[tuple[bytes, bytes]]) -> tuple[int | None, bool]:
    declared: int | None = None
    chunked = False
    for name, value in headers:
        if name == b"content-length":
            if not value.isdigit() or len(value) > 18:
                raise Malformed("bad-length", "Content-Length is not a number")
            declared = int(value)
        elif name == b"transfer-encoding":
            chunked = True
    return (None if chunked else declared), chunked
