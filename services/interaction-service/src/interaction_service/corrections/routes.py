"""HTTP of corrections."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Answer, Page, PageQuery, Router, command, cut_page, decode_cursor, etag, query
from interaction_service.corrections import service
from interaction_service.corrections.repository import of_purchase
from interaction_service.corrections.schemas import CorrectionBody, CorrectionResource, resource_of
from interaction_service.purchases.service import purchase_of

__all__ = ["router"]

router = Router(prefix="/v1/purchases/{purchase_id}/corrections", tags=["purchases"])


@router.post("", status_code=201, response_model=CorrectionResource)
async def correct_purchase(request: Request, purchase_id: UUID, body: CorrectionBody) -> Response:
    """Tells what a purchase really was; below what was refunded is 409 `correction-below-refunds`, the same
    `external_id` again 200."""

    async def use_case(unit: UnitOfWork) -> Answer:
        made, new = await service.correct(unit, purchase_id, body.draft())
        return Answer(resource_of(made), 201 if new else 200, {"ETag": etag(1)})

    return await command(request, use_case)


@router.get("", response_model=Page[CorrectionResource])
async def list_corrections(request: Request, purchase_id: UUID, paging: PageQuery) -> Response:
    """The corrections of a purchase, the newest first."""
    (before,) = decode_cursor(paging.cursor, UUID) or (None,)

    async def read(connection: AsyncConnection) -> Answer:
        await purchase_of(connection, purchase_id)
        found = await of_purchase(connection, purchase_id, before, paging.limit + 1)
        shown, after = cut_page(found, paging.limit, lambda row: (row.id,))
        return Answer({"items": [resource_of(each) for each in shown], "next_cursor": after})

    return await query(request, read)
