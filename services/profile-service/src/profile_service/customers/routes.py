"""HTTP of the customer record."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, principal_of, query, require_if_match
from profile_service.consents.service import tell_first
from profile_service.customers import service, upkeep
from profile_service.customers.bounds import PatchObject
from profile_service.customers.schemas import (
    CustomerBody,
    CustomerResource,
    KnownCustomers,
    VerificationBody,
    checked,
    read_code,
)
from profile_service.customers.values import StorableTime
from profile_service.identifiers.reading import read_all
from profile_service.merges.reading import shown

__all__ = ["internal", "router"]

router = Router(prefix="/v1/customers", tags=["customers"])
internal = Router(prefix="/internal/customers", include_in_schema=False)

Before = Annotated[StorableTime | None, Query()]
MergePatch = Annotated[PatchObject, Body(media_type="application/merge-patch+json")]


@router.post("", status_code=201, response_model=CustomerResource)
async def create_customer(request: Request, body: CustomerBody) -> Response:
    """Makes a customer; an identifier that is somebody's already gives 409 `identifier-taken`."""
    wanted = read_all(request, body.identifiers)

    async def use_case(unit: UnitOfWork) -> CustomerResource:
        customer = await service.create(unit, body.document(), wanted)
        await tell_first(unit, customer, [consent.told() for consent in body.consents])
        return CustomerResource.of(customer, in_full=True)

    return await command(request, use_case)


@router.get("/by/code/{code}", response_model=CustomerResource)
async def get_customer_by_code(request: Request, code: str) -> Response:
    """The customer with a code; Persian digits, spaces and dashes are understood, a slip gives 422 `invalid-code`."""
    digits, in_full = read_code(code), principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> CustomerResource:
        return CustomerResource.of(await shown(connection, await service.by_code(connection, digits)), in_full=in_full)

    return await query(request, read)


@router.get("/stale", response_model=Page[CustomerResource])
async def list_stale_customers(request: Request, paging: PageQuery, before: Before = None) -> Response:
    """Whom nobody has verified (nor created) since `before`, a year ago by default; who waits longest comes first."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> Page[CustomerResource]:
        found, cursor = await upkeep.page_of_stale(connection, before, paging)
        return Page(items=[CustomerResource.of(each, in_full=in_full) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{customer_id}", response_model=CustomerResource)
async def get_customer(request: Request, customer_id: UUID) -> Response:
    """One customer; national ids and phones are masked for agents and analysts without the scope `pii:read`."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> CustomerResource:
        return CustomerResource.of(await shown(connection, customer_id), in_full=in_full)

    return await query(request, read)


@router.patch("/{customer_id}", response_model=CustomerResource)
async def update_customer(request: Request, customer_id: UUID, patch: MergePatch) -> Response:
    """A JSON merge patch (RFC 7396); needs `If-Match`. Identifiers have routes of their own."""
    version, in_full = require_if_match(request), principal_of(request).sees_personal_data

    async def use_case(unit: UnitOfWork) -> CustomerResource:
        customer = await service.change(unit, customer_id, version, patch, checked)
        return CustomerResource.of(await shown(unit.connection, customer.id), in_full=in_full)

    return await command(request, use_case, status=200)


@router.delete("/{customer_id}", status_code=204, response_model=None)
async def archive_customer(request: Request, customer_id: UUID) -> Response:
    """Archives a customer: it can be read, found by its identifiers and restored, and not changed."""

    async def use_case(unit: UnitOfWork) -> None:
        await upkeep.archive(unit, customer_id)

    return await command(request, use_case, status=204)


@router.post("/{customer_id}/restore", status_code=200, response_model=CustomerResource)
async def restore_customer(request: Request, customer_id: UUID) -> Response:
    """Brings an archived customer back."""
    in_full = principal_of(request).sees_personal_data

    async def use_case(unit: UnitOfWork) -> CustomerResource:
        customer = await upkeep.restore(unit, customer_id)
        return CustomerResource.of(await shown(unit.connection, customer.id), in_full=in_full)

    return await command(request, use_case, status=200)


@router.post("/{customer_id}/verify", status_code=200, response_model=CustomerResource)
async def verify_customer(request: Request, customer_id: UUID, body: VerificationBody) -> Response:
    """Somebody has checked that the record is true: `last_verified_at` is now."""
    in_full = principal_of(request).sees_personal_data

    async def use_case(unit: UnitOfWork) -> CustomerResource:
        customer = await upkeep.verify(unit, customer_id, source=body.source, evidence=body.evidence)
        return CustomerResource.of(await shown(unit.connection, customer.id), in_full=in_full)

    return await command(request, use_case, status=200)


@internal.get("/known", response_model=KnownCustomers)
async def known_customers(request: Request, ids: Annotated[list[UUID], Query(alias="id", max_length=1000)]) -> Response:
    """Which of at most 1,000 ids are customers."""

    async def read(connection: AsyncConnection) -> KnownCustomers:
        return KnownCustomers(known=await service.known(connection, ids))

    return await query(request, read)
