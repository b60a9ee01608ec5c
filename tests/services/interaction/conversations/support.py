"""Messages as a mail server or an SMS centre hands them over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hamdel.clock import utc_now
from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomersMerged, CustomersUnmerged
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from hamdel.links import on_customers_merged, on_customers_unmerged
from tests.services.interaction.support import CONTEXT, Api, interaction

__all__ = ["MAIL", "mail", "merged", "received", "unmerged"]

MAIL = "sara@example.org"


def mail(customer_id: str, external_id: str, **changes: Any) -> dict[str, Any]:
    """An e-mail from a customer."""
    given = {"channel": "email", "kind": "message", "contact": MAIL, "body": external_id, "external_id": external_id}
    return interaction(customer_id, **(given | changes))


async def received(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    """What a new message is answered."""
    answer = await api.post("/v1/interactions", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def merged(units: UnitOfWorkFactory, survivor: str, absorbed: str) -> None:
    """profile-service told that the customers are one."""
    async with units(CONTEXT) as unit:
        await on_customers_merged(unit, _told(CustomersMerged, survivor, absorbed))


async def unmerged(units: UnitOfWorkFactory, survivor: str, absorbed: str) -> None:
    """profile-service told that they are two after all."""
    async with units(CONTEXT) as unit:
        await on_customers_unmerged(unit, _told(CustomersUnmerged, survivor, absorbed))


def _told(kind: type[CustomersMerged | CustomersUnmerged], survivor: str, absorbed: str) -> Event:
    fact = kind(customer_id=UUID(absorbed), merge_id=new_id(), survivor_id=UUID(survivor), absorbed_id=UUID(absorbed))
    return Event(
        specversion="1.0",
        id=new_id(),
        type=kind.fact_type,
        source="/hamdel/profile-service",
        subject=UUID(absorbed),
        time=utc_now(),
        sequence=1,
        correlationid="request-1",
        data=fact.model_dump(mode="json"),
    )
