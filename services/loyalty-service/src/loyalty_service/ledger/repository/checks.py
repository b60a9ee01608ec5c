"""Counting everything again: statements over a range of customers, and writing the sums of members anew.

A range is `customer_id > :after AND customer_id <= :until`: a whole ledger is checked in steps, in one snapshot.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["CACHED", "FIRST", "LAST", "Counted", "Difference", "differences", "end_of_range", "rebuild", "strays"]
__all__ += ["totals"]

FIRST: Final = UUID(int=0)
LAST: Final = UUID(int=(1 << 128) - 1)

CACHED: Final = ("available", "pending", "reserved", "debt", "lifetime")
"""The columns of members that entries give again."""

SUMS: Final = """
    coalesce(CAST(sum(CASE 'available' WHEN e.credit THEN e.points WHEN e.debit THEN -e.points END) AS bigint), 0)
        AS available,
    coalesce(CAST(sum(CASE 'pending' WHEN e.credit THEN e.points WHEN e.debit THEN -e.points END) AS bigint), 0)
        AS pending,
    coalesce(CAST(sum(CASE 'reserved' WHEN e.credit THEN e.points WHEN e.debit THEN -e.points END) AS bigint), 0)
        AS reserved,
    coalesce(CAST(sum(CASE WHEN e.kind = 'reverse' THEN -e.points
                           WHEN e.kind = 'earn' OR (e.kind = 'adjust' AND e.credit = 'available') THEN e.points
                      END) AS bigint), 0) AS lifetime
"""
"""The cached columns of members but the debt, from entries `e`."""

END_OF_RANGE: Final = text(
    "SELECT customer_id FROM members WHERE customer_id > :after ORDER BY customer_id OFFSET :size LIMIT 1"
)

TOTALS: Final = text(
    """
    SELECT (SELECT count(*) FROM members WHERE customer_id > :after AND customer_id <= :until) AS members,
           count(*) AS entries,
           CAST(sum(CASE 'issued' WHEN credit THEN points WHEN debit THEN -points END) AS bigint) AS issued,
           CAST(sum(CASE 'redeemed' WHEN credit THEN points WHEN debit THEN -points END) AS bigint) AS redeemed,
           CAST(sum(CASE 'expired' WHEN credit THEN points WHEN debit THEN -points END) AS bigint) AS expired,
           CAST(sum(CASE 'adjusted' WHEN credit THEN points WHEN debit THEN -points END) AS bigint) AS adjusted,
           (SELECT CAST(sum(available) AS bigint) FROM members
            WHERE customer_id > :after AND customer_id <= :until) AS available,
           (SELECT CAST(sum(pending) AS bigint) FROM members
            WHERE customer_id > :after AND customer_id <= :until) AS pending,
           (SELECT CAST(sum(reserved) AS bigint) FROM members
            WHERE customer_id > :after AND customer_id <= :until) AS reserved,
           (SELECT count(*) FROM entries AS e JOIN lots AS l ON l.id = e.id
            WHERE e.customer_id > :after AND e.customer_id <= :until) AS lots,
           (SELECT count(*) FROM entries AS e JOIN lot_uses AS u ON u.lot_id = e.id
            WHERE e.customer_id > :after AND e.customer_id <= :until) AS uses
    FROM entries WHERE customer_id > :after AND customer_id <= :until
    """
)

MEMBERS: Final = text(
    f"""
    WITH sums AS (
        SELECT e.program_id, e.customer_id, {SUMS} FROM entries AS e
        WHERE e.customer_id > :after AND e.customer_id <= :until GROUP BY e.program_id, e.customer_id
    ), rest AS (
        SELECT e.program_id, e.customer_id,
               coalesce(CAST(sum(l.remaining) FILTER (WHERE l.matured) AS bigint), 0) AS matured,
               coalesce(CAST(sum(l.remaining) FILTER (WHERE NOT l.matured) AS bigint), 0) AS waiting
        FROM entries AS e JOIN lots AS l ON l.id = e.id
        WHERE e.customer_id > :after AND e.customer_id <= :until GROUP BY e.program_id, e.customer_id
    ), kept AS (
        SELECT * FROM members WHERE customer_id > :after AND customer_id <= :until
    ), joined AS (
        SELECT program_id, customer_id, coalesce(s.available, 0) AS available, coalesce(s.pending, 0) AS pending,
               coalesce(s.reserved, 0) AS reserved, coalesce(s.lifetime, 0) AS lifetime,
               greatest(0, -coalesce(s.available, 0)) AS debt, coalesce(r.matured, 0) AS matured,
               coalesce(r.waiting, 0) AS waiting, k.available AS kept_available, k.pending AS kept_pending,
               k.reserved AS kept_reserved, k.lifetime AS kept_lifetime, k.debt AS kept_debt
        FROM kept AS k FULL JOIN sums AS s USING (program_id, customer_id)
        LEFT JOIN rest AS r USING (program_id, customer_id)
    )
    SELECT c.what, j.program_id, j.customer_id, CAST(NULL AS uuid), c.expected, c.found
    FROM joined AS j, LATERAL (VALUES
        ('available', j.available, j.kept_available), ('pending', j.pending, j.kept_pending),
        ('reserved', j.reserved, j.kept_reserved), ('lifetime', j.lifetime, j.kept_lifetime),
        ('debt', j.debt, j.kept_debt), ('lots', j.available + j.debt, j.matured), ('pending lots', j.pending, j.waiting)
    ) AS c(what, expected, found)
    WHERE c.expected IS DISTINCT FROM c.found
    """  # noqa: S608 - the sums are a constant of this module
)

LOTS: Final = text(
    """
    WITH granted AS (
        SELECT id, program_id, customer_id, points FROM entries
        WHERE customer_id > :after AND customer_id <= :until
          AND (kind = 'earn' OR (kind = 'adjust' AND credit = 'available'))
    ), counted AS (
        SELECT g.id, g.program_id, g.customer_id, g.points, l.remaining, l.lapsed,
               CASE WHEN l.program_id = g.program_id AND l.customer_id = g.customer_id THEN l.points END AS kept,
               coalesce(CAST(sum(u.points) AS bigint), 0) AS used,
               coalesce(CAST(sum(u.points) FILTER (WHERE e.kind = 'expire') AS bigint), 0) AS expired
        FROM granted AS g LEFT JOIN lots AS l ON l.id = g.id
        LEFT JOIN lot_uses AS u ON u.lot_id = g.id LEFT JOIN entries AS e ON e.id = u.entry_id
        GROUP BY g.id, g.program_id, g.customer_id, g.points, l.id
    )
    SELECT c.what, t.program_id, t.customer_id, t.id, c.expected, c.found
    FROM counted AS t, LATERAL (VALUES
        ('lot', t.points, t.kept), ('remaining of a lot', t.points - t.used, t.remaining),
        ('lapsed of a lot', t.expired, t.lapsed)
    ) AS c(what, expected, found)
    WHERE c.expected IS DISTINCT FROM c.found
    """
)

# Points that paid a debt stand beside the entry that made them available, without a redemption; of points that were
# taken back or by hand, those that became a debt came from no lot.
USES: Final = text(
    """
    WITH counted AS (
        SELECT e.id, e.program_id, e.customer_id, e.kind, e.points,
               coalesce(CAST(sum(u.points) AS bigint), 0) AS used,
               coalesce(CAST(sum(u.points) FILTER (WHERE u.redemption_id IS NOT NULL) AS bigint), 0) AS held
        FROM entries AS e LEFT JOIN (
            SELECT u.entry_id, u.points, u.redemption_id FROM entries AS g JOIN lot_uses AS u ON u.lot_id = g.id
            WHERE g.customer_id > :after AND g.customer_id <= :until
        ) AS u ON u.entry_id = e.id
        WHERE e.customer_id > :after AND e.customer_id <= :until
        GROUP BY e.id
    )
    SELECT 'use of lots', program_id, customer_id, id, expected, used
    FROM (SELECT *, CASE WHEN kind IN ('reserve', 'expire') THEN points
                         WHEN kind = 'release' THEN used - held - points
                         WHEN kind = 'capture' THEN 0
                         ELSE greatest(0, least(used, points)) END AS expected
          FROM counted) AS t
    WHERE used <> expected
    """
)

RESERVATIONS: Final = text(
    """
    SELECT 'reservation', e.program_id, e.customer_id, e.redemption_id,
           CASE WHEN r.status = 'reserved' THEN r.points ELSE 0 END, e.reserved
    FROM (SELECT program_id, customer_id, redemption_id,
                 CAST(sum(CASE 'reserved' WHEN credit THEN points WHEN debit THEN -points ELSE 0 END) AS bigint)
                     AS reserved
          FROM entries WHERE customer_id > :after AND customer_id <= :until AND redemption_id IS NOT NULL
          GROUP BY program_id, customer_id, redemption_id) AS e
    LEFT JOIN redemptions AS r ON r.id = e.redemption_id
    WHERE coalesce(r.status = 'reserved', false) <> (e.reserved <> 0)
    """
)

STORED: Final = text(
    """
    SELECT (SELECT count(*) FROM lots) AS lots, (SELECT count(*) FROM lot_uses) AS uses,
           (SELECT coalesce(CAST(sum(points) AS bigint), 0) FROM redemptions WHERE status = 'reserved') AS reserved
    """
)

REBUILD: Final = text(
    f"""
    INSERT INTO members AS m (program_id, customer_id, enrolled_at, available, pending, reserved, lifetime, debt)
    SELECT :program_id, c.customer_id, coalesce(s.first, :now), coalesce(s.available, 0), coalesce(s.pending, 0),
           coalesce(s.reserved, 0), coalesce(s.lifetime, 0), greatest(0, -coalesce(s.available, 0))
    FROM unnest(CAST(:customers AS uuid[])) AS c(customer_id)
    LEFT JOIN (SELECT e.customer_id, min(e.recorded_at) AS first, {SUMS} FROM entries AS e
               WHERE e.program_id = :program_id AND e.customer_id = ANY(CAST(:customers AS uuid[]))
               GROUP BY e.customer_id) AS s ON s.customer_id = c.customer_id
    ON CONFLICT (customer_id, program_id) DO UPDATE
    SET available = excluded.available, pending = excluded.pending, reserved = excluded.reserved,
        lifetime = excluded.lifetime, debt = excluded.debt, version = m.version + 1
    """  # noqa: S608 - the sums are a constant of this module
)


class Difference(NamedTuple):
    """Something that is not as it follows from the entries. `about` is the lot, the entry or the redemption."""

    what: str
    program_id: UUID | None
    customer_id: UUID | None
    about: UUID | None
    expected: int | None
    found: int | None


Counted = Mapping[str, int]
"""How many members, entries, lots and uses there are, and the sum of every account."""


async def end_of_range(connection: AsyncConnection, after: UUID, size: int) -> UUID:
    """Where the range of so many memberships ends; LAST for the last one."""
    found: UUID | None = (await connection.execute(END_OF_RANGE, {"after": after, "size": size})).scalar()
    return found or LAST


async def totals(connection: AsyncConnection, after: UUID, until: UUID) -> Counted:
    """What stands in a range: the members' accounts as they are cached, the programme's from entries."""
    row = (await connection.execute(TOTALS, {"after": after, "until": until})).mappings().one()
    return {name: value or 0 for name, value in row.items()}


async def differences(connection: AsyncConnection, after: UUID, until: UUID) -> list[Difference]:
    """Everything in a range that does not follow from its entries."""
    found: list[Difference] = []
    for statement in (MEMBERS, LOTS, USES, RESERVATIONS):
        rows = await connection.execute(statement, {"after": after, "until": until})
        found += [Difference._make(row) for row in rows]
    return found


async def strays(connection: AsyncConnection, counted: Counted) -> list[Difference]:
    """Where whole tables hold more than the ranges did together: lots and uses that belong to no entry; and reserved
    points that no redemption knows of. No single member is named."""
    stored = (await connection.execute(STORED)).mappings().one()
    named = {"lots": "lots without an entry", "uses": "uses without a lot", "reserved": "reserved by redemptions"}
    found = [Difference(what, None, None, None, counted[name], stored[name]) for name, what in named.items()]
    return [one for one in found if one.expected != one.found]


async def rebuild(connection: AsyncConnection, program_id: UUID, customer_ids: Collection[UUID], now: datetime) -> None:
    """Writes the sums of these members anew, from their entries. Their streams are locked."""
    values = {"program_id": program_id, "customers": list(customer_ids), "now": now}
    await connection.execute(REBUILD, values)
