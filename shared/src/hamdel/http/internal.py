"""The door between services: sections, live. Never proxied by the gateway; role `service` only."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Body
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from hamdel.contracts.sections import EMPTY
from hamdel.http.auth import PolicyTable
from hamdel.http.responses import JsonBytes
from hamdel.http.routing import Router
from hamdel.http.schemas import RequestModel
from hamdel.http.services import services_of
from hamdel.messaging import SectionRenderer, load_sections

__all__ = ["INTERNAL_POLICY", "internal_router"]

INTERNAL_POLICY: PolicyTable = {
    "internal_sections": frozenset({"service"}),
    "internal_section": frozenset({"service"}),
    "internal_rows": frozenset({"service"}),
}


class SectionsRequest(RequestModel):
    """Up to 500 customers; the answer keeps their order."""

    customer_ids: list[UUID] = Field(max_length=500)


def internal_router(renderer: SectionRenderer) -> Router:
    """The routes for one service's section; they give the very bytes that the relay publishes.

    Of a customer that was merged into another one the list says null (nothing is published under its id), and the
    single route gives the survivor's record.
    """
    router = Router(include_in_schema=False)

    @router.post("/internal/sections", operation_id="internal_sections")
    async def sections(request: Request, wanted: Annotated[SectionsRequest, Body()]) -> Response:
        async with services_of(request).engine.connect() as connection:
            found = await load_sections(connection, renderer, wanted.customer_ids)
        records = (found.get(customer, b"null") for customer in wanted.customer_ids)
        return JsonBytes(b'{"items":[' + b",".join(records) + b"]}")

    @router.get("/internal/sections/{customer_id}", operation_id="internal_section")
    async def section(request: Request, customer_id: UUID) -> Response:
        async with services_of(request).engine.connect() as connection:
            found = await load_sections(connection, renderer, [customer_id], follow=True)
        return JsonBytes(found.get(customer_id) or _empty(customer_id, renderer.section))

    @router.post("/internal/rows", operation_id="internal_rows")
    async def rows(request: Request, wanted: Annotated[SectionsRequest, Body()]) -> Response:
        async with services_of(request).units.reading() as connection:
            count = await renderer.count_rows(connection, wanted.customer_ids)
        return JsonBytes(orjson.dumps({"rows": count}))

    return router


def _empty(customer_id: UUID, section: str) -> bytes:
    return orjson.dumps(
        {
            "customer_id": str(customer_id),
            "section": section,
            "sequence": 0,
            "as_of": "1970-01-01T00:00:00Z",
            "data": EMPTY[section],
        }
    )
