"""Bodies of the contact route."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from profile_service.consents.schemas import Channel, Purpose
from profile_service.customers.schemas import NamePartsResource

__all__ = ["ContactItem", "Contacts", "ContactsBody", "WantedContact"]


class WantedContact(RequestModel):
    """One question: may this customer be contacted for the purpose on the channel now, and where?"""

    customer_id: UUID
    purpose: Purpose
    channel: Channel


class ContactsBody(RequestModel):
    """At most 500 questions."""

    items: Annotated[list[WantedContact], Field(max_length=500)]


class ContactItem(ResponseModel):
    """`customer_id` is the survivor's where the customer was merged, null where there is no such customer (`reason` is
    `unknown-customer` then). `reason` and `next_allowed_at` are those of `can-contact`. `addresses` are those of the
    channel in comparable form, the newest first."""

    customer_id: UUID | None
    allowed: bool
    reason: str
    next_allowed_at: Moment | None = None
    addresses: list[str] = Field(default_factory=list)
    language: str | None = None
    timezone: str | None = None
    name: NamePartsResource | None = None


class Contacts(ResponseModel):
    """One answer per question, in their order."""

    items: list[ContactItem]
