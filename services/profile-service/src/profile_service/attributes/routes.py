"""HTTP of attributes: for other services alone."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Router, query
from profile_service.attributes.domain import attributes
from profile_service.attributes.schemas import AttributesBody, AttributesFound
from profile_service.merges.reading import shown_many

__all__ = ["internal"]

internal = Router(prefix="/internal/customers", include_in_schema=False)


@internal.post("/attributes", response_model=AttributesFound)
async def attributes_of_customers(request: Request, body: AttributesBody) -> Response:
    """What is known of customers under these names."""

    async def read(connection: AsyncConnection) -> AttributesFound:
        found = await shown_many(connection, body.customer_ids)
        documents = [found[one].document if one in found else None for one in body.customer_ids]
        return AttributesFound(items=[attributes(each, body.names) if each else {} for each in documents])

    return await query(request, read)
