"""survey-service as its callers see it, and the neighbours it asks."""

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
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from hamdel.messaging.consumer.handlers import on_behalf_of
from survey_service.section import SurveysSection
from survey_service.subscriptions import SUBSCRIPTIONS
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
    refusing: set[str] = field(default_factory=set)
    attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    named: list[list[str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """`GET /internal/customers/known?id=…`."""
        ids = request.query.getall("id")
        self.asked.append(ids)
        await asyncio.sleep(self.delay)
        return web.json_response({"known": [one for one in ids if one in self.known]}, status=self.status)

    async def contacts(self, request: web.Request) -> web.Response:
        """`POST /internal/customers/contacts`: everybody agrees but those in `refusing`."""
        refused = [one["customer_id"] in self.refusing for one in (await request.json())["items"]]
        reasons = {False: "consent-granted", True: "no-consent"}
        rest = dict.fromkeys(("next_allowed_at", "language", "timezone", "name")) | {"addresses": []}
        items = [{"customer_id": None, "allowed": not each, "reason": reasons[each]} | rest for each in refused]
        return web.json_response({"items": items}, status=self.status)

    async def named_attributes(self, request: web.Request) -> web.Response:
        """`POST /internal/customers/attributes`."""
        body = await request.json()
        self.named.append(body["names"])
        whole = [self.attributes.get(one, {}) for one in body["customer_ids"]]
        items = [{name: each[name] for name in body["names"] if name in each} for each in whole]
        return web.json_response({"items": items}, status=self.status)


@dataclass(frozen=True)
class Api:
    """The application, called with a role, and its database."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    units: UnitOfWorkFactory
    tokens: Tokens

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        role: str = "admin",
        customer_id: UUID | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; `body` is plain data or the bytes themselves; without a role there is no token."""
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        given = (self.tokens.bearer(role, customer_id=customer_id) if role else {}) | dict(headers or {})
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

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """A write, by an admin unless it says otherwise."""
        return await self.call("POST", path, body, **options)

    async def put(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """A write whose repetition changes nothing."""
        return await self.call("PUT", path, body, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """A read."""
        return await self.call("GET", path, **options)

    async def patch(self, path: str, body: Any, version: int, **options: Any) -> httpx.Response:
        """A change of what was read at this version."""
        return await self.call("PATCH", path, body, headers={"If-Match": f'"{version}"'}, **options)

    async def customer(self) -> str:
        """A new customer whom the service knows."""
        customer_id = new_id()
        async with self.engine.begin() as connection:
            await connection.execute(text("INSERT INTO known_customers VALUES (:id, now())"), {"id": customer_id})
        return str(customer_id)

    async def survey(self, definition: Mapping[str, Any]) -> str:
        """The id of a new survey, published as version 1."""
        made = await self.post("/v1/surveys", definition)
        assert made.status_code == 201, made.text
        survey_id: str = made.json()["id"]
        published = await self.post(f"/v1/surveys/{survey_id}/publish")
        assert published.status_code == 200, published.text
        return survey_id

    async def deliver(self, *events: Event) -> None:
        """Applies events through the handlers that the service subscribes with, each in its own transaction."""
        handlers = {fact_type: one for each in SUBSCRIPTIONS for fact_type, one in each.handlers.items()}
        for event in events:
            async with self.units(CONTEXT) as unit:
                on_behalf_of(unit, event)
                await unit.lock_streams([event.subject])
                await handlers[event.type](unit, event)

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
        rendered = await SurveysSection().render(connection, {one: (one,) for one in ids})
    return [orjson.loads(rendered[one] or b"") for one in ids]


def told(fact: Fact, subject: str, sequence: int = 1, correlation_id: str = "c") -> Event:
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
            "correlationid": correlation_id,
            "data": fact.model_dump(mode="json"),
        }
    )


def question(question_id: str, kind: str, **changes: Any) -> dict[str, Any]:
    """A valid question of this kind; choices have the options o1, o2, o3, a matrix the rows r1, r2."""
    options = [{"id": f"o{number}", "text": f"Option {number}"} for number in (1, 2, 3)]
    rows = [{"id": f"r{number}", "text": f"Row {number}"} for number in (1, 2)]
    parts: dict[str, dict[str, Any]] = {
        "single_choice": {"options": options},
        "multiple_choice": {"options": options},
        "likert": {"options": options, "rows": rows},
    }
    text_of = {"fa": f"پرسش {question_id}", "en": f"Question {question_id}"}
    return {"id": question_id, "kind": kind, "text": text_of} | parts.get(kind, {}) | changes


def survey(*pages: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """A valid definition with these questions on the pages p1, p2, …; without any, NPS and then why."""
    why = question("why", "text", show_if={"question": "nps", "op": "lte", "value": 6})
    asked = pages or ([question("nps", "nps", required=True), why],)
    return {
        "code": f"s-{new_id()}",
        "title": {"fa": "نظرسنجی", "en": "Survey"},
        "pages": [{"id": f"p{number}", "questions": one} for number, one in enumerate(asked, 1)],
    } | changes
