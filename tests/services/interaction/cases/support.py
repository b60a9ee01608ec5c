"""Cases as agents work on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hamdel.clock import utc_now
from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import RelationshipChanged
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.cases.reactions import on_relationship_changed
from tests.services.interaction.support import CONTEXT, Api

__all__ = ["act", "case", "facts", "opened", "owned_by", "queue", "refused"]


def case(customer_id: str, **changes: Any) -> dict[str, Any]:
    """A whole, valid case."""
    given = {"customer_id": customer_id, "type": "complaint", "priority": "normal", "subject": "It is broken"}
    return given | {"channel": "email"} | changes


async def opened(api: Api, customer_id: str, **changes: Any) -> dict[str, Any]:
    """A new case."""
    answer = await api.post("/v1/cases", case(customer_id, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def act(api: Api, case_id: str, what: str, body: Any = None, **options: Any) -> dict[str, Any]:
    """What a successful action on a case is answered."""
    answer = await api.post(f"/v1/cases/{case_id}/{what}", body, **options)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(api: Api, case_id: str, what: str, body: Any = None) -> tuple[int, str]:
    """Status and code of a refused action."""
    answer = await api.post(f"/v1/cases/{case_id}/{what}", body)
    return answer.status_code, answer.json()["type"].removeprefix("urn:hamdel:problem:")


async def queue(api: Api, code: str, *members: str, **changes: Any) -> None:
    """A new queue."""
    body = {"code": code, "name": code, "members": list(members)} | changes
    answer = await api.post("/v1/queues", body, role="manager")
    assert answer.status_code == 201, answer.text


async def facts(api: Api, customer_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Names and data of the case facts of a customer, in order."""
    events = await api.events(customer_id)
    told = [(event["type"].split(".")[1], event["data"]) for event in events]
    return [(name, data) for name, data in told if name.startswith("case_")]


async def owned_by(units: UnitOfWorkFactory, customer_id: str, owner_id: str | None) -> None:
    """profile-service told who keeps the relationship."""
    fact = RelationshipChanged(customer_id=UUID(customer_id), model="dedicated", owner_id=owner_id)
    event = Event(
        specversion="1.0",
        id=new_id(),
        type=fact.fact_type,
        source="/hamdel/profile-service",
        subject=UUID(customer_id),
        time=utc_now(),
        sequence=1,
        correlationid="request-1",
        data=fact.model_dump(mode="json"),
    )
    async with units(CONTEXT) as unit:
        await on_relationship_changed(unit, event)
