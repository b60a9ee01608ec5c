"""HTTP of the history."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, principal_of, query, require_if_match
from profile_service.customers.schemas import CustomerResource, checked
from profile_service.history import service
from profile_service.history.schemas import LineResource, RestoreBody

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


@router.post("/{customer_id}/history/restore", status_code=200, response_model=CustomerResource)
async def restore_customer_field(request: Request, customer_id: UUID, body: RestoreBody) -> Response:
    """Gives a field of the record the value it had before a change; needs `If-Match`."""
    version, in_full = require_if_match(request), principal_of(request).sees_personal_data

    async def use_case(unit: UnitOfWork) -> CustomerResource:
        customer = await service.restore(unit, customer_id, version, (body.version, body.field), checked)
        return CustomerResource.of(customer, in_full=in_full)

    return await command(request, use_case, status=200)
