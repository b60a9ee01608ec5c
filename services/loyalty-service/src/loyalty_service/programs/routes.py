"""HTTP of programmes."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match
from hamdel.ids import new_id
from loyalty_service.programs import service
from loyalty_service.programs.schemas import ProgramBody, ProgramPatch, ProgramResource

__all__ = ["router"]

router = Router(prefix="/v1/programs", tags=["programs"])


@router.post("", status_code=201, response_model=ProgramResource)
async def create_program(request: Request, body: ProgramBody) -> Response:
    """Makes a programme; its rules, tiers and rewards follow."""

    async def use_case(unit: UnitOfWork) -> ProgramResource:
        return ProgramResource.of(await service.create(unit, body.program(new_id())))

    return await command(request, use_case)


@router.get("", response_model=Page[ProgramResource])
async def list_programs(request: Request, paging: PageQuery) -> Response:
    """Programmes in the order of their codes."""

    async def read(connection: AsyncConnection) -> Page[ProgramResource]:
        found, cursor = await service.page_of_programs(connection, paging)
        return Page(items=[ProgramResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{program_id}", response_model=ProgramResource)
async def get_program(request: Request, program_id: UUID) -> Response:
    """One programme."""

    async def read(connection: AsyncConnection) -> ProgramResource:
        return ProgramResource.of(await service.stored_program(connection, program_id))

    return await query(request, read)


@router.patch("/{program_id}", response_model=ProgramResource)
async def update_program(request: Request, program_id: UUID, patch: ProgramPatch) -> Response:
    """Changes what is named, for points that are earned from now on; needs `If-Match`."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> ProgramResource:
        return ProgramResource.of(await service.change(unit, program_id, version, patch.given()))

    return await command(request, use_case, status=200)
