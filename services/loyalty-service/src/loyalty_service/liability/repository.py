"""The one statement of the liability report."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.liability.domain import Amount, Owed

__all__ = ["owed"]

# One statement is one snapshot: the parts add up however much is written meanwhile. Points lapse at an instant, so
# they are good until the day of the instant before it.
OWED: Final = text(
    """
    WITH parts AS (
        SELECT expires_at, sum(remaining) FILTER (WHERE matured) AS available, 0 AS reserved,
               sum(remaining) FILTER (WHERE NOT matured) AS pending
        FROM lots WHERE program_id = :program_id AND open GROUP BY expires_at
        UNION ALL
        SELECT l.expires_at, 0, sum(u.points), 0
        FROM redemptions AS r JOIN lot_uses AS u ON u.redemption_id = r.id JOIN lots AS l ON l.id = u.lot_id
        WHERE r.program_id = :program_id AND r.status = 'reserved' GROUP BY l.expires_at
    ), days AS (
        SELECT CAST((expires_at - interval '1 microsecond') AT TIME ZONE :timezone AS date) AS day,
               CAST(sum(coalesce(available, 0)) AS bigint) AS available,
               CAST(sum(coalesce(reserved, 0)) AS bigint) AS reserved,
               CAST(sum(coalesce(pending, 0)) AS bigint) AS pending
        FROM parts GROUP BY 1
    ), everybody AS (
        SELECT count(*) AS members, CAST(coalesce(sum(debt), 0) AS bigint) AS debt
        FROM members WHERE program_id = :program_id
    )
    SELECT e.members, e.debt, d.day, d.available, d.reserved, d.pending FROM everybody AS e LEFT JOIN days AS d ON true
    """
)


async def owed(connection: AsyncConnection, program_id: UUID, timezone: str) -> tuple[int, int, list[Owed]]:
    """How many members there are, what they owe, and what is owed to them by the last day it is good for."""
    rows = (await connection.execute(OWED, {"program_id": program_id, "timezone": timezone})).all()
    days = [Owed(row.day, Amount(row.available, row.reserved, row.pending)) for row in rows if row.pending is not None]
    return rows[0].members, rows[0].debt, days
