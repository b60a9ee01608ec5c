"""The proxy as ASGI middleware: inside the edge (request id, metrics, problems), outside the gateway's own routes."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.parts import parts_of
from gateway.proxy.table import PAGES, PUBLIC_PREFIXES, owner_of
from hamdel.http.call import call_of
from hamdel.http.problem import Unauthenticated

__all__ = ["Proxy", "is_own"]

_OWN: Final = re.compile(rb"/v1/customers/(?:[^/]+|by/[^/]+/.+)/view").fullmatch


def is_own(raw_path: bytes) -> bool:
    """Whether the gateway answers this path itself."""
    return not raw_path.startswith((b"/v1/", PAGES)) or _OWN(raw_path) is not None


class Proxy:
    """Hands what is not the gateway's own to the service that owns it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verifies the token; whether its bearer may do it is for the service to decide. Raises ProblemError."""
        raw_path: bytes = scope.get("raw_path") or scope.get("path", "").encode()
        if scope["type"] != "http" or is_own(raw_path):
            await self._app(scope, receive, send)
        else:
            await _forward(raw_path, scope, receive, send)


async def _forward(raw_path: bytes, scope: Scope, receive: Receive, send: Send) -> None:
    connection = HTTPConnection(scope)
    call = call_of(connection)
    owner = owner_of(raw_path)
    call.operation = f"proxy_{owner}"
    if not raw_path.startswith(PUBLIC_PREFIXES):
        call.principal = await call.guard.verifier.authenticate(_authorization(scope))
    await parts_of(connection).forwarder(owner, call, scope, receive, send)


def _authorization(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return bytes(value)
    raise Unauthenticated()
