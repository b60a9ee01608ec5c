"""The one ASGI layer around a service: request id, trace, body limit, metrics, access log, and the last resort.

One layer instead of five, because each costs a closure and a coroutine on every request.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hamdel.http.call import SCOPE_KEY, Call
from hamdel.http.catalogue import prefers_persian
from hamdel.http.failures import problem_of
from hamdel.http.guard import Guard
from hamdel.http.problem import ProblemError, TooLarge
from hamdel.http.render import problem_response
from hamdel.ids import new_id
from hamdel.telemetry import AccessLog, HttpMetrics, Tracing, use_traceparent

__all__ = ["Edge"]

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}").fullmatch
_QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})
_CLIENT_CLOSED = 499


class Edge:
    """Wraps an application; everything inside finds its `Call` in the scope."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        guard: Guard,
        metrics: HttpMetrics,
        tracing: Tracing,
        access_log: AccessLog,
        max_body_bytes: int,
    ) -> None:
        self.app, self.service, self.guard = app, service, guard
        self.metrics, self.tracing, self.access_log = metrics, tracing, access_log
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers every HTTP request, whatever happens inside; other scopes pass through."""
        if scope["type"] != "http":
            await self._pass_through(scope, receive, send)
            return
        started = time.perf_counter()
        call, span, length = self._open(scope)
        exchange = _Exchange(receive, send, call, length, self.max_body_bytes)
        self.metrics.in_flight += 1
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.status = _CLIENT_CLOSED
        except Exception as error:  # noqa: BLE001 - the top handler: nothing may leave without an answer
            await self._last_resort(error, scope, exchange, call)
        finally:
            self.metrics.in_flight -= 1
            self._close(scope, call, span, exchange.status, time.perf_counter() - started)

    async def _pass_through(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "lifespan":
                # the last lines and the last spans are the ones somebody will look for
                self.access_log.flush()
                await asyncio.to_thread(self.tracing.stop)

    def _open(self, scope: Scope) -> tuple[Call, Any, int]:
        request_id = language = parent = b""
        authorization, length = None, 0
        for name, value in scope["headers"]:
            if name == b"x-request-id":
                request_id = value
            elif name == b"authorization":
                authorization = value
            elif name == b"traceparent":
                parent = value
            elif name == b"accept-language":
                language = value
            elif name == b"content-length" and value.isdigit():
                length = int(value[:18])
        known = request_id.decode() if _REQUEST_ID(request_id) else str(new_id())
        traceparent, span = self.tracing.begin(parent.decode("latin-1") or None, scope["method"])
        persian = b"fa" in language.lower() and prefers_persian(language.decode("latin-1"))
        call = Call(known, traceparent, persian, self.guard)
        call.authorization = authorization
        use_traceparent(traceparent)
        scope[SCOPE_KEY] = call
        return call, span, length

    async def _last_resort(self, error: Exception, scope: Scope, exchange: _Exchange, call: Call) -> None:
        problem = problem_of(error)
        if problem is None:
            log.error("unhandled_error", exc_info=error, request_id=call.request_id, operation=call.operation)
            problem = ProblemError()
        if exchange.status:
            raise error  # half an answer is out: only closing the connection tells the client
        response = problem_response(problem, call.request_id, persian=call.persian)
        await response(scope, exchange.receive, exchange.send)

    def _close(self, scope: Scope, call: Call, span: Any, status: int, seconds: float) -> None:
        status = status or 500
        self.metrics.observe(call.operation, status, seconds)
        if span is not None:
            self.tracing.end(span, call.operation, status)
        if self.access_log.enabled and scope["path"] not in _QUIET:
            self.access_log.write(self._entry(scope, call, status, seconds))

    def _entry(self, scope: Scope, call: Call, status: int, seconds: float) -> dict[str, Any]:
        # No path and no query: they hold phone numbers and names (/v1/customers/by/phone/…).
        return {
            "time": datetime.now(UTC),
            "level": "info",
            "event": "request",
            "service": self.service,
            "method": scope["method"],
            "operation": call.operation,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "request_id": call.request_id,
            "trace_id": call.traceparent[3:35],
            "subject": call.principal.subject if call.principal else None,
        }


class _Exchange:
    """The two halves of one request: counts what comes in, adds the request id to what goes out."""

    __slots__ = ("_call", "_length", "_limit", "_receive", "_received", "_send", "status")

    def __init__(self, receive: Receive, send: Send, call: Call, length: int, limit: int) -> None:
        self._receive, self._send, self._call = receive, send, call
        self._length, self._limit = length, limit
        self._received = self.status = 0

    async def receive(self) -> Message:
        """The next message. Raises TooLarge when the announced or the real length is over the route's limit."""
        limit = self._limit if self._call.max_body is None else self._call.max_body
        if self._length > limit:
            raise TooLarge(detail=f"at most {limit} bytes")
        message: MutableMapping[str, Any] = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > limit:
            raise TooLarge(detail=f"at most {limit} bytes")
        return message

    async def send(self, message: Message) -> None:
        """The answer's next message."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *message.get("headers", ()),
                (b"x-request-id", self._call.request_id.encode()),
            ]
        await self._send(message)
