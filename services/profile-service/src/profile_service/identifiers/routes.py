"""HTTP of identifiers."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Answer, JsonBytes, Router, command, json_bytes, principal_of, query
from profile_service.customers.schemas import CustomerResource
from profile_service.identifiers import service
from profile_service.identifiers.reading import read_all, read_one, read_path
from profile_service.identifiers.schemas import (
    IdentifierBody,
    IdentifierResource,
    IdentifierTypes,
    Resolution,
    Resolutions,
    ResolveBody,
    identifier_types,
)

__all__ = ["router", "types"]

router = Router(prefix="/v1/customers", tags=["identifiers"])
types = Router(prefix="/v1/identifier-types", tags=["identifiers"])


@types.get("", response_model=IdentifierTypes)
async def list_identifier_types() -> Response:
    """The rules of every type: strength, maximum per customer, priority, and values that are none."""
    return JsonBytes(json_bytes(identifier_types()))


@router.get("/by/{type}/{value:path}", response_model=CustomerResource)
async def get_customer_by_identifier(request: Request, type: str, value: str) -> Response:
    """The customer an identifier points at; the value is percent-encoded and may hold `+`, `/` and Persian text.

    A shared one (a phone, an e-mail address) that several have gives 409 `ambiguous-identifier` with `customer_ids`.
    """
    wanted, in_full = read_path(request, type, value), principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> CustomerResource:
        return CustomerResource.of(await service.customer_by(connection, wanted), in_full=in_full)

    return await query(request, read)


@router.post("/resolve", response_model=Resolutions)
async def resolve_identifiers(request: Request, body: ResolveBody) -> Response:
    """For importers: ids of at most 1,000 identifiers in order, customers made for unknown ones if asked."""
    wanted = read_all(request, body.identifiers)

    async def use_case(unit: UnitOfWork) -> Resolutions:
        found = await service.resolve(unit, wanted, create_missing=body.create_missing)
        return Resolutions(items=[Resolution(id=each.customer_id, status=each.status) for each in found])

    return await command(request, use_case, status=200)


@router.post("/{customer_id}/identifiers", status_code=201, response_model=IdentifierResource)
async def add_identifier(request: Request, customer_id: UUID, body: IdentifierBody) -> Response:
    """Gives a customer an identifier; 200 and nothing changed where it has it already, in whatever spelling."""
    wanted = read_one(request, body)

    async def use_case(unit: UnitOfWork) -> Answer:
        identifier, is_new = await service.add(unit, customer_id, wanted)
        return Answer(IdentifierResource.of(identifier, in_full=True), 201 if is_new else 200)

    return await command(request, use_case)


@router.delete("/{customer_id}/identifiers/{identifier_id}", status_code=204, response_class=Response)
async def remove_identifier(request: Request, customer_id: UUID, identifier_id: UUID) -> Response:
    """Takes an identifier from a customer; the history keeps it."""

    async def use_case(unit: UnitOfWork) -> None:
        await service.remove(unit, customer_id, identifier_id)

    return await command(request, use_case, status=204)
