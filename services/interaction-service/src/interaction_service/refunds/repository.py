"""Every statement on refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.refunds.domain import Refund

__all__ = ["insert", "of_key", "of_purchase"]

INSERT: Final = text(
    """
    INSERT INTO purchase_refunds (id, purchase_id, customer_id, source, external_id, occurred_at, amount, currency,
                                  items, reason, refunded_total, purchase_total, fingerprint, recorded_at)
    VALUES (:id, :purchase_id, :customer_id, :source, :external_id, :occurred_at, :amount, :currency,
            CAST(:items AS json), :reason, :refunded_total, :purchase_total, :fingerprint, :recorded_at)
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING id
    """
)

COLUMNS: Final = """
    SELECT id, purchase_id, customer_id, source, external_id, occurred_at, CAST(amount AS text) AS amount, currency,
           CAST(items AS text) AS items, reason, CAST(refunded_total AS text) AS refunded_total,
           CAST(purchase_total AS text) AS purchase_total, fingerprint, recorded_at
    FROM purchase_refunds
"""

OF_KEY: Final = text(f"{COLUMNS} WHERE source = :source AND external_id = :external_id")

OF_PURCHASE: Final = text(
    f"{COLUMNS} WHERE purchase_id = :purchase_id AND (CAST(:before AS uuid) IS NULL OR id < :before) "
    "ORDER BY id DESC LIMIT :limit"
)


async def insert(connection: AsyncConnection, refund: Refund) -> bool:
    """Stores a refund; False when its key has been taken meanwhile."""
    numbers = {name: Decimal(getattr(refund, name)) for name in ("amount", "refunded_total", "purchase_total")}
    return (await connection.execute(INSERT, refund._asdict() | numbers)).first() is not None


async def of_key(connection: AsyncConnection, source: str, external_id: str) -> Refund | None:
    """The refund that owns a key."""
    row = (await connection.execute(OF_KEY, {"source": source, "external_id": external_id})).first()
    return Refund._make(row) if row else None


async def of_purchase(connection: AsyncConnection, purchase_id: UUID, before: UUID | None, limit: int) -> list[Refund]:
    """The refunds of a purchase that were recorded before another one, the newest first."""
    rows = await connection.execute(OF_PURCHASE, {"purchase_id": purchase_id, "before": before, "limit": limit})
    return [Refund._make(row) for row in rows]
