"""The SQL of identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.ids import new_id
from hamdel.text import NORMALISER_VERSION
from profile_service.identifiers.domain import Wanted

__all__ = ["claim", "owners"]

Key = tuple[str, str]

CLAIM = text(
    """
    INSERT INTO identifiers (id, customer_id, type, raw, canonical, normaliser_version, created_at)
    SELECT id, customer_id, type, raw, canonical, :normaliser_version, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:types AS text[]),
                CAST(:raws AS text[]), CAST(:canonicals AS text[]))
         AS t(id, customer_id, type, raw, canonical)
    ORDER BY type, canonical
    ON CONFLICT (type, canonical) DO NOTHING
    RETURNING id, type, canonical
    """
)

OWNERS = text(
    """
    SELECT i.type, i.canonical, i.customer_id
    FROM unnest(CAST(:types AS text[]), CAST(:canonicals AS text[])) AS t(type, canonical)
    JOIN identifiers AS i ON i.type = t.type AND i.canonical = t.canonical
    """
)


async def claim(
    connection: AsyncConnection, wanted: Sequence[tuple[UUID, Wanted]], now: datetime
) -> Mapping[Key, UUID]:
    """Takes those identifiers that are free, for the customers named with them; gives their new ids by key.

    Waits for others that are taking the same ones; keys are taken in sorted order, so two of these never deadlock.
    The customers' rows may follow later in the same transaction.
    """
    if not wanted:
        return {}
    values: dict[str, Any] = {
        "normaliser_version": NORMALISER_VERSION,
        "now": now,
        "ids": [new_id() for _ in wanted],
        "customer_ids": [customer_id for customer_id, _ in wanted],
        "types": [identifier.type for _, identifier in wanted],
        "raws": [identifier.value for _, identifier in wanted],
        "canonicals": [identifier.canonical for _, identifier in wanted],
    }
    rows = await connection.execute(CLAIM, values)
    return {(row.type, row.canonical): row.id for row in rows}


async def owners(connection: AsyncConnection, keys: Iterable[Key]) -> dict[Key, UUID]:
    """The customers that identifiers point at, by key; those that point at nobody are absent."""
    pairs = list(keys)
    if not pairs:
        return {}
    values = {"types": [type_ for type_, _ in pairs], "canonicals": [canonical for _, canonical in pairs]}
    rows = await connection.execute(OWNERS, values)
    return {(row.type, row.canonical): row.customer_id for row in rows}
