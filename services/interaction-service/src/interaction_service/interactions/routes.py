"""HTTP of interactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.http import Answer, Router, etag, query
from interaction_service.interactions import repository
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.receiving import ReceivingStore, receive
from interaction_service.interactions.schemas import InteractionBody, InteractionResource, resource_of
from interaction_service.interactions.service import interaction_of
from interaction_service.recording.http import batch_body, record_batch, record_one
from interaction_service.recording.schemas import BatchAnswer

__all__ = ["router"]

router = Router(prefix="/v1/interactions", tags=["interactions"])


class Interactions(ReceivingStore):
    """Interactions as HTTP sees them (`recording.http.Kind`)."""

    def record(self, item: Any, now: datetime) -> Interaction:
        """The record that parsed JSON describes. Raises pydantic's ValidationError."""
        return InteractionBody.model_validate(item).record(now)

    def resource(self, record: Interaction) -> dict[str, Any]:
        """The public form."""
        return resource_of(record)

    async def by_ids(self, connection: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, Interaction]:
        """The stored ones among the ids."""
        return await repository.by_ids(connection, ids)


KIND: Final = Interactions()


@router.post("", status_code=201, response_model=InteractionResource)
async def record_interaction(request: Request, body: InteractionBody) -> Response:
    """Records one; the same `external_id` again answers 200 with what is stored. A message with its `contact` joins
    the conversation of that address, or opens it."""
    record = body.record(utc_now())
    return await (record_one(request, KIND, record) if record.contact is None else receive(request, record))


@router.post("/batch", response_model=BatchAnswer, openapi_extra=batch_body(InteractionBody))
async def record_interactions(request: Request) -> Response:
    """Records at most 1,000; each item is created, a duplicate, or rejected with its own problem."""
    return await record_batch(request, KIND)


@router.get("/{interaction_id}", response_model=InteractionResource)
async def get_interaction(request: Request, interaction_id: UUID) -> Response:
    """One interaction."""

    async def read(connection: AsyncConnection) -> Answer:
        found = await interaction_of(connection, interaction_id)
        return Answer(resource_of(found), 200, {"ETag": etag(found.version)})

    return await query(request, read)
