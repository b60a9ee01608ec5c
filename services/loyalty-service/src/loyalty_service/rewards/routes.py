"""HTTP of rewards."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match
from loyalty_service.rewards import service
from loyalty_service.rewards.schemas import RewardBody, RewardPatch, RewardResource

__all__ = ["router"]

router = Router(prefix="/v1/programs/{program_id}/rewards", tags=["rewards"])


@router.post("", status_code=201, response_model=RewardResource)
async def create_reward(request: Request, program_id: UUID, body: RewardBody) -> Response:
    """Makes a reward; a code that the programme has gives 409 `reward-exists`."""

    async def use_case(unit: UnitOfWork) -> RewardResource:
        return RewardResource.of(await service.create(unit, program_id, body.fields(), body.currencies()))

    return await command(request, use_case)


@router.get("", response_model=Page[RewardResource])
async def list_rewards(request: Request, program_id: UUID, paging: PageQuery) -> Response:
    """All rewards of the programme, in order of code; the retired ones too."""

    async def read(connection: AsyncConnection) -> Page[RewardResource]:
        found, cursor = await service.page_of_rewards(connection, program_id, paging)
        return Page(items=[RewardResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{code}", response_model=RewardResource)
async def get_reward(request: Request, program_id: UUID, code: str) -> Response:
    """One reward, with what is left of it."""

    async def read(connection: AsyncConnection) -> RewardResource:
        return RewardResource.of(await service.reward_of(connection, program_id, code))

    return await query(request, read)


@router.patch("/{code}", response_model=RewardResource)
async def change_reward(
    request: Request,
    program_id: UUID,
    code: str,
    patch: Annotated[RewardPatch, Body(media_type="application/merge-patch+json")],
) -> Response:
    """A JSON merge patch (RFC 7396); needs `If-Match`. What is reserved or given out keeps its price."""
    version, fields, currencies = require_if_match(request), patch.fields(), patch.currencies()

    async def use_case(unit: UnitOfWork) -> RewardResource:
        return RewardResource.of(await service.change(unit, program_id, code, version, fields, currencies))

    return await command(request, use_case, status=200)


@router.post("/{code}/retire", response_model=RewardResource)
async def retire_reward(request: Request, program_id: UUID, code: str) -> Response:
    """Nobody can redeem it any more; what is reserved can still be captured. Again answers the same."""

    async def use_case(unit: UnitOfWork) -> RewardResource:
        return RewardResource.of(await service.retire(unit, program_id, code))

    return await command(request, use_case, status=200)
