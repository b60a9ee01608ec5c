"""One request to a service and its answer back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

import aiohttp
import structlog
from starlette.types import Receive, Scope, Send
from yarl import URL

from gateway.proxy.body import RequestBody
from gateway.proxy.headers import for_client, for_service
from hamdel.http.call import Call
from hamdel.http.problem import ProblemError, Unavailable

__all__ = ["Forwarder", "open_session"]

log = structlog.get_logger(__name__)

DIRECT_BYTES: Final = 256 * 1024
_AUTOMATIC: Final = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_BODILESS: Final = frozenset({204, 304})


def open_session(connections: int, connect_seconds: float) -> aiohttp.ClientSession:
    """A session for talking to the services: bounded pool, no cookies, bodies and redirects untouched."""
    return aiohttp.ClientSession(
        # The services close an idle connection after five seconds; letting go first avoids writing into a closed one.
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=3.0, ttl_dns_cache=30),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds),
        auto_decompress=False,
        skip_auto_headers=_AUTOMATIC,
        read_bufsize=DIRECT_BYTES,
    )


class Forwarder:
    """`upstreams` maps short names to base URLs; `deadline` is seconds until the answer's headers (a small body
    included), and then between two pieces of a large one."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        upstreams: Mapping[str, str],
        *,
        deadline: float,
        max_body_bytes: int,
    ) -> None:
        self._http = http
        self._upstreams = upstreams
        self._deadline = deadline
        self._limit = max_body_bytes

    async def __call__(self, owner: str, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises ProblemError as long as nothing was sent: Unavailable (503) where the service cannot be reached or
        gives no answer in time. An answer that breaks off later breaks off for the client too."""
        body = RequestBody(receive, scope["headers"], self._limit)
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._deadline):
                    response = await self._request(stack, owner, call, scope, body)
                    direct = await _direct_body(response, scope["method"])
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise body.failure or _unreachable(owner, error) from error
            await _start(response, send)
            if direct is not None:
                await send({"type": "http.response.body", "body": direct})
                return
            try:
                await self._stream(response, send)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                # Half an answer is out: returning without its end closes the client's connection, which tells it.
                log.warning("answer_broke_off", owner=owner, error=type(error).__name__, request_id=call.request_id)

    async def _request(
        self, stack: AsyncExitStack, owner: str, call: Call, scope: Scope, body: RequestBody
    ) -> aiohttp.ClientResponse:
        client = scope["client"][0] if scope.get("client") else None
        headers = for_service(scope["headers"], call.request_id, call.traceparent, client)
        data: Any = await body.for_upstream()
        if body.declared is not None:
            headers.append(("content-length", str(body.declared)))
        return await stack.enter_async_context(
            self._http.request(
                scope["method"],
                _url(self._upstreams[owner], scope),
                headers=headers,
                data=data,
                allow_redirects=False,
            )
        )

    async def _stream(self, response: aiohttp.ClientResponse, send: Send) -> None:
        chunks = response.content.iter_any().__aiter__()
        while True:
            async with asyncio.timeout(self._deadline):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _url(base: str, scope: Scope) -> URL:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    text = base + path.decode("latin-1") + ("?" + query.decode("latin-1") if query else "")
    return URL(text, encoded=True)


async def _direct_body(response: aiohttp.ClientResponse, method: str) -> bytes | None:
    """The whole body where it is known to be small, None where it has to be streamed."""
    if method == "HEAD" or response.status in _BODILESS:
        return b""
    length = response.headers.get("Content-Length")
    if length is None or int(length) > DIRECT_BYTES:
        return None
    return await response.read()


async def _start(response: aiohttp.ClientResponse, send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": for_client(response.raw_headers),
        }
    )


def _unreachable(owner: str, error: Exception) -> ProblemError:
    if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError):
        return Unavailable("service-timeout", f"{owner} did not answer in time")
    return Unavailable("service-unavailable", f"{owner} cannot be reached")
