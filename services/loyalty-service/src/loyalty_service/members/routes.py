"""HTTP of members."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.customers import directory_of
from hamdel.http import Answer, BigInt, Page, PageQuery, Router, cut_page, decode_cursor, principal_of, query
from loyalty_service.members import service
from loyalty_service.members.schemas import EntryResource, MemberResource

__all__ = ["router"]

router = Router(prefix="/v1/members/{customer_id}", tags=["members"])


@router.get("", response_model=MemberResource)
async def get_member(request: Request, customer_id: UUID) -> Response:
    """How a customer stands in every programme; merged customers have one wallet, under each of their ids."""
    directory, now = directory_of(request), utc_now()

    async def read(connection: AsyncConnection) -> Answer:
        found = await service.memberships_of(connection, directory, customer_id, now)
        return Answer(MemberResource.of(customer_id, found))

    return await query(request, read)


@router.get("/entries", response_model=Page[EntryResource])
async def list_entries(
    request: Request, customer_id: UUID, paging: PageQuery, program_id: UUID | None = None
) -> Response:
    """Every movement of a customer's points, newest first."""
    (before,) = decode_cursor(paging.cursor, BigInt) or (None,)
    directory, with_actor = directory_of(request), principal_of(request).roles != {"customer"}

    async def read(connection: AsyncConnection) -> Page[EntryResource]:
        found = await service.page_of_entries(connection, directory, customer_id, program_id, before, paging.limit + 1)
        shown, after = cut_page(found, paging.limit, lambda each: (each.seq,))
        return Page(items=[EntryResource.of(each, with_actor=with_actor) for each in shown], next_cursor=after)

    return await query(request, read)
