"""HTTP of duplicates."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Body, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, principal_of, query
from hamdel.http.call import call_of
from profile_service.duplicates import service
from profile_service.duplicates.domain import Filter, Status
from profile_service.duplicates.schemas import DismissBody, DuplicateResource, ScanResource

__all__ = ["router"]

router = Router(prefix="/v1/duplicates", tags=["duplicates"])


def wanted_of(
    status: Status = "open", min_score: Annotated[float, Query(ge=0, le=1)] = 0.0, customer_id: UUID | None = None
) -> Filter:
    """The query of the list."""
    return Filter(status, min_score, customer_id)


@router.get("", response_model=Page[DuplicateResource])
async def list_duplicates(
    request: Request, wanted: Annotated[Filter, Depends(wanted_of)], paging: PageQuery
) -> Response:
    """Pairs of customers that are probably one, the most probable first, with the evidence."""
    in_full, persian = principal_of(request).sees_personal_data, call_of(request).persian

    async def read(connection: AsyncConnection) -> Page[DuplicateResource]:
        found, cursor = await service.page_of_duplicates(connection, wanted, paging)
        items = [DuplicateResource.of(each, in_full=in_full, persian=persian) for each in found]
        return Page(items=items, next_cursor=cursor)

    return await query(request, read)


@router.post("/{duplicate_id}/dismiss", response_model=DuplicateResource)
async def dismiss_duplicate(
    request: Request, duplicate_id: UUID, body: Annotated[DismissBody | None, Body()] = None
) -> Response:
    """They are two customers: remembered for good, no search suggests them again."""
    in_full, persian = principal_of(request).sees_personal_data, call_of(request).persian

    async def use_case(unit: UnitOfWork) -> DuplicateResource:
        found = await service.dismiss(unit, duplicate_id, body.reason if body else None)
        return DuplicateResource.of(found, in_full=in_full, persian=persian)

    return await command(request, use_case, status=200)


@router.post("/scan", status_code=202, response_model=ScanResource)
async def scan_duplicates(request: Request) -> Response:
    """Starts a search over all customers, or joins the one that waits already."""

    async def use_case(unit: UnitOfWork) -> ScanResource:
        return ScanResource.of(await service.request_scan(unit))

    return await command(request, use_case, status=202)


@router.get("/scans/{scan_id}", response_model=ScanResource)
async def get_duplicate_scan(request: Request, scan_id: UUID) -> Response:
    """How far a scan is."""

    async def read(connection: AsyncConnection) -> ScanResource:
        return ScanResource.of(await service.scan(connection, scan_id))

    return await query(request, read)
