"""What becomes available and what expires, for many customers in one statement each.

Both do what `Wallet.settle` does, with the same business keys: a test compares them row by row.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["BEGINNING", "Expired", "Kind", "Place", "claimed", "debtors", "due", "expire", "mature", "next_due"]

# A walk goes on behind what it saw last: the entries of lots that are done stay in the index until it is vacuumed. A
# lot that lapses before it would become available does not mature: it expires while pending.
DUE: Final = {
    "lapsing": text(
        """
        SELECT expires_at, customer_id FROM lots
        WHERE open AND expires_at <= :now AND (expires_at, customer_id) > (:at, :customer)
        ORDER BY expires_at, customer_id LIMIT :limit
        """
    ),
    "maturing": text(
        """
        SELECT available_at, customer_id FROM lots
        WHERE open AND NOT matured AND available_at <= :now AND (expires_at IS NULL OR available_at < expires_at)
          AND (available_at, customer_id) > (:at, :customer)
        ORDER BY available_at, customer_id LIMIT :limit
        """
    ),
}

CLAIMED: Final = text(
    """
    SELECT customer_id FROM event_streams WHERE customer_id = ANY(CAST(:ids AS uuid[]))
    ORDER BY customer_id FOR UPDATE SKIP LOCKED
    """
)

NEXT_DUE: Final = text(
    """
    SELECT least((SELECT min(available_at) FROM lots WHERE open AND NOT matured),
                 (SELECT min(expires_at) FROM lots WHERE open AND expires_at IS NOT NULL))
    """
)

DEBTORS: Final = text(
    """
    SELECT program_id, array_agg(customer_id) FROM members
    WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND debt > 0 GROUP BY program_id
    """
)

MATURE: Final = text(
    """
    WITH matured AS (
        UPDATE lots SET matured = true
        WHERE open AND NOT matured AND customer_id = ANY(CAST(:customers AS uuid[]))
          AND available_at <= :now AND (expires_at IS NULL OR available_at < expires_at)
        RETURNING id, program_id, customer_id, remaining, available_at, uuidv7() AS entry_id
    ), written AS (
        INSERT INTO entries (id, program_id, customer_id, kind, debit, credit, points, business_key, actor,
                             occurred_at, recorded_at)
        SELECT entry_id, program_id, customer_id, 'mature', 'pending', 'available', remaining, 'mature:' || id, :actor,
               available_at, :now
        FROM matured ORDER BY customer_id, available_at, id
    )
    UPDATE members AS m
    SET pending = m.pending - s.points, available = m.available + s.points, version = m.version + 1
    FROM (SELECT program_id, customer_id, CAST(sum(remaining) AS bigint) AS points
          FROM matured GROUP BY program_id, customer_id) AS s
    WHERE m.customer_id = s.customer_id AND m.program_id = s.program_id
    RETURNING m.customer_id
    """
)

EXPIRE: Final = text(
    """
    WITH lapsed AS (
        UPDATE lots SET remaining = 0, lapsed = lapsed + remaining
        WHERE open AND expires_at <= :now AND customer_id = ANY(CAST(:customers AS uuid[]))
        RETURNING id, program_id, customer_id, purchase_id, expires_at, old.remaining AS points, old.lapsed AS before,
                  uuidv7() AS entry_id, CASE WHEN matured THEN 'available' ELSE 'pending' END AS account
    ), written AS (
        INSERT INTO entries (id, program_id, customer_id, kind, debit, credit, points, business_key, purchase_id,
                             actor, occurred_at, recorded_at)
        SELECT entry_id, program_id, customer_id, 'expire', account, 'expired', points,
               'expire:' || id || ':' || before, purchase_id, :actor, expires_at, :now
        FROM lapsed ORDER BY customer_id, expires_at, id
    ), used AS (
        INSERT INTO lot_uses (lot_id, entry_id, points) SELECT id, entry_id, points FROM lapsed
    )
    UPDATE members AS m
    SET available = m.available - s.available, pending = m.pending - s.pending, version = m.version + 1
    FROM (SELECT program_id, customer_id, max(expires_at) AS at, (array_agg(entry_id))[1] AS entry_id,
                 coalesce(CAST(sum(points) FILTER (WHERE account = 'available') AS bigint), 0) AS available,
                 coalesce(CAST(sum(points) FILTER (WHERE account = 'pending') AS bigint), 0) AS pending
          FROM lapsed GROUP BY program_id, customer_id) AS s
    WHERE m.customer_id = s.customer_id AND m.program_id = s.program_id
    RETURNING m.program_id, m.customer_id, s.available + s.pending, s.entry_id, s.at
    """
)


Kind = Literal["lapsing", "maturing"]

Place = tuple[datetime, UUID]
"""A lot's place in the order of being due: the moment, and its owner."""

BEGINNING: Final[Place] = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


class Expired(NamedTuple):
    """What one member lost in one programme: the points of all entries together, one of the entries, the last date."""

    program_id: UUID
    customer_id: UUID
    points: int
    entry_id: UUID
    at: datetime


async def due(connection: AsyncConnection, kind: Kind, now: datetime, after: Place, limit: int) -> list[Place]:
    """The next lots that are due behind a place, those first that have been due for longest."""
    values = {"now": now, "at": after[0], "customer": after[1], "limit": limit}
    return [(row[0], row[1]) for row in await connection.execute(DUE[kind], values)]


async def claimed(connection: AsyncConnection, customer_ids: Collection[UUID]) -> set[UUID]:
    """Locks the streams of these customers that nobody else holds, without waiting; those that are locked now."""
    return set((await connection.execute(CLAIMED, {"ids": list(customer_ids)})).scalars())


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When the next lot becomes available or expires."""
    return (await connection.execute(NEXT_DUE)).scalar()


async def debtors(connection: AsyncConnection, customer_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Programme → those of the customers who have a debt in it."""
    rows = await connection.execute(DEBTORS, {"customers": list(customer_ids)})
    return {row[0]: row[1] for row in rows}


async def mature(connection: AsyncConnection, customer_ids: Collection[UUID], now: datetime, actor: str) -> set[UUID]:
    """What is due becomes available; the members it happened to. None of them has a debt to be paid first."""
    values = {"customers": list(customer_ids), "now": now, "actor": actor}
    return set((await connection.execute(MATURE, values)).scalars())


async def expire(
    connection: AsyncConnection, customer_ids: Collection[UUID], now: datetime, actor: str
) -> list[Expired]:
    """What has lapsed expires; gives the members it happened to."""
    values = {"customers": list(customer_ids), "now": now, "actor": actor}
    return [Expired._make(row) for row in await connection.execute(EXPIRE, values)]
