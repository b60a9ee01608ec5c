"""Use cases of the history."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Paging, decode_cursor, encode_cursor
from profile_service.customers import service as customers
from profile_service.history import repository
from profile_service.history.domain import Line

__all__ = ["page_of_changes"]


async def page_of_changes(
    connection: AsyncConnection, customer_id: UUID, paging: Paging
) -> tuple[list[Line], str | None]:
    """A page of a customer's changes, newest first, and the cursor of the next one. Raises NotFound, Malformed."""
    before = decode_cursor(paging.cursor, int, int)
    found = await repository.lines(connection, customer_id, before, paging.limit + 1)
    if not found:
        await customers.load(connection, customer_id)
    page = found[: paging.limit]
    more = len(found) > paging.limit
    return page, encode_cursor(page[-1].version, page[-1].ordinal) if more else None
