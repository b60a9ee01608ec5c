"""Every statement on corrections."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.corrections.domain import Correction

__all__ = ["insert", "of_key", "of_purchase"]

INSERT: Final = text(
    """
    INSERT INTO purchase_corrections (id, purchase_id, customer_id, source, external_id, occurred_at, total,
                                      previous_total, currency, items, reason, fingerprint, recorded_at)
    VALUES (:id, :purchase_id, :customer_id, :source, :external_id, :occurred_at, :total,
            :previous_total, :currency, CAST(:items AS json), :reason, :fingerprint, :recorded_at)
    ON CONFLICT (source, external_id) DO NOTHING
    RETURNING id
    """
)

COLUMNS: Final = """
    SELECT id, purchase_id, customer_id, source, external_id, occurred_at, CAST(total AS text) AS total,
           CAST(previous_total AS text) AS previous_total, currency, CAST(items AS text) AS items, reason, fingerprint,
           recorded_at
    FROM purchase_corrections
"""

OF_KEY: Final = text(f"{COLUMNS} WHERE source = :source AND external_id = :external_id")

OF_PURCHASE: Final = text(
    f"{COLUMNS} WHERE purchase_id = :purchase_id AND (CAST(:before AS uuid) IS NULL OR id < :before) "
    "ORDER BY id DESC LIMIT :limit"
)


async def insert(connection: AsyncConnection, correction: Correction) -> bool:
    """Stores a correction; False when its key has been taken meanwhile."""
    numbers = {name: Decimal(getattr(correction, name)) for name in ("total", "previous_total")}
    return (await connection.execute(INSERT, correction._asdict() | numbers)).first() is not None


async def of_key(connection: AsyncConnection, source: str, external_id: str) -> Correction | None:
    """The correction that owns a key."""
    row = (await connection.execute(OF_KEY, {"source": source, "external_id": external_id})).first()
    return Correction._make(row) if row else None


async def of_purchase(
    connection: AsyncConnection, purchase_id: UUID, before: UUID | None, limit: int
) -> list[Correction]:
    """The corrections of a purchase that were recorded before another one, the newest first."""
    rows = await connection.execute(OF_PURCHASE, {"purchase_id": purchase_id, "before": before, "limit": limit})
    return [Correction._make(row) for row in rows]
