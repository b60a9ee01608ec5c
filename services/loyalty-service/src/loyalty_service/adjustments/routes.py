"""HTTP of adjustments."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, principal_of, query, services_of
from loyalty_service.adjustments import service
from loyalty_service.adjustments.schemas import AdjustmentBody, AdjustmentResource, Status
from loyalty_service.adjustments.service import Office, Wanted
from loyalty_service.adjustments.settings import AdjustmentSettings

__all__ = ["of_member", "router"]

of_member = Router(prefix="/v1/members/{customer_id}/adjustments", tags=["adjustments"])
router = Router(prefix="/v1/adjustments", tags=["adjustments"])


def _office(request: Request) -> Office:
    settings = cast("AdjustmentSettings", services_of(request).settings)
    return Office(principal_of(request), settings.adjustment_limits())


@of_member.post("", status_code=201, response_model=AdjustmentResource)
async def adjust_points(request: Request, customer_id: UUID, body: AdjustmentBody) -> Response:
    """Gives or takes points by hand; above the limit of the role it waits for another person."""
    directory, office = directory_of(request), _office(request)

    async def use_case(unit: UnitOfWork) -> AdjustmentResource:
        return AdjustmentResource.of(await service.adjust(unit, directory, office, customer_id, body.draft()))

    return await command(request, use_case, key_required=True)


def wanted_of(status: Status | None = None, program_id: UUID | None = None, customer_id: UUID | None = None) -> Wanted:
    """The filters of the query."""
    return Wanted(status, program_id, customer_id)


@router.get("", response_model=Page[AdjustmentResource])
async def list_adjustments(
    request: Request, wanted: Annotated[Wanted, Depends(wanted_of)], paging: PageQuery
) -> Response:
    """Adjustments, newest first."""

    async def read(connection: AsyncConnection) -> Page[AdjustmentResource]:
        found, after = await service.page_of_adjustments(connection, wanted, paging)
        return Page(items=[AdjustmentResource.of(each) for each in found], next_cursor=after)

    return await query(request, read)


@router.get("/{adjustment_id}", response_model=AdjustmentResource)
async def get_adjustment(request: Request, adjustment_id: UUID) -> Response:
    """One adjustment."""

    async def read(connection: AsyncConnection) -> AdjustmentResource:
        return AdjustmentResource.of(await service.adjustment_of(connection, adjustment_id))

    return await query(request, read)


@router.post("/{adjustment_id}/approve", status_code=200, response_model=AdjustmentResource)
async def approve_adjustment(request: Request, adjustment_id: UUID) -> Response:
    """Posts a waiting adjustment; the person who asked for it gets 403 `four-eyes`."""
    office = _office(request)

    async def use_case(unit: UnitOfWork) -> AdjustmentResource:
        return AdjustmentResource.of(await service.approve(unit, office, adjustment_id))

    return await command(request, use_case, status=200, key_required=True)


@router.post("/{adjustment_id}/reject", status_code=200, response_model=AdjustmentResource)
async def reject_adjustment(request: Request, adjustment_id: UUID) -> Response:
    """Closes a waiting adjustment without moving a point; 403 `four-eyes` like `approve`."""
    office = _office(request)

    async def use_case(unit: UnitOfWork) -> AdjustmentResource:
        return AdjustmentResource.of(await service.reject(unit, office, adjustment_id))

    return await command(request, use_case, status=200, key_required=True)
