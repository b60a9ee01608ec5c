"""HTTP of triggers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match
from survey_service.triggers import service
from survey_service.triggers.schemas import TriggerBody, TriggerPatch, TriggerResource

__all__ = ["router"]

router = Router(prefix="/v1/surveys/{survey_id}/triggers", tags=["triggers"])

Patch = Annotated[TriggerPatch, Body(media_type="application/merge-patch+json")]


@router.post("", status_code=201, response_model=TriggerResource)
async def create_trigger(request: Request, survey_id: UUID, body: TriggerBody) -> Response:
    """From now on facts of this kind ask the survey."""

    async def use_case(unit: UnitOfWork) -> TriggerResource:
        return TriggerResource.of(await service.create(unit, survey_id, body.draft()))

    return await command(request, use_case)


@router.get("", response_model=Page[TriggerResource])
async def list_triggers(request: Request, survey_id: UUID, paging: PageQuery) -> Response:
    """Triggers in the order of their codes."""

    async def read(connection: AsyncConnection) -> Page[TriggerResource]:
        found, cursor = await service.page_of_triggers(connection, survey_id, paging)
        return Page(items=[TriggerResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{trigger_id}", response_model=TriggerResource)
async def get_trigger(request: Request, survey_id: UUID, trigger_id: UUID) -> Response:
    """One trigger."""

    async def read(connection: AsyncConnection) -> TriggerResource:
        return TriggerResource.of(await service.trigger_of(connection, survey_id, trigger_id))

    return await query(request, read)


@router.patch("/{trigger_id}", response_model=TriggerResource)
async def update_trigger(request: Request, survey_id: UUID, trigger_id: UUID, patch: Patch) -> Response:
    """Changes it by a merge patch; needs `If-Match`. Invitations that wait already stay."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> TriggerResource:
        return TriggerResource.of(await service.change(unit, survey_id, trigger_id, version, patch.given()))

    return await command(request, use_case, status=200)


@router.delete("/{trigger_id}", status_code=204, response_model=None)
async def delete_trigger(request: Request, survey_id: UUID, trigger_id: UUID) -> Response:
    """Takes it away; invitations that it made stay."""

    async def use_case(unit: UnitOfWork) -> None:
        await service.remove(unit, survey_id, trigger_id)

    return await command(request, use_case, status=204)
