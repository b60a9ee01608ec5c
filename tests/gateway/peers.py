"""Small real HTTP servers on loopback that stand where the services stand."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import orjson
from aiohttp import web

from hamdel.contracts.sections import EMPTY, encode_section

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Peer:
    """One service: answers the internal routes from `records` and everything else with `answer`. `links` are the
    merges it has heard of (absorbed → where it is shown)."""

    def __init__(self, section: str) -> None:
        self.section = section
        self.records: dict[UUID, bytes] = {}
        self.links: dict[UUID, UUID] = {}
        self.delay = 0.0
        self.status = 200
        self.seen: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.openapi: object = None
        self.answer: Handler = self._echo
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._kept = socket.socket()
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)

    def has(self, customer_id: UUID, sequence: int, data: bytes, as_of: datetime = AT) -> bytes:
        """Gives the customer a section and returns its record."""
        self.records[customer_id] = encode_section(customer_id, self.section, sequence, as_of, data)
        return self.records[customer_id]

    async def start(self) -> None:
        """Listens on a free port, which stays this peer's after `stop`: a test that runs beside this one would get it
        otherwise, and answer in its place."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/internal/sections/{id}", self._one)
        app.router.add_post("/internal/sections", self._many)
        app.router.add_get("/openapi.json", self._openapi)
        app.router.add_route("*", "/{path:.*}", self._any)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        self._kept.bind(("127.0.0.1", 0))
        port = self._kept.getsockname()[1]
        await web.TCPSite(self._runner, "127.0.0.1", port, reuse_port=True).start()
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Stops listening; connections are refused from now on."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def give_up(self) -> None:
        """Gives the port back."""
        self._kept.close()

    async def _one(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.delay)
        self.seen.append(request)
        customer_id = UUID(request.match_info["id"])
        shown = self.links.get(customer_id, customer_id)
        return web.Response(
            body=self.records.get(shown) or self._empty(customer_id),
            status=self.status,
            content_type="application/json",
        )

    async def _many(self, request: web.Request) -> web.Response:
        ids = [UUID(item) for item in orjson.loads(await request.read())["customer_ids"]]
        own = (None if customer_id in self.links else self.records.get(customer_id) for customer_id in ids)
        items = b",".join(record or b"null" for record in own)
        return web.Response(body=b'{"items":[' + items + b"]}", content_type="application/json")

    async def _openapi(self, _request: web.Request) -> web.Response:
        if self.openapi is None:
            return web.Response(status=404)
        return web.Response(body=orjson.dumps(self.openapi), content_type="application/json")

    async def _any(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        return await self.answer(request)

    async def _echo(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        return web.json_response({"service": self.section, "path": request.raw_path})

    def _empty(self, customer_id: UUID) -> bytes:
        data = orjson.dumps(EMPTY[self.section])
        return encode_section(customer_id, self.section, 0, datetime(1970, 1, 1, tzinfo=UTC), data)
