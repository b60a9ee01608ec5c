"""The hottest route, `GET /v1/customers/{id}/view`, answered before FastAPI sees it.

Only the plain case: no query, a token that may see the customer, a projected profile that has reached what
`Hamdel-Min-Sequence` asks for, now or within the time that a reader may wait. Everything else, every error included,
goes on to the route of the same operation.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.auth.access import ViewAccess, ViewAccessCache
from gateway.customer_view.arrivals import Arrivals
from gateway.customer_view.assemble import View
from gateway.customer_view.coalescer import Coalescer
from gateway.customer_view.repository import ViewRepository
from gateway.customer_view.sequences import parse_sequences, reached
from gateway.customer_view.service import DATABASE_DOWN
from hamdel.http.auth import TokenVerifier
from hamdel.http.problem import Malformed, Unauthenticated
from hamdel.ids import new_id
from hamdel.telemetry import AccessLog, HttpMetrics

__all__ = ["WAITED", "HotReader", "HotView"]

WAITED: Final = "hamdel.waited"
"""Set in the scope of a request whose reader has waited for the projection already, in vain."""

OPERATION: Final = "get_customer_view"
LOG_ONE_OF: Final = 100

_PREFIX: Final = "/v1/customers/"
_SUFFIX: Final = "/view"
_LENGTH: Final = len(_PREFIX) + 36 + len(_SUFFIX)
_CANONICAL: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,128}").fullmatch


class HotReader:
    """What the hot route needs of a running gateway. `traced`: calls that belong to somebody's trace go through the
    edge, which exports a span of each."""

    def __init__(
        self,
        views: ViewRepository,
        verifier: TokenVerifier,
        metrics: HttpMetrics,
        access_log: AccessLog,
        arrivals: Arrivals,
        *,
        max_wait: float,
        traced: bool = False,
    ) -> None:
        self._arrivals = arrivals
        self._max_wait = max_wait
        self.access = ViewAccessCache(verifier)
        self.traced = traced
        self._metrics = metrics
        self._access_log = access_log
        self._unlogged = 0
        self._plain: Coalescer[View] = Coalescer(lambda ids: views.views(ids, masked=False))
        self._masked: Coalescer[View] = Coalescer(lambda ids: views.views(ids, masked=True))

    async def view(self, customer_id: str, access: ViewAccess) -> View | None:
        """The projected view, None where there is none or the database is out of reach."""
        try:
            return await (self._masked if access.masked else self._plain).get(customer_id)
        except DATABASE_DOWN:
            return None

    async def caught_up(
        self, customer_id: str, access: ViewAccess, wanted: Mapping[str, int]
    ) -> tuple[View | None, bool]:
        """The projected view as soon as it shows what is `wanted`; None where there is none, or not in time, and
        whether that time is over."""

        def enough(view: View | None) -> bool:
            return view is None or reached(view.sequences, wanted)

        read = partial(self.view, customer_id, access)
        view = await self._arrivals.until(UUID(customer_id), self._max_wait, read, enough)
        return (view, False) if enough(view) else (None, True)

    def observe(self, seconds: float) -> None:
        """Counts every answer and writes one of a hundred to the access log."""
        self._metrics.observe(OPERATION, 200, seconds)
        self._unlogged += 1
        if self._unlogged >= LOG_ONE_OF and self._access_log.enabled:
            entry = {"time": datetime.now(UTC), "level": "info", "event": "requests", "service": "gateway"}
            timing = {"operation": OPERATION, "status": 200, "ms": round(seconds * 1000, 2)}
            self._access_log.write({**entry, **timing, "requests": self._unlogged})
            self._unlogged = 0


class HotView:
    """ASGI middleware around the whole application. `reader` gives None until the gateway has started."""

    def __init__(self, app: ASGIApp, reader: Callable[[], HotReader | None]) -> None:
        self._app = app
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the hot case itself and hands on everything else."""
        if scope["type"] == "http" and not scope["query_string"] and scope["method"] == "GET":
            path: str = scope["path"]
            if len(path) == _LENGTH and path.startswith(_PREFIX) and path.endswith(_SUFFIX):
                reader = self._reader()
                if reader is not None and await _answer(reader, path[14:50], scope, send):
                    return
        await self._app(scope, receive, send)


async def _answer(reader: HotReader, customer_id: str, scope: Scope, send: Send) -> bool:
    started = time.perf_counter()
    authorization = request_id = minimum = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = authorization or value
        elif name == b"x-request-id":
            request_id = request_id or value
        elif name == b"hamdel-min-sequence":
            minimum = minimum or value
        elif name == b"traceparent" and reader.traced:
            return False
    access = _access(reader, authorization)
    if access is None or (access.only or customer_id) != customer_id or not _CANONICAL(customer_id):
        return False
    view = await _view(reader, customer_id, access, minimum, scope)
    if view is None:
        return False
    await _send(view, request_id, send)
    reader.observe(time.perf_counter() - started)
    return True


async def _view(reader: HotReader, customer_id: str, access: ViewAccess, minimum: bytes, scope: Scope) -> View | None:
    if not minimum:
        return await reader.view(customer_id, access)
    try:
        wanted = parse_sequences(minimum.decode("latin-1"))
    except Malformed:
        return None
    view, late = await reader.caught_up(customer_id, access, wanted)
    if late:
        scope[WAITED] = True
    return view


def _access(reader: HotReader, authorization: bytes) -> ViewAccess | None:
    if not authorization:
        return None
    try:
        return reader.access.get(authorization)
    except Unauthenticated:
        return None


async def _send(view: View, request_id: bytes, send: Send) -> None:
    body = view.body
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"hamdel-sequence", view.sequences),
        (b"x-request-id", request_id if _REQUEST_ID(request_id) else str(new_id()).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
