"""HTTP of the attribute schema."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Answer, Router, command, query, require_if_match
from profile_service.attribute_schema import service
from profile_service.attribute_schema.schemas import AttributeSchemaBody, AttributeSchemaResource

__all__ = ["router"]

router = Router(prefix="/v1/attribute-schema", tags=["attribute schema"])


@router.get("", response_model=AttributeSchemaResource)
async def get_attribute_schema(request: Request) -> Response:
    """The schema that the attributes of customers are held to; 404 `no-attribute-schema` where none is set."""

    async def read(connection: AsyncConnection) -> AttributeSchemaResource:
        return AttributeSchemaResource.of(await service.load(connection))

    return await query(request, read)


@router.put("", response_model=AttributeSchemaResource, responses={201: {"model": AttributeSchemaResource}})
async def set_attribute_schema(request: Request, body: AttributeSchemaBody) -> Response:
    """Sets the schema (201 the first time); replacing one needs `If-Match`. Customers are checked when they change."""
    version = require_if_match(request) if "if-match" in request.headers else None

    async def use_case(unit: UnitOfWork) -> Answer:
        stored = AttributeSchemaResource.of(await service.put(unit, body.document, version))
        return Answer(stored, 201 if stored.version == 1 else 200)

    return await command(request, use_case, status=200)
