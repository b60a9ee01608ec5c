"""Use cases of purchases: recording one or a thousand, and reading one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.contracts.interaction import PurchaseRecorded
from hamdel.database import UnitOfWork
from hamdel.http.problem import NotFound
from interaction_service.purchases import repository
from interaction_service.purchases.domain import Purchase
from interaction_service.recording.domain import Existing, Key
from interaction_service.rules.service import Happening, tell

__all__ = ["PurchaseStore", "locked_purchase", "purchase_of"]


class PurchaseStore:
    """How purchases are kept and told."""

    fact_type = PurchaseRecorded.fact_type

    async def insert(self, connection: AsyncConnection, records: Sequence[Purchase]) -> set[UUID]:
        """See `recording.service.Store`."""
        return await repository.insert(connection, records)

    async def owners(self, connection: AsyncConnection, keys: Sequence[Key]) -> Mapping[Key, Existing]:
        """See `recording.service.Store`."""
        return await repository.owners(connection, keys)

    async def recorded(self, unit: UnitOfWork, told: Sequence[tuple[Purchase, dict[str, Any]]]) -> None:
        """What follows from purchases that were just stored: the rules on them."""
        # made only where a rule listens
        happenings = (Happening(one.customer_id, one.occurred_at, fact, str(one.id)) for one, fact in told)
        await tell(unit, self.fact_type, happenings)

    def fact(self, record: Purchase) -> dict[str, Any]:
        """The data of `PurchaseRecorded`; a test compares it with the contract's own dump."""
        return {
            "purchase_id": str(record.id),
            "customer_id": str(record.customer_id),
            "source": record.source,
            "external_id": record.external_id,
            "occurred_at": rfc3339(record.occurred_at),
            "channel": record.channel,
            "items": orjson.Fragment(record.items),
            "total": {"amount": record.total, "currency": record.currency},
            "paid_with_points": record.paid_with_points
            and {"amount": record.paid_with_points, "currency": record.currency},
        }


async def purchase_of(connection: AsyncConnection, purchase_id: UUID) -> Purchase:
    """The purchase. Raises NotFound `unknown-purchase`."""
    found = await repository.by_ids(connection, [purchase_id])
    if purchase_id not in found:
        raise NotFound("unknown-purchase", "there is no such purchase")
    return found[purchase_id]


async def locked_purchase(unit: UnitOfWork, purchase_id: UUID) -> Purchase:
    """The purchase as it is under the lock of its customer's stream: whoever refunds or corrects it waits for those
    who did so before. Raises NotFound `unknown-purchase`."""
    found = await purchase_of(unit.connection, purchase_id)
    await unit.lock_streams([found.customer_id])
    return await purchase_of(unit.connection, purchase_id)
