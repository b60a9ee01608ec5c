"""HTTP of the customer record."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Router, command, principal_of, query, require_if_match
from profile_service.customers import service
from profile_service.customers.bounds import PatchObject
from profile_service.customers.schemas import CustomerBody, CustomerResource, KnownCustomers, checked

__all__ = ["internal", "router"]

router = Router(prefix="/v1/customers", tags=["customers"])
internal = Router(prefix="/internal/customers", include_in_schema=False)

MergePatch = Annotated[PatchObject, Body(media_type="application/merge-patch+json")]


@router.post("", status_code=201, response_model=CustomerResource)
async def create_customer(request: Request, body: CustomerBody) -> Response:
    """Makes a customer; an identifier that is somebody's already gives 409 `identifier-taken`."""
    wanted = [identifier.wanted() for identifier in body.identifiers]

    async def use_case(unit: UnitOfWork) -> CustomerResource:
        customer = await service.create(unit, body.document(), wanted)
        return CustomerResource.of(customer, in_full=True)

    return await command(request, use_case)


@router.get("/{customer_id}", response_model=CustomerResource)
async def get_customer(request: Request, customer_id: UUID) -> Response:
    """One customer; national ids and phones are masked for agents and analysts without the scope `pii:read`."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> CustomerResource:
        return CustomerResource.of(await service.load(connection, customer_id), in_full=in_full)

    return await query(request, read)


@router.patch("/{customer_id}", response_model=CustomerResource)
async def update_customer(request: Request, customer_id: UUID, patch: MergePatch) -> Response:
    """A JSON merge patch (RFC 7396); needs `If-Match`. Identifiers have routes of their own."""
    version, in_full = require_if_match(request), principal_of(request).sees_personal_data

    async def use_case(unit: UnitOfWork) -> CustomerResource:
        customer = await service.change(unit, customer_id, version, patch, checked)
        return CustomerResource.of(customer, in_full=in_full)

    return await command(request, use_case, status=200)


@internal.get("/known", response_model=KnownCustomers)
async def known_customers(request: Request, ids: Annotated[list[UUID], Query(alias="id", max_length=1000)]) -> Response:
    """Which of at most 1,000 ids are customers."""

    async def read(connection: AsyncConnection) -> KnownCustomers:
        return KnownCustomers(known=await service.known(connection, ids))

    return await query(request, read)
