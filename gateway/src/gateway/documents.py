"""`GET /openapi.json`, all that can be called through the gateway in one document, and `GET /docs` to read it."""

from __future__ import annotations

import asyncio
from importlib import resources

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.parts import parts_of
from hamdel.http.call import call_of
from hamdel.http.responses import JsonBytes

__all__ = ["Documents"]


class Documents:
    """ASGI middleware in front of FastAPI's own document, which knows the gateway's routes alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers the two paths and hands on everything else."""
        answers = {"/openapi.json": _openapi, "/docs": _page}
        answer = answers.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        if answer is None:
            await self._app(scope, receive, send)
        else:
            response = await answer(HTTPConnection(scope))
            await response(scope, receive, send)


async def _openapi(connection: HTTPConnection) -> Response:
    call_of(connection).operation = "openapi"
    own = await asyncio.to_thread(connection.app.state.document)
    return JsonBytes(await parts_of(connection).documentation.joined(own))


async def _page(connection: HTTPConnection) -> Response:
    call_of(connection).operation = "docs"
    return HTMLResponse(resources.files("gateway").joinpath("docs.html").read_bytes())
