"""Every statement on purchases and the counters kept beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.purchases.domain import Purchase
from interaction_service.purchases.summary import summary_of
from interaction_service.recording.domain import Existing, Key

__all__ = ["by_ids", "insert", "owners", "update"]

_INSERTED: Final = Purchase._fields[: Purchase._fields.index("version")]
"""What a purchase is told with; the rest is what refunds and corrections make of it."""

INSERT_AND_COUNT: Final = text(
    """
    WITH created AS (
        INSERT INTO purchases (id, customer_id, source, external_id, occurred_at, channel, total, currency, items,
                               item_count, fingerprint, recorded_at, paid_with_points, summary)
        SELECT id, customer_id, source, external_id, occurred_at, channel, total, currency, items, item_count,
               fingerprint, recorded_at, paid_with_points, summary
        FROM json_to_recordset(CAST(CAST(:records AS text) AS json))
             AS t(id uuid, customer_id uuid, source text, external_id text, occurred_at timestamptz, channel text,
                  total numeric, currency text, items json, item_count integer, fingerprint uuid,
                  recorded_at timestamptz, paid_with_points numeric, summary text)
        ON CONFLICT (source, external_id) DO NOTHING
        RETURNING id, customer_id, currency, total, occurred_at
    ), counted AS (
        INSERT INTO purchase_counters AS c (customer_id, currency, purchases, total, first_at, last_at)
        SELECT customer_id, currency, count(*), sum(total), min(occurred_at), max(occurred_at)
        FROM created GROUP BY customer_id, currency
        ON CONFLICT (customer_id, currency) DO UPDATE
        SET purchases = c.purchases + excluded.purchases, total = c.total + excluded.total,
            first_at = least(c.first_at, excluded.first_at), last_at = greatest(c.last_at, excluded.last_at)
    )
    SELECT id FROM created
    """
)

OWNERS: Final = text(
    """
    SELECT p.source, p.external_id, p.id, p.fingerprint
    FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[])) AS t(source, external_id)
    JOIN purchases AS p ON p.source = t.source AND p.external_id = t.external_id
    """
)

BY_IDS: Final = text(
    """
    SELECT id, customer_id, source, external_id, occurred_at, channel,
           CAST(coalesce(corrected_total, total) AS text) AS total, currency,
           CAST(coalesce(corrected_items, items) AS text) AS items,
           coalesce(json_array_length(corrected_items), item_count) AS item_count, fingerprint, recorded_at,
           CAST(paid_with_points AS text) AS paid_with_points, version, CAST(refunded AS text) AS refunded,
           CASE WHEN corrected_total IS NOT NULL THEN CAST(total AS text) END AS original_total, returned
    FROM purchases WHERE id = ANY(CAST(:ids AS uuid[]))
    """
)

# The row as it was told stays: only what was added by corrections and refunds, and what is shown of it, changes.
UPDATE: Final = text(
    """
    WITH changed AS (
        UPDATE purchases
        SET refunded = :refunded, returned = CAST(:returned AS integer[]),
            corrected_total = CAST(:corrected_total AS numeric),
            corrected_items = CASE WHEN CAST(:corrected_total AS numeric) IS NOT NULL THEN CAST(:items AS json) END,
            summary = :summary, version = :version
        WHERE id = :id
    )
    UPDATE purchase_counters SET total = total + :more_total, refunded = refunded + :more_refunded
    WHERE customer_id = :customer_id AND currency = :currency
    """
)


async def insert(connection: AsyncConnection, records: Sequence[Purchase]) -> set[UUID]:
    """Stores the purchases whose key is free and counts those alone, in one statement; gives their ids."""
    document = orjson.dumps([_row(record) for record in records]).decode()
    return set((await connection.execute(INSERT_AND_COUNT, {"records": document})).scalars())


async def owners(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, Existing]:
    """The stored purchases that own the keys."""
    sources, external_ids = zip(*keys, strict=True)
    rows = await connection.execute(OWNERS, {"sources": sources, "external_ids": external_ids})
    return {(row.source, row.external_id): Existing(row.id, row.fingerprint) for row in rows}


async def by_ids(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Purchase]:
    """The purchases among the ids."""
    rows = await connection.execute(BY_IDS, {"ids": list(ids)})
    return {row.id: Purchase._make(row) for row in rows}


async def update(connection: AsyncConnection, before: Purchase, after: Purchase) -> None:
    """Stores what a refund or a correction makes of a purchase, and moves the customer's counters by the difference."""
    change = {
        "id": after.id,
        "customer_id": after.customer_id,
        "currency": after.currency,
        "refunded": Decimal(after.refunded),
        "returned": list(after.returned) if after.returned is not None else None,
        "corrected_total": None if after.original_total is None else Decimal(after.total),
        "items": after.items,
        "summary": summary_of(after).decode(),
        "version": after.version,
        "more_total": Decimal(after.total) - Decimal(before.total),
        "more_refunded": Decimal(after.refunded) - Decimal(before.refunded),
    }
    await connection.execute(UPDATE, change)


def _row(record: Purchase) -> dict[str, Any]:
    told = dict(zip(_INSERTED, record, strict=False))
    return told | {"items": orjson.Fragment(record.items), "summary": orjson.Fragment(summary_of(record))}
