"""profile-service as its callers see it: the ASGI application over HTTP, and its database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.context import CallContext
from hamdel.database import Families
from hamdel.http import issue_token

CONTEXT = CallContext(actor="tester", correlation_id="request-1", source="test")


@dataclass(frozen=True)
class Api:
    """The application with one caller: a role, and what its token carries."""

    app: FastAPI
    signing_key: Path
    engine: AsyncEngine
    role: str = "admin"
    customer_id: UUID | None = None
    scopes: tuple[str, ...] = ()

    def as_role(self, role: str, *, customer_id: str | None = None, scopes: tuple[str, ...] = ()) -> Api:
        """The same application for another caller."""
        claim = UUID(customer_id) if customer_id else None
        return Api(self.app, self.signing_key, self.engine, role, claim, scopes)

    async def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request; `body` is plain data or the bytes themselves."""
        token = issue_token(
            self.signing_key, self.role, subject=f"test-{self.role}", customer_id=self.customer_id, scopes=self.scopes
        )
        sent = body if isinstance(body, bytes | None) else orjson.dumps(body)
        content_type = {"Content-Type": "application/json"} if sent is not None else {}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://profile") as client:
            return await client.request(
                method,
                path,
                content=sent,
                headers={"Authorization": f"Bearer {token}", **content_type, **(headers or {})},
            )

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """A read."""
        return await self.call("GET", path, headers=headers)

    async def create(self, **body: Any) -> dict[str, Any]:
        """A new customer; its whole resource."""
        answer = await self.call("POST", "/v1/customers", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def patch(self, customer_id: str, version: int, body: Any) -> httpx.Response:
        """A merge patch of a version."""
        headers = {"If-Match": f'"{version}"', "Content-Type": "application/merge-patch+json"}
        return await self.call("PATCH", f"/v1/customers/{customer_id}", body, headers)

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of the service's own database."""
        return await rows(self.engine, query, **values)

    async def events(self, customer_id: str) -> list[dict[str, Any]]:
        """The events that wait in the outbox for a customer, in order."""
        return await events(self.engine, UUID(customer_id))


async def rows(engine: AsyncEngine, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query), values)]


async def events(engine: AsyncEngine, customer_id: UUID) -> list[dict[str, Any]]:
    """The events of a customer in the outbox, in order."""
    found = await rows(engine, "SELECT payload FROM outbox WHERE aggregateid = :id ORDER BY seq", id=customer_id)
    return [orjson.loads(payload) for (payload,) in found]


def pointers(answer: httpx.Response) -> list[str]:
    """The places a problem names."""
    return [error["pointer"] for error in answer.json()["errors"]]


def alone(customer_ids: Iterable[UUID]) -> Families:
    """The families of customers nobody was merged with."""
    return {customer_id: (customer_id,) for customer_id in customer_ids}
