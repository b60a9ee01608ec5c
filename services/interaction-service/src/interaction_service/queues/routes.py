"""HTTP of queues."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match
from interaction_service.queues import service
from interaction_service.queues.schemas import QueueBody, QueuePatch, QueueResource

__all__ = ["router"]

router = Router(prefix="/v1/queues", tags=["queues"])


@router.post("", status_code=201, response_model=QueueResource)
async def create_queue(request: Request, body: QueueBody) -> Response:
    """Makes a queue; a code that is taken gives 409 `queue-exists`."""

    async def use_case(unit: UnitOfWork) -> QueueResource:
        return QueueResource.of(await service.create(unit, body.queue()))

    return await command(request, use_case)


@router.get("", response_model=Page[QueueResource])
async def list_queues(request: Request, paging: PageQuery) -> Response:
    """All queues, in order of code."""

    async def read(connection: AsyncConnection) -> Page[QueueResource]:
        found, cursor = await service.page_of_queues(connection, paging)
        return Page(items=[QueueResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{code}", response_model=QueueResource)
async def get_queue(request: Request, code: str) -> Response:
    """One queue."""

    async def read(connection: AsyncConnection) -> QueueResource:
        return QueueResource.of(await service.queue_of(connection, code))

    return await query(request, read)


@router.patch("/{code}", response_model=QueueResource)
async def update_queue(
    request: Request, code: str, patch: Annotated[QueuePatch, Body(media_type="application/merge-patch+json")]
) -> Response:
    """A JSON merge patch (RFC 7396); needs `If-Match`. Cases that are assigned stay with whom they are."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> QueueResource:
        return QueueResource.of(await service.change(unit, code, version, patch.changes()))

    return await command(request, use_case, status=200)
