"""The patience of the commands: what is sent again, and what ends the command at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hamdel_cli.errors import CommandFailedError
from hamdel_cli.gateway_client import Gateway

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve(handler: Handler) -> TestServer:
    """A server that answers every request with this handler."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app)
    await server.start_server()
    return server


async def test_a_request_that_met_a_restart_is_sent_again_with_the_same_key() -> None:
    keys: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        keys.append(request.headers["Idempotency-Key"])
        return web.json_response({"done": True}, status=503 if len(keys) < 3 else 200)

    async with await serve(handler) as server, Gateway(str(server.make_url("")), "t") as gateway:
        answer = await gateway.post("/v1/x", {}, idempotency_key="k")
    assert (answer, keys) == ({"done": True}, ["k", "k", "k"])


async def test_a_refused_request_is_not_sent_again() -> None:
    calls: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        calls.append(request.path)
        return web.json_response({"title": "No", "detail": "not allowed"}, status=403)

    async with await serve(handler) as server, Gateway(str(server.make_url("")), "t") as gateway:
        with pytest.raises(CommandFailedError) as raised:
            await gateway.get("/v1/x")
    assert (str(raised.value), calls) == ("GET /v1/x: HTTP 403 not allowed", ["/v1/x"])


async def test_a_gateway_that_stays_away_ends_the_command() -> None:
    async with Gateway("http://127.0.0.1:9", "t") as gateway:
        with pytest.raises(CommandFailedError, match="GET /v1/x: ClientConnectorError"):
            await gateway.request("GET", "/v1/x", patience=0.3)
