"""HTTP of search."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Answer, Page, PageQuery, Router, decode_cursor, query
from interaction_service.interactions.schemas import InteractionResource
from interaction_service.search.service import search
from interaction_service.timeline.schemas import page_body

__all__ = ["router"]

router = Router(prefix="/v1/interactions/search", tags=["interactions"])


@router.get("", response_model=Page[InteractionResource])
async def search_interactions(
    request: Request,
    paging: PageQuery,
    q: Annotated[str, Query(min_length=1, max_length=200)],
    customer_id: UUID | None = None,
) -> Response:
    """Interactions whose texts have all the words of `q`, the last one also as a beginning, the newest first. Persian
    spellings are folded. A text is found a second or two after it was recorded."""
    before = decode_cursor(paging.cursor, datetime, UUID)

    async def read(connection: AsyncConnection) -> Answer:
        return Answer(page_body(await search(connection, q, customer_id, before, paging.limit)))

    return await query(request, read)
