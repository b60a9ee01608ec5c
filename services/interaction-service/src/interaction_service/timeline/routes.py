"""HTTP of the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Answer, PageQuery, Router, decode_cursor, encode_cursor, query
from interaction_service.recording.http import directory_of
from interaction_service.recording.schemas import Channel
from interaction_service.timeline.domain import Filters
from interaction_service.timeline.schemas import TimelinePage, item_of
from interaction_service.timeline.service import check_customer, timeline_page

__all__ = ["router"]

router = Router(prefix="/v1/customers", tags=["timeline"])


@router.get("/{customer_id}/timeline", response_model=TimelinePage)
async def get_timeline(
    request: Request,
    customer_id: UUID,
    paging: PageQuery,
    channel: Channel | None = None,
    kind: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> Response:
    """Everything that happened with a customer, newest first; `from` is included, `to` is not."""
    filters = Filters(channel, kind, since, until)
    before = decode_cursor(paging.cursor, datetime, UUID)

    async def read(connection: AsyncConnection) -> Answer:
        page = await timeline_page(connection, customer_id, filters, before, paging.limit + 1)
        if not page and before is None:
            await check_customer(connection, directory_of(request), customer_id)
        more = len(page) > paging.limit
        last = page[paging.limit - 1][0] if more else None
        cursor = encode_cursor(last.occurred_at, last.id) if last else None
        items = [item_of(record) for _, record in page[: paging.limit]]
        return Answer({"items": items, "next_cursor": cursor})

    return await query(request, read)
