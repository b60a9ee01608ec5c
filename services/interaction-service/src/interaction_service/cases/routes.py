"""HTTP of cases: opening, reading, changing, and the moves of their status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import Body, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match
from interaction_service.cases import moves, service
from interaction_service.cases.assignment import assign
from interaction_service.cases.domain import Case
from interaction_service.cases.schemas import (
    AssignBody,
    CaseBody,
    CaseDetail,
    CasePatch,
    CaseResource,
    DoneBody,
    EscalateBody,
    Priority,
    Status,
)
from interaction_service.cases.service import Filters
from interaction_service.cases.showing import listed, shown

__all__ = ["changes_case", "router"]

router = Router(prefix="/v1/cases", tags=["cases"])

NOTHING: Final = DoneBody()
Word = Annotated[str | None, Query(min_length=1, max_length=200)]


def filters_of(
    status: Status | None = None,
    queue: Word = None,
    owner: Word = None,
    priority: Priority | None = None,
    tag: Word = None,
) -> Filters:
    """The filters of the query."""
    return Filters(None, status, queue, owner, priority, tag)


async def changes_case(request: Request, use_case: Callable[[UnitOfWork], Awaitable[Case]]) -> Response:
    """Runs a use case that gives a case, and answers 200 with the whole of it."""

    async def run(unit: UnitOfWork) -> CaseDetail:
        case = await use_case(unit)
        return await shown(unit.connection, case)

    return await command(request, run, status=200)


@router.post("", status_code=201, response_model=CaseDetail)
async def open_case(request: Request, body: CaseBody) -> Response:
    """Opens a case; its clocks start at once."""
    directory = directory_of(request)

    async def use_case(unit: UnitOfWork) -> CaseDetail:
        await directory.require(unit.connection, body.customer_id)
        case_id = await service.open_case(unit, body.draft())
        return await shown(unit.connection, await service.case_of(unit.connection, case_id))

    return await command(request, use_case)


@router.get("", response_model=Page[CaseResource])
async def list_cases(
    request: Request,
    paging: PageQuery,
    filters: Annotated[Filters, Depends(filters_of)],
    customer_id: UUID | None = None,
) -> Response:
    """Cases, newest first."""

    async def read(connection: AsyncConnection) -> Page[CaseResource]:
        found, cursor = await service.page_of_cases(connection, customer_id, filters, paging)
        return Page(items=await listed(connection, found), next_cursor=cursor)

    return await query(request, read)


@router.get("/{case_id}", response_model=CaseDetail)
async def get_case(request: Request, case_id: UUID) -> Response:
    """One case."""

    async def read(connection: AsyncConnection) -> CaseDetail:
        return await shown(connection, await service.case_of(connection, case_id))

    return await query(request, read)


@router.patch("/{case_id}", response_model=CaseDetail)
async def update_case(
    request: Request, case_id: UUID, patch: Annotated[CasePatch, Body(media_type="application/merge-patch+json")]
) -> Response:
    """A JSON merge patch (RFC 7396); needs `If-Match`. Status and owner have routes of their own."""
    version = require_if_match(request)
    return await changes_case(request, lambda unit: service.change(unit, case_id, version, patch.changes()))


@router.post("/{case_id}/assign", status_code=200, response_model=CaseDetail)
async def assign_case(request: Request, case_id: UUID, body: AssignBody) -> Response:
    """Gives the case to an agent; 409 `no-queue`, `empty-queue` or `no-owner` where nobody is found."""
    return await changes_case(request, lambda unit: assign(unit, case_id, body.assignment()))


@router.post("/{case_id}/resolve", status_code=200, response_model=CaseDetail)
async def resolve_case(request: Request, case_id: UUID, body: DoneBody | None = None) -> Response:
    """It is answered; 409 `case-status` where it is done already."""
    return await changes_case(request, lambda unit: moves.resolve(unit, case_id, (body or NOTHING).resolution))


@router.post("/{case_id}/close", status_code=200, response_model=CaseDetail)
async def close_case(request: Request, case_id: UUID, body: DoneBody | None = None) -> Response:
    """It is over; 409 `case-status` where it is closed already."""
    return await changes_case(request, lambda unit: moves.close(unit, case_id, (body or NOTHING).resolution))


@router.post("/{case_id}/reopen", status_code=200, response_model=CaseDetail)
async def reopen_case(request: Request, case_id: UUID) -> Response:
    """It was not over after all; 409 `case-status` where it is open, was merged, or was done more than 30 days ago."""
    return await changes_case(request, lambda unit: moves.reopen(unit, case_id))


@router.post("/{case_id}/escalate", status_code=200, response_model=CaseDetail)
async def escalate_case(request: Request, case_id: UUID, body: EscalateBody | None = None) -> Response:
    """Raises level and priority by one step; a queue or an agent may be named to go on with it."""
    wanted = (body or EscalateBody()).escalation()
    return await changes_case(request, lambda unit: moves.escalate(unit, case_id, wanted))
