"""The projection of known customers: its table and every statement on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["KNOWN_CUSTOMERS_V1", "among_known", "remember"]

KNOWN_CUSTOMERS_V1: Final = (
    """
    CREATE TABLE known_customers (
        customer_id uuid PRIMARY KEY,
        known_at timestamptz NOT NULL
    )
    """,
)
"""For a service's migration."""

AMONG_KNOWN: Final = text("SELECT customer_id FROM known_customers WHERE customer_id = ANY(CAST(:ids AS uuid[]))")

REMEMBER: Final = text(
    """
    INSERT INTO known_customers (customer_id, known_at)
    SELECT id, :now FROM unnest(CAST(:ids AS uuid[])) AS t(id) ORDER BY id ON CONFLICT DO NOTHING
    """
)


async def among_known(connection: AsyncConnection, customer_ids: Iterable[UUID]) -> set[UUID]:
    """The customers of these that the projection has."""
    return set((await connection.execute(AMONG_KNOWN, {"ids": list(customer_ids)})).scalars())


async def remember(connection: AsyncConnection, customer_ids: Iterable[UUID], now: datetime) -> None:
    """Adds customers to the projection; again is fine."""
    await connection.execute(REMEMBER, {"ids": list(customer_ids), "now": now})
