"""HTTP of identifiers."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Router, command, principal_of, query
from profile_service.customers.schemas import CustomerResource
from profile_service.identifiers import service
from profile_service.identifiers.schemas import Resolution, Resolutions, ResolveBody, asked

__all__ = ["router"]

router = Router(prefix="/v1/customers", tags=["identifiers"])


@router.get("/by/{type}/{value:path}", response_model=CustomerResource)
async def get_customer_by_identifier(request: Request, type: str, value: str) -> Response:
    """The customer an identifier points at; the value is percent-encoded and may hold `+`, `/` and Persian text."""
    wanted, in_full = asked(type, value), principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> CustomerResource:
        return CustomerResource.of(await service.customer_by(connection, wanted), in_full=in_full)

    return await query(request, read)


@router.post("/resolve", response_model=Resolutions)
async def resolve_identifiers(request: Request, body: ResolveBody) -> Response:
    """For importers: ids of at most 1,000 identifiers in order, customers made for unknown ones if asked."""
    wanted = [identifier.wanted() for identifier in body.identifiers]

    async def use_case(unit: UnitOfWork) -> Resolutions:
        found = await service.resolve(unit, wanted, create_missing=body.create_missing)
        return Resolutions(items=[Resolution(id=each.customer_id, status=each.status) for each in found])

    return await command(request, use_case, status=200)
