"""interaction-service as its callers see it, and the neighbours it asks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import orjson
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.context import CallContext
from hamdel.contracts.base import Fact
from hamdel.contracts.envelope import Event
from hamdel.ids import new_id
from interaction_service.section import InteractionsSection
from tests.support.tokens import Tokens

BUSY_TRIES = 5
CONTEXT = CallContext(actor="tester", correlation_id="request-1", source="test")


@dataclass
class Profile:
    """A profile-service that knows `known`; `status` other than 200 is a failing one, `delay` is in seconds."""

    known: set[str] = field(default_factory=set)
    status: int = 200
    delay: float = 0.0
    asked: list[list[str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """`GET /internal/customers/known?id=…`."""
        ids = request.query.getall("id")
        self.asked.append(ids)
        self.tokens.append(request.headers.get("Authorization", ""))
        await asyncio.sleep(self.delay)
        return web.json_response({"known": [one for one in ids if one in self.known]}, status=self.status)


@dataclass(frozen=True)
class Api:
    """The application, called with a role."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    tokens: Tokens

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        role: str = "agent",
        customer_id: UUID | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; `body` is plain data or the bytes themselves."""
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        given = self.tokens.bearer(role, customer_id=customer_id) | dict(headers or {})
        if sent is not None:
            given.setdefault("Content-Type", "application/json")
        return await self._asked(method, path, sent, given)

    async def _asked(self, method: str, path: str, sent: bytes | None, headers: Mapping[str, str]) -> httpx.Response:
        # As a client does: on a starved machine dozens of calls at once may find no free connection in time.
        answer = await self.client.request(method, path, content=sent, headers=headers)
        for _ in range(BUSY_TRIES):
            if answer.status_code != 503 or b"database-unavailable" not in answer.content:
                break
            await asyncio.sleep(1)
            answer = await self.client.request(method, path, content=sent, headers=headers)
        return answer

    async def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """A write by an agent unless it says otherwise."""
        return await self.call("POST", path, body, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """A read."""
        return await self.call("GET", path, **options)

    async def batch(self, path: str, items: list[Any]) -> list[dict[str, Any]]:
        """The answers to the items of a batch."""
        answer = await self.post(path, {"items": items})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def customer(self) -> str:
        """A new customer whom the service knows."""
        customer_id = new_id()
        async with self.engine.begin() as connection:
            await connection.execute(text("INSERT INTO known_customers VALUES (:id, now())"), {"id": customer_id})
        return str(customer_id)

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of the service's database."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query), values)]

    async def events(self, customer_id: str) -> list[dict[str, Any]]:
        """The events in the outbox for a customer, in order."""
        query = "SELECT payload FROM outbox WHERE aggregateid = :id ORDER BY seq"
        return [orjson.loads(payload) for (payload,) in await self.rows(query, id=UUID(customer_id))]


async def section(api: Api, *customers: str) -> list[Any]:
    """The data of the sections of these customers."""
    ids = [UUID(one) for one in customers]
    async with api.engine.connect() as connection:
        rendered = await InteractionsSection().render(connection, {one: (one,) for one in ids})
    return [orjson.loads(rendered[one] or b"") for one in ids]


def told(fact: Fact, subject: str, sequence: int = 1) -> Event:
    """An event as it comes from another service."""
    return Event.model_validate(
        {
            "specversion": "1.0",
            "id": str(new_id()),
            "type": fact.fact_type,
            "source": f"/hamdel/{fact.fact_type.partition('.')[0]}-service",
            "subject": subject,
            "time": "2026-03-01T10:00:00Z",
            "sequence": sequence,
            "correlationid": "c",
            "data": fact.model_dump(mode="json"),
        }
    )


def interaction(customer_id: str, **changes: Any) -> dict[str, Any]:
    """A whole, valid interaction."""
    return {
        "customer_id": customer_id,
        "channel": "phone",
        "direction": "inbound",
        "kind": "support",
        "occurred_at": "2026-03-01T10:00:00Z",
    } | changes


def purchase(customer_id: str, external_id: str, amount: str = "77.00", **changes: Any) -> dict[str, Any]:
    """A whole, valid purchase."""
    return {
        "customer_id": customer_id,
        "external_id": external_id,
        "occurred_at": "2026-03-01T10:00:00Z",
        "channel": "web",
        "total": {"amount": amount, "currency": "USD"},
    } | changes
