"""Reading a page of a customer's timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http.problem import NotFound, Unavailable
from interaction_service.customers.service import CustomerDirectory
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.repository import by_ids as interactions_by_ids
from interaction_service.purchases.domain import Purchase
from interaction_service.purchases.repository import by_ids as purchases_by_ids
from interaction_service.timeline import repository
from interaction_service.timeline.domain import Entry, Filters

__all__ = ["check_customer", "timeline_page"]

Record = Interaction | Purchase


async def timeline_page(
    connection: AsyncConnection,
    customer_id: UUID,
    filters: Filters,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[tuple[Entry, Record]]:
    """The entries of a page with the whole record behind each, newest first.

    First the keys, off the indexes alone, then the rows of the page by id: the cost of a page does not depend on how
    deep it lies.
    """
    entries = await repository.page(connection, customer_id, filters, before, limit)
    ids: dict[str, list[UUID]] = {"interaction": [], "purchase": []}
    for entry in entries:
        ids[entry.type].append(entry.id)
    records: dict[UUID, Any] = {}
    if ids["interaction"]:
        records |= await interactions_by_ids(connection, ids["interaction"])
    if ids["purchase"]:
        records |= await purchases_by_ids(connection, ids["purchase"])
    return [(entry, records[entry.id]) for entry in entries]


async def check_customer(connection: AsyncConnection, directory: CustomerDirectory, customer_id: UUID) -> None:
    """Raises NotFound for a customer who does not exist. Where profile-service is out of reach an empty timeline is
    an honest answer: nothing has been recorded here."""
    try:
        known = await directory.known(connection, {customer_id})
    except Unavailable:
        return
    if not known:
        raise NotFound("unknown-customer", "there is no such customer")
