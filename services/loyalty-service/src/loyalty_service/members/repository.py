"""Every statement that reads memberships and entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import Families
from loyalty_service.members.domain import EXPIRING, Expiring, Holding

__all__ = ["StoredEntry", "count_entries", "entries", "holdings"]

# One statement, so that sums and lots belong together. A lot whose time is over before it begins never opens.
HOLDINGS: Final = text(
    """
    SELECT f.root, m.program_id, p.code AS program_code, m.enrolled_at, m.reserved, m.debt, m.lifetime,
           l.live, l.waiting, l.overdue, e.moments, e.points
    FROM unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS f(root, member)
    JOIN members AS m ON m.customer_id = f.member
    JOIN programs AS p ON p.id = m.program_id
    CROSS JOIN LATERAL (
        SELECT CAST(coalesce(sum(remaining) FILTER (WHERE opened AND NOT over), 0) AS bigint) AS live,
               CAST(coalesce(sum(remaining) FILTER (WHERE NOT opened AND NOT over), 0) AS bigint) AS waiting,
               CAST(coalesce(sum(remaining) FILTER (WHERE opened AND over AND NOT matured), 0) AS bigint) AS overdue
        FROM (SELECT remaining, matured, coalesce(expires_at <= :at, false) AS over,
                     matured OR (available_at <= :at AND coalesce(available_at < expires_at, true)) AS opened
              FROM lots WHERE program_id = m.program_id AND customer_id = m.customer_id AND open) AS o
    ) AS l
    CROSS JOIN LATERAL (
        SELECT array_agg(expires_at ORDER BY expires_at) AS moments, array_agg(points ORDER BY expires_at) AS points
        FROM (SELECT expires_at, CAST(sum(remaining) AS bigint) AS points FROM lots
              WHERE program_id = m.program_id AND customer_id = m.customer_id AND open
                AND expires_at > :at AND (matured OR available_at <= :at)
              GROUP BY expires_at ORDER BY expires_at LIMIT :most) AS soonest
    ) AS e
    """
)

# The newest of each customer come from their index; only merged customers have more than one to choose from.
ENTRIES: Final = text(
    """
    SELECT e.*
    FROM unnest(CAST(:ids AS uuid[])) AS f(member) CROSS JOIN LATERAL (
        SELECT id, seq, program_id, customer_id, kind, debit, credit, points, reverses, redemption_id, purchase_id,
               rule_code, reward_code, reason, actor, occurred_at, recorded_at, available_at, expires_at
        FROM entries
        WHERE customer_id = f.member AND seq < coalesce(:before, 9223372036854775807)
          AND (CAST(:program_id AS uuid) IS NULL OR program_id = :program_id)
        ORDER BY seq DESC LIMIT :limit
    ) AS e
    ORDER BY e.seq DESC LIMIT :limit
    """
)

COUNT_ENTRIES: Final = text("SELECT count(*) FROM entries WHERE customer_id = ANY(CAST(:ids AS uuid[]))")


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it is kept: `points` go from the account `debit` to the account `credit`; `seq` is the order of
    recording."""

    id: UUID
    seq: int
    program_id: UUID
    customer_id: UUID
    kind: str
    debit: str
    credit: str
    points: int
    reverses: UUID | None
    redemption_id: UUID | None
    purchase_id: UUID | None
    rule_code: str | None
    reward_code: str | None
    reason: str | None
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    available_at: datetime | None
    expires_at: datetime | None


async def holdings(connection: AsyncConnection, families: Families, at: datetime) -> dict[UUID, list[Holding]]:
    """What the members of each family hold at a moment, by the family's root; families without any are missing."""
    pairs = [(root, member) for root, members in families.items() for member in members]
    values = {"roots": [root for root, _ in pairs], "members": [member for _, member in pairs]}
    found: defaultdict[UUID, list[Holding]] = defaultdict(list)
    for row in await connection.execute(HOLDINGS, values | {"at": at, "most": EXPIRING}):
        found[row.root].append(_holding(row))
    return found


async def entries(
    connection: AsyncConnection, customer_ids: Sequence[UUID], program_id: UUID | None, before: int | None, limit: int
) -> list[StoredEntry]:
    """Entries of these customers that were recorded before a place, newest first."""
    values = {"ids": list(customer_ids), "program_id": program_id, "before": before, "limit": limit}
    return [StoredEntry(*row) for row in await connection.execute(ENTRIES, values)]


async def count_entries(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
    """How many entries these customers have, in all programmes."""
    return int((await connection.execute(COUNT_ENTRIES, {"ids": list(customer_ids)})).scalar_one())


def _holding(row: Row[Any]) -> Holding:
    expiring = zip(row.moments or (), row.points or (), strict=True)
    return Holding(
        program_id=row.program_id,
        program_code=row.program_code,
        enrolled_at=row.enrolled_at,
        live=row.live,
        waiting=row.waiting,
        overdue=row.overdue,
        reserved=row.reserved,
        debt=row.debt,
        lifetime=row.lifetime,
        expiring=tuple(Expiring(at, points) for at, points in expiring),
    )
