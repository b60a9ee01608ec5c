"""Use cases that keep the records true: verification, the list of stale ones, archive and restore."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.contracts.base import rfc3339
from hamdel.database import UnitOfWork
from hamdel.http import Paging, decode_cursor, encode_cursor
from profile_service.customers import repository, service
from profile_service.customers.domain import Change, Customer
from profile_service.customers.values import StorableTime

__all__ = ["archive", "page_of_stale", "restore", "verify"]

STALE_AFTER: Final = timedelta(days=365)


async def verify(unit: UnitOfWork, customer_id: UUID, *, source: str | None, evidence: str | None) -> Customer:
    """Somebody has checked that the record is true, now. Raises NotFound, Conflict `customer-archived`."""
    current = await service.load_active(unit, customer_id)
    before = rfc3339(current.last_verified_at) if current.last_verified_at else None
    changed = [Change("/last_verified_at", before, rfc3339(unit.now))]
    proof = [Change("/verification/evidence", None, evidence)] if evidence else []
    return await service.store(unit, replace(current, last_verified_at=unit.now), changed, beside=proof, source=source)


async def archive(unit: UnitOfWork, customer_id: UUID) -> None:
    """Takes a customer out of the way; its record stays. Idempotent. Raises NotFound."""
    current = await service.load_locked(unit, customer_id)
    if current.archived_at is None:
        changed = [Change("/archived_at", None, rfc3339(unit.now))]
        await service.store(unit, replace(current, archived_at=unit.now), changed)


async def restore(unit: UnitOfWork, customer_id: UUID) -> Customer:
    """Brings an archived customer back; one that is not archived stays as it is. Raises NotFound."""
    current = await service.load_locked(unit, customer_id)
    if current.archived_at is None:
        return current
    changed = [Change("/archived_at", rfc3339(current.archived_at), None)]
    return await service.store(unit, replace(current, archived_at=None), changed)


async def page_of_stale(
    connection: AsyncConnection, before: datetime | None, paging: Paging
) -> tuple[list[Customer], str | None]:
    """A page of customers whom nobody has verified since a moment (a year ago, unless said), those that wait longest
    first, and the cursor of the next one. Raises Malformed."""
    after = decode_cursor(paging.cursor, StorableTime, UUID)
    found = await repository.stale(connection, before or utc_now() - STALE_AFTER, after, paging.limit + 1)
    page = found[: paging.limit]
    if len(found) <= paging.limit:
        return page, None
    return page, encode_cursor(page[-1].last_verified_at or page[-1].created_at, page[-1].id)
