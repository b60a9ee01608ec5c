"""HTTP of the liability report."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.http import Router, query
from loyalty_service.liability.schemas import LiabilityResource
from loyalty_service.liability.service import liability_of

__all__ = ["router"]

router = Router(prefix="/v1/programs", tags=["programs"])


@router.get("/{program_id}/liability", response_model=LiabilityResource)
async def get_liability(request: Request, program_id: UUID) -> Response:
    """What the programme owes its members, in points, by the month in which they lapse."""

    async def read(connection: AsyncConnection) -> LiabilityResource:
        return LiabilityResource.of(program_id, await liability_of(connection, program_id), utc_now())

    return await query(request, read)
