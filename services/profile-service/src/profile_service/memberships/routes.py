"""HTTP of memberships."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Answer, Page, PageQuery, Router, command, query
from profile_service.memberships import service
from profile_service.memberships.schemas import MembershipBody, MembershipResource

__all__ = ["router"]

router = Router(prefix="/v1/customers/{customer_id}", tags=["memberships"])


@router.post(
    "/memberships",
    status_code=201,
    response_model=MembershipResource,
    responses={200: {"model": MembershipResource, "description": "It stands already"}},
)
async def add_membership(request: Request, customer_id: UUID, body: MembershipBody) -> Response:
    """Makes a person a member of an organization in a role; one that stands already is answered with 200."""

    async def use_case(unit: UnitOfWork) -> Answer:
        membership, is_new = await service.add(unit, customer_id, body.terms())
        return Answer(MembershipResource.of(membership), 201 if is_new else 200)

    return await command(request, use_case)


@router.get("/memberships", response_model=Page[MembershipResource])
async def list_memberships(request: Request, customer_id: UUID, paging: PageQuery) -> Response:
    """What a person belongs to, and what it belonged to; oldest first."""

    async def read(connection: AsyncConnection) -> Page[MembershipResource]:
        found, cursor = await service.page_of_memberships(connection, customer_id, paging)
        return Page(items=[MembershipResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.delete("/memberships/{membership_id}", status_code=204, response_model=None)
async def end_membership(request: Request, customer_id: UUID, membership_id: UUID) -> Response:
    """Ends a membership; it stays in the list with `ended_at`."""

    async def use_case(unit: UnitOfWork) -> None:
        await service.end(unit, customer_id, membership_id)

    return await command(request, use_case, status=204)


@router.get("/members", response_model=Page[MembershipResource])
async def list_members(request: Request, customer_id: UUID, paging: PageQuery) -> Response:
    """Who belongs to an organization now; oldest membership first."""

    async def read(connection: AsyncConnection) -> Page[MembershipResource]:
        found, cursor = await service.page_of_members(connection, customer_id, paging)
        return Page(items=[MembershipResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)
