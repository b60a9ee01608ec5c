"""HTTP of merges."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork, family_of
from hamdel.http import Answer, Page, PageQuery, Router, command, principal_of, query, services_of
from profile_service.merges import service
from profile_service.merges.peers import rows_elsewhere
from profile_service.merges.schemas import MergeBody, MergedResource, MergeResource, PreviewResource

__all__ = ["router"]

router = Router(prefix="/v1/customers", tags=["merges"])


@router.post("/{customer_id}/merges", response_model=MergedResource | PreviewResource, status_code=201)
async def merge_customers(request: Request, customer_id: UUID, body: MergeBody) -> Response:
    """Links another customer to this one, reversibly; `dry_run` (200) says what that would do."""
    if body.dry_run:
        return await _preview(request, customer_id, body.absorb)

    async def use_case(unit: UnitOfWork) -> Answer:
        link, made = await service.merge(unit, customer_id, body.absorb)
        return Answer(MergedResource.of(link), status=201 if made else 200)

    return await command(request, use_case)


@router.delete("/{customer_id}/merges/{merge_id}", status_code=204, response_model=None)
async def unmerge_customers(request: Request, customer_id: UUID, merge_id: UUID) -> Response:
    """Takes a link away again: both customers are what they would be had it never existed."""

    async def use_case(unit: UnitOfWork) -> None:
        await service.unmerge(unit, customer_id, merge_id)

    return await command(request, use_case, status=204)


@router.get("/{customer_id}/merges", response_model=Page[MergeResource])
async def list_merges(request: Request, customer_id: UUID, paging: PageQuery) -> Response:
    """The merges this customer has or had a part in, newest first."""

    async def read(connection: AsyncConnection) -> Page[MergeResource]:
        found, cursor = await service.page_of_merges(connection, customer_id, paging)
        return Page(items=[MergeResource.made(each) for each in found], next_cursor=cursor)

    return await query(request, read)


async def _preview(request: Request, survivor_id: UUID, absorbed_id: UUID) -> Response:
    in_full, services = principal_of(request).sees_personal_data, services_of(request)

    async def read(connection: AsyncConnection) -> PreviewResource:
        preview = await service.preview(connection, survivor_id, absorbed_id)
        elsewhere = await rows_elsewhere(services, await family_of(connection, absorbed_id))
        return PreviewResource.of(preview, elsewhere, in_full=in_full)

    return await query(request, read)
