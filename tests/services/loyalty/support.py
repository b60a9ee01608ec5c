"""loyalty-service as its callers see it, the neighbours it asks, and what they tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
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
from hamdel.contracts.interaction import PurchaseRecorded, PurchaseRefunded
from hamdel.contracts.profile import CustomersMerged, CustomersUnmerged
from hamdel.contracts.sections import events_topic
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from hamdel.messaging.consumer.handlers import handle_all
from loyalty_service.section import LoyaltySection
from loyalty_service.subscriptions import SUBSCRIPTIONS
from tests.support.tokens import Tokens

CONTEXT = CallContext(actor="tester", correlation_id="request-1", source="test")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""Where the clock of the tests begins."""

numbers = count(1)


@dataclass
class Clock:
    """A clock that moves only when it is told to; stands in for `utc_now`."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> datetime:
        """Moves on by what `timedelta` takes, as in `advance(days=3)`."""
        self.now += timedelta(**amount)
        return self.now


@dataclass
class Profile:
    """A profile-service that knows `known`; `status` other than 200 is a failing one."""

    known: set[str] = field(default_factory=set)
    status: int = 200

    async def answer(self, request: web.Request) -> web.Response:
        """`GET /internal/customers/known?id=…`."""
        ids = request.query.getall("id")
        return web.json_response({"known": [one for one in ids if one in self.known]}, status=self.status)


@dataclass(frozen=True)
class Deliver:
    """Carries facts to the handlers of the service. No watermark stands before them: they see what comes twice."""

    units: UnitOfWorkFactory

    async def __call__(self, *facts: Fact | Event, together: bool = False) -> list[Event]:
        """Applies the facts in one transaction each, or `together` in one; gives the events, to be delivered again."""
        events = [fact if isinstance(fact, Event) else told(fact) for fact in facts]
        for batch in [events] if together else [[event] for event in events]:
            async with self.units(CallContext(actor="loyalty", correlation_id="loyalty", source="loyalty")) as unit:
                await unit.lock_streams({event.subject for event in batch})
                for subscription in SUBSCRIPTIONS:
                    heard = [each for each in batch if topic_of(each) in subscription.topics]
                    await handle_all(unit, subscription.handlers, heard)
        return events


@dataclass(frozen=True)
class Api:
    """The application, called with a role; every POST has an Idempotency-Key of its own unless the test gives one."""

    client: httpx.AsyncClient
    engine: AsyncEngine
    tokens: Tokens

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str = "admin",
        customer_id: UUID | str | None = None,
        subject: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; `body` is plain data or the bytes themselves, `subject` the person who calls."""
        owner = UUID(str(customer_id)) if customer_id else None
        given = {"Authorization": f"Bearer {self.tokens(role, customer_id=owner, subject=subject)}"}
        if method == "POST":
            given["Idempotency-Key"] = str(new_id())
        if body is not None:
            given["Content-Type"] = "application/json"
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        return await self.client.request(method, path, content=sent, headers=given | dict(headers or {}))

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """A write by an admin unless it says otherwise."""
        return await self.call("POST", path, body, **options)

    async def put(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """A write of the whole resource."""
        return await self.call("PUT", path, body, **options)

    async def patch(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """A change."""
        return await self.call("PATCH", path, body, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """A read."""
        return await self.call("GET", path, **options)

    async def customer(self) -> str:
        """A new customer whom the service knows."""
        customer_id = new_id()
        async with self.engine.begin() as connection:
            await connection.execute(text("INSERT INTO known_customers VALUES (:id, now())"), {"id": customer_id})
        return str(customer_id)

    async def program(self, **more: Any) -> dict[str, Any]:
        """A new programme, as the service answers; points never lapse and wait for nothing unless it says so."""
        body = {
            "code": f"club-{next(numbers)}",
            "name": "The club",
            "timezone": "UTC",
            "calendar": "gregorian",
            "currency": "USD",
            "enrolment": "automatic",
            "pending_days": 0,
            "expiry": {"months": None, "round_up_to": "none"},
        }
        return await self._made("/v1/programs", body | more)

    async def rule(self, program_id: str, **more: Any) -> dict[str, Any]:
        """A new rule: a point per full dollar unless it says otherwise."""
        per = {"amount": "1.00", "currency": "USD"}
        body = {"code": f"rule-{next(numbers)}", "kind": "per_amount", "points": 1, "per": per, "rounding": "floor"}
        return await self._made(f"/v1/programs/{program_id}/rules", body | more)

    async def membership(self, customer_id: str, program_id: str) -> dict[str, Any]:
        """The customer's membership of the programme, as `GET /v1/members/{customer_id}` shows it."""
        answer = await self.get(f"/v1/members/{customer_id}")
        assert answer.status_code == 200, answer.text
        (found,) = [each for each in answer.json()["memberships"] if each["program_id"] == program_id]
        return dict(found)

    async def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of the service's database."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query), values)]

    async def events(self, customer_id: str) -> list[dict[str, Any]]:
        """The events in the outbox for a customer, in order."""
        query = "SELECT payload FROM outbox WHERE aggregateid = :id ORDER BY seq"
        return [orjson.loads(payload) for (payload,) in await self.rows(query, id=UUID(customer_id))]

    async def _made(self, path: str, body: Any) -> dict[str, Any]:
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


async def section(engine: AsyncEngine, *customers: str) -> list[Any]:
    """The data of the sections of these customers, each alone in its family."""
    ids = [UUID(one) for one in customers]
    async with engine.connect() as connection:
        rendered = await LoyaltySection().render(connection, {one: (one,) for one in ids})
    return [orjson.loads(rendered[one] or b"") for one in ids]


def topic_of(event: Event) -> str:
    """The topic that carries the event."""
    return events_topic(event.type.partition(".")[0])


def told(fact: Fact, subject: UUID | None = None) -> Event:
    """An event as it comes from another service; about the fact's customer unless it says otherwise."""
    service = fact.fact_type.partition(".")[0]
    about: Any = fact
    return Event.model_validate(
        {
            "specversion": "1.0",
            "id": str(new_id()),
            "type": fact.fact_type,
            "source": f"/hamdel/{service}-service",
            "subject": str(subject or about.customer_id),
            "time": "2026-03-01T10:00:00Z",
            "sequence": next(numbers),
            "correlationid": "c",
            "data": fact.model_dump(mode="json"),
        }
    )


def bought(customer_id: str, amount: str = "77.00", *, at: datetime = NOON, **changes: Any) -> PurchaseRecorded:
    """The fact of a purchase over so much."""
    data = {
        "purchase_id": new_id(),
        "customer_id": customer_id,
        "source": "till",
        "external_id": f"order-{next(numbers)}",
        "occurred_at": at,
        "channel": "web",
        "items": [],
        "total": {"amount": amount, "currency": "USD"},
    }
    return PurchaseRecorded.model_validate(data | changes)


def refunded(
    purchase: PurchaseRecorded, amount: str, total: str | None = None, *, at: datetime = NOON, **changes: Any
) -> PurchaseRefunded:
    """The fact of a refund of `amount`; `total` is what was given back of the purchase with it (the same for the
    first one)."""
    currency = purchase.total.currency
    data = {
        "refund_id": new_id(),
        "purchase_id": purchase.purchase_id,
        "customer_id": purchase.customer_id,
        "source": purchase.source,
        "external_id": f"refund-{next(numbers)}",
        "occurred_at": at,
        "amount": {"amount": amount, "currency": currency},
        "refunded_total": {"amount": total or amount, "currency": currency},
        "purchase_total": purchase.total,
        "items": [],
    }
    return PurchaseRefunded.model_validate(data | changes)


def merged(survivor: str, absorbed: str) -> Sequence[CustomersMerged]:
    """The facts of a merge, one in the stream of each."""
    data = {"merge_id": new_id(), "survivor_id": survivor, "absorbed_id": absorbed}
    return [CustomersMerged.model_validate(data | {"customer_id": one}) for one in (absorbed, survivor)]


def unmerged(survivor: str, absorbed: str) -> Sequence[CustomersUnmerged]:
    """The facts of its undoing."""
    data = {"merge_id": new_id(), "survivor_id": survivor, "absorbed_id": absorbed}
    return [CustomersUnmerged.model_validate(data | {"customer_id": one}) for one in (absorbed, survivor)]
