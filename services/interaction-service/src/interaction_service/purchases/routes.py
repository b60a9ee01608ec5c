"""HTTP of purchases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.http import Answer, Router, etag, query
from interaction_service.purchases import repository
from interaction_service.purchases.domain import Purchase
from interaction_service.purchases.schemas import PurchaseBody, PurchaseResource, resource_of
from interaction_service.purchases.service import PurchaseStore, purchase_of
from interaction_service.recording.http import batch_body, record_batch, record_one
from interaction_service.recording.schemas import BatchAnswer

__all__ = ["router"]

router = Router(prefix="/v1/purchases", tags=["purchases"])


class Purchases(PurchaseStore):
    """Purchases as HTTP sees them (`recording.http.Kind`)."""

    def record(self, item: Any, now: datetime) -> Purchase:
        """The record that parsed JSON describes. Raises pydantic's ValidationError."""
        return PurchaseBody.model_validate(item).record(now)

    def resource(self, record: Purchase) -> dict[str, Any]:
        """The public form."""
        return resource_of(record)

    async def by_ids(self, connection: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, Purchase]:
        """The stored ones among the ids."""
        return await repository.by_ids(connection, ids)


KIND: Final = Purchases()


@router.post("", status_code=201, response_model=PurchaseResource)
async def record_purchase(request: Request, body: PurchaseBody) -> Response:
    """Records one; the same `external_id` again answers 200 with what is stored."""
    return await record_one(request, KIND, body.record(utc_now()))


@router.post("/batch", response_model=BatchAnswer, openapi_extra=batch_body(PurchaseBody))
async def record_purchases(request: Request) -> Response:
    """Records at most 1,000; each item is created, a duplicate, or rejected with its own problem."""
    return await record_batch(request, KIND)


@router.get("/{purchase_id}", response_model=PurchaseResource)
async def get_purchase(request: Request, purchase_id: UUID) -> Response:
    """One purchase."""

    async def read(connection: AsyncConnection) -> Answer:
        found = await purchase_of(connection, purchase_id)
        return Answer(resource_of(found), 200, {"ETag": etag(found.version)})

    return await query(request, read)
