"""Keeping the index of search as fresh as the customers: in the transaction that changes one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.context import own_work
from hamdel.http import Services
from profile_service.search import repository
from profile_service.search.domain import Document, spelling_of
from profile_service.search.keys import KEYS_VERSION, indexed
from profile_service.search.words import features

__all__ = ["refill", "refresh"]

log = structlog.get_logger(__name__)

_AT_ONCE = 500
_BEFORE_ALL = UUID(int=0)


async def refresh(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> None:
    """Reads customers as they are in this transaction and puts them into the index; their streams are locked.

    To be called by whoever has written a customer or its identifiers. At most four statements, however many there are.
    """
    rows = [indexed(customer) for customer in await repository.read(connection, customer_ids)]
    if not rows:
        return
    words = {word for row in rows for word in spelling_of(Document.keys(row.document))}
    new = await repository.store(connection, rows, words, KEYS_VERSION)
    if new:
        await repository.add_words(connection, [(word, features(word)) for word in new])


async def refill(services: Services) -> None:
    """Once after the start: puts into the index whoever is not in it as he is now (written by an older version, or
    under other rules of normalising), 500 customers a transaction. Ended half-way, it goes on where it stopped."""
    after, total = _BEFORE_ALL, 0
    while True:
        context = own_work("profile-service", "search")
        async with services.units(context) as unit:
            found = await repository.outdated(unit.connection, after, KEYS_VERSION, _AT_ONCE)
            await unit.lock_streams(found)
            await refresh(unit.connection, found)
        if not found:
            break
        after, total = found[-1], total + len(found)
    if total:
        log.info("search_refilled", customers=total)
