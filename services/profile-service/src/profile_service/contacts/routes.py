"""HTTP of contacts: for other services alone."""

from __future__ import annotations

from typing import cast

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.http import Router, query, services_of
from profile_service.consents.quiet_hours import QuietHours
from profile_service.consents.service import Clocks
from profile_service.contacts.schemas import Contacts, ContactsBody
from profile_service.contacts.service import contacts
from profile_service.settings import ProfileSettings

__all__ = ["internal"]

internal = Router(prefix="/internal/customers", include_in_schema=False)


@internal.post("/contacts", response_model=Contacts)
async def contacts_of_customers(request: Request, body: ContactsBody) -> Response:
    """Who of at most 500 may be contacted now, and where, in which language."""
    settings = cast("ProfileSettings", services_of(request).settings)
    clocks = Clocks(QuietHours.parse(settings.quiet_hours), settings.default_timezone)

    async def read(connection: AsyncConnection) -> Contacts:
        region = settings.default_phone_region
        return Contacts(items=await contacts(connection, body.items, clocks, region, utc_now()))

    return await query(request, read)
