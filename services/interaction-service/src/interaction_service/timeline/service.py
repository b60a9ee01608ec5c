"""Reading a page of a customer's timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork, family_of
from hamdel.http.problem import Unavailable
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.repository import by_ids as interactions_by_ids
from interaction_service.purchases.domain import Purchase
from interaction_service.purchases.repository import by_ids as purchases_by_ids
from interaction_service.timeline import repository
from interaction_service.timeline.domain import INTERACTION, PURCHASE, Entry, Question, TimelineEntry

__all__ = ["TimelineEntry", "add_entry", "check_customer", "timeline_page"]

Record = Interaction | Purchase | TimelineEntry


async def add_entry(unit: UnitOfWork, entry: TimelineEntry) -> None:
    """Puts something on its customer's timeline; an entry whose id is there already is left as it is."""
    await repository.add(unit.connection, entry)


async def timeline_page(
    connection: AsyncConnection, directory: CustomerDirectory, ask: Question
) -> tuple[list[Record], tuple[datetime, UUID] | None]:
    """The records of a page, newest first, and where the next one starts (None at the end).

    First the keys, off the indexes alone, then the rows of the page by id: the cost of a page does not depend on how
    deep it lies. Merged customers have one timeline, under each of their ids.

    Raises NotFound for a customer who does not exist.
    """
    family = await family_of(connection, ask.customer_id)
    entries = await repository.page(connection, family, ask.filters, ask.before, ask.limit + 1)
    if not entries and ask.before is None:
        await check_customer(connection, directory, ask.customer_id)
    shown = entries[: ask.limit]
    records = await _records(connection, shown)
    after = (shown[-1].occurred_at, shown[-1].id) if len(entries) > ask.limit else None
    return [records[entry.id] for entry in shown], after


async def _records(connection: AsyncConnection, entries: Sequence[Entry]) -> dict[UUID, Record]:
    ids = {type_: [entry.id for entry in entries if entry.type == type_] for type_ in (INTERACTION, PURCHASE)}
    others = [entry.id for entry in entries if entry.type not in ids]
    records: dict[UUID, Record] = {}
    if ids[INTERACTION]:
        records |= await interactions_by_ids(connection, ids[INTERACTION])
    if ids[PURCHASE]:
        records |= await purchases_by_ids(connection, ids[PURCHASE])
    if others:
        records |= await repository.by_ids(connection, others)
    return records


async def check_customer(connection: AsyncConnection, directory: CustomerDirectory, customer_id: UUID) -> None:
    """Raises NotFound for a customer who does not exist. Where profile-service is out of reach an empty timeline is
    an honest answer: nothing has been recorded here."""
    try:
        await directory.require(connection, customer_id)
    except Unavailable:
        return
