"""HTTP of tiers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Router, command, query, require_if_match
from loyalty_service.tiers import floors, ranking, schemes
from loyalty_service.tiers.schemas import FloorBody, FloorResource, ForecastResource, TiersBody, TiersResource

__all__ = ["of_member", "router"]

router = Router(prefix="/v1/programs/{program_id}/tiers", tags=["tiers"])
of_member = Router(prefix="/v1/members/{customer_id}/tier-floor", tags=["tiers"])


@router.put("", response_model=TiersResource)
async def put_tiers(request: Request, program_id: UUID, body: TiersBody) -> Response:
    """Replaces the tiers; needs `If-Match` where there are some. People rise soon after, nobody falls for it."""
    version = _known_version(request)

    async def use_case(unit: UnitOfWork) -> TiersResource:
        return TiersResource.of(program_id, await schemes.put(unit, program_id, version, body.scheme()))

    return await command(request, use_case, status=200)


@router.get("", response_model=TiersResource)
async def get_tiers(request: Request, program_id: UUID) -> Response:
    """The tiers of a programme; 404 `no-tiers` where it has none."""

    async def read(connection: AsyncConnection) -> TiersResource:
        return TiersResource.of(program_id, await schemes.stored_scheme(connection, program_id))

    return await query(request, read)


@router.post("/dry-run", response_model=ForecastResource)
async def try_tiers(request: Request, program_id: UUID, body: TiersBody) -> Response:
    """Who would move from where to where if these were the tiers; nothing is stored."""

    async def read(connection: AsyncConnection) -> ForecastResource:
        return ForecastResource.of(await ranking.forecast(connection, program_id, body.scheme()))

    return await query(request, read)


@of_member.put("", response_model=FloorResource)
async def put_tier_floor(request: Request, customer_id: UUID, body: FloorBody) -> Response:
    """Keeps the customer at least in a tier for a while; needs `If-Match` where there is a floor already."""
    version, directory = _known_version(request), directory_of(request)

    async def use_case(unit: UnitOfWork) -> FloorResource:
        given = body.model_dump()
        return FloorResource.of(
            await floors.put_floor(unit, directory, customer_id=customer_id, version=version, **given)
        )

    return await command(request, use_case, status=200)


@of_member.get("", response_model=FloorResource)
async def get_tier_floor(request: Request, customer_id: UUID, program_id: Annotated[UUID, Query()]) -> Response:
    """The floor that was set last, also when it has passed."""

    async def read(connection: AsyncConnection) -> FloorResource:
        return FloorResource.of(await floors.floor_of(connection, program_id, customer_id))

    return await query(request, read)


def _known_version(request: Request) -> int | None:
    return require_if_match(request) if "if-match" in request.headers else None
