"""HTTP of the history."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Page, PageQuery, Router, principal_of, query
from profile_service.history import service
from profile_service.history.schemas import LineResource

__all__ = ["router"]

router = Router(prefix="/v1/customers", tags=["history"])


@router.get("/{customer_id}/history", response_model=Page[LineResource])
async def get_customer_history(request: Request, customer_id: UUID, paging: PageQuery) -> Response:
    """Field by field who changed what, when, and from where; newest first."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> Page[LineResource]:
        lines, cursor = await service.page_of_changes(connection, customer_id, paging)
        return Page(items=[LineResource.of(line, in_full=in_full) for line in lines], next_cursor=cursor)

    return await query(request, read)
