"""HTTP of invitations and links, for staff."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query
from survey_service.invitations import service
from survey_service.invitations.schemas import (
    AskedBody,
    AskedResource,
    InvitationResource,
    InvitationStatus,
    LinkBody,
    LinkResource,
    MadeLink,
)

__all__ = ["router"]

router = Router(prefix="/v1/surveys/{survey_id}", tags=["invitations"])


@router.post("/invitations", status_code=201, response_model=AskedResource)
async def invite_customers(request: Request, survey_id: UUID, body: AskedBody) -> Response:
    """Has customers asked, each if the gates allow it; see what became of them in the list."""
    directory = directory_of(request)

    async def use_case(unit: UnitOfWork) -> AskedResource:
        return AskedResource.of(await service.invite(unit, directory, survey_id, body.by_hand()))

    return await command(request, use_case)


@router.get("/invitations", response_model=Page[InvitationResource])
async def list_invitations(
    request: Request, survey_id: UUID, paging: PageQuery, status: Annotated[InvitationStatus | None, Query()] = None
) -> Response:
    """Invitations, the newest first."""

    async def read(connection: AsyncConnection) -> Page[InvitationResource]:
        found, cursor = await service.page_of_invitations(connection, survey_id, status, paging)
        return Page(items=[InvitationResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.post("/links", status_code=201, response_model=MadeLink)
async def create_survey_link(request: Request, survey_id: UUID, body: LinkBody) -> Response:
    """A link that many may answer at; its token is told this once."""

    async def use_case(unit: UnitOfWork) -> MadeLink:
        return MadeLink.with_token(*await service.make_link(unit, survey_id, body.draft()))

    return await command(request, use_case)


@router.get("/links", response_model=Page[LinkResource])
async def list_survey_links(request: Request, survey_id: UUID, paging: PageQuery) -> Response:
    """Links, the newest first, without their tokens."""

    async def read(connection: AsyncConnection) -> Page[LinkResource]:
        found, cursor = await service.page_of_links(connection, survey_id, paging)
        return Page(items=[LinkResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)
