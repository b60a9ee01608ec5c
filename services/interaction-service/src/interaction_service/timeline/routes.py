"""HTTP of the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import directory_of
from hamdel.http import Answer, PageQuery, Router, decode_cursor, query
from interaction_service.recording.schemas import Channel
from interaction_service.timeline.domain import Filters, Question
from interaction_service.timeline.schemas import EntryType, TimelinePage, page_body
from interaction_service.timeline.service import timeline_page

__all__ = ["router"]

router = Router(prefix="/v1/customers", tags=["timeline"])


def filters_of(
    type_: Annotated[EntryType | None, Query(alias="type")] = None,
    channel: Channel | None = None,
    kind: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
) -> Filters:
    """The filters of the query; `from` is included, `to` is not."""
    return Filters(type_, channel, kind, since, until)


@router.get("/{customer_id}/timeline", response_model=TimelinePage)
async def get_timeline(
    request: Request, customer_id: UUID, paging: PageQuery, filters: Annotated[Filters, Depends(filters_of)]
) -> Response:
    """Everything that happened with a customer, newest first."""
    before = decode_cursor(paging.cursor, datetime, UUID)
    ask = Question(customer_id, filters, before, paging.limit)

    async def read(connection: AsyncConnection) -> Answer:
        return Answer(page_body(await timeline_page(connection, directory_of(request), ask)))

    return await query(request, read)
