"""Use cases of queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Conflict, NotFound, Paging, check_version, cut_page, decode_cursor
from interaction_service.queues import repository
from interaction_service.queues.domain import Queue

__all__ = ["change", "create", "locked", "page_of_queues", "queue_of"]


async def create(unit: UnitOfWork, queue: Queue) -> Queue:
    """Makes a queue. Raises Conflict `queue-exists`."""
    if not await repository.insert(unit.connection, queue):
        raise Conflict("queue-exists", "there is a queue with this code")
    return queue


async def queue_of(connection: AsyncConnection, code: str) -> Queue:
    """The queue. Raises NotFound `unknown-queue`."""
    return _known(await repository.by_code(connection, code))


async def locked(unit: UnitOfWork, code: str) -> Queue:
    """The queue, locked until the end of the transaction: always the last lock. Raises NotFound `unknown-queue`."""
    return _known(await repository.lock(unit.connection, code))


async def change(unit: UnitOfWork, code: str, version: int, changes: Mapping[str, Any]) -> Queue:
    """Changes fields of the queue. Raises NotFound, PreconditionFailed."""
    queue = await locked(unit, code)
    check_version(queue.version, version, list(changes))
    changed = replace(queue, **changes, version=queue.version + 1)
    await repository.save(unit.connection, changed)
    return changed


async def page_of_queues(connection: AsyncConnection, paging: Paging) -> tuple[list[Queue], str | None]:
    """A page in order of code, and the cursor of the next one. Raises Malformed."""
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page(connection, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.code,))


def _known(found: Queue | None) -> Queue:
    if found is None:
        raise NotFound("unknown-queue", "there is no such queue")
    return found
