"""What counts towards tiers, day by day and customer by customer; families are summed when they are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import Families
from hamdel.database.arrays import spelled_array

__all__ = ["Counted", "Spans", "add", "any_days", "days", "enrolled", "gains", "totals"]

ADD: Final = text(
    """
    INSERT INTO qualifying_days AS q (program_id, customer_id, day, points, spend, visits)
    SELECT :program_id, customer_id, day, points, spend, visits
    FROM unnest(CAST(:customers AS uuid[]), CAST(CAST(:days AS text) AS date[]),
                CAST(CAST(:points AS text) AS bigint[]), CAST(CAST(:spend AS text) AS numeric[]),
                CAST(CAST(:visits AS text) AS bigint[])) AS t(customer_id, day, points, spend, visits)
    ORDER BY customer_id, day
    ON CONFLICT (program_id, customer_id, day) DO UPDATE
    SET points = q.points + excluded.points, spend = q.spend + excluded.spend, visits = q.visits + excluded.visits
    """
)

# LATERAL, so that every member is a walk through its own part of the key, whatever the planner believes of the table.
_MEMBERS: Final = """
    FROM unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
         AS f(root, member, first, last)
"""
_WITHIN: Final = "q.program_id = :program_id AND q.customer_id = f.member AND q.day BETWEEN f.first AND f.last"


def _of_each_unit(select: str) -> dict[str, TextClause]:
    """One statement per unit: the name of a column cannot be a parameter."""
    return {unit: text(select.replace("<unit>", unit)) for unit in ("points", "spend", "visits")}


_SUMS: Final = """
    SELECT f.root, sum(t.amount) {members}
    CROSS JOIN LATERAL (SELECT sum({amount}) AS amount FROM qualifying_days AS q WHERE {within}) AS t
    GROUP BY f.root HAVING sum(t.amount) IS NOT NULL
"""
GAINS: Final = _of_each_unit(_SUMS.format(members=_MEMBERS, within=_WITHIN, amount="greatest(q.<unit>, 0)"))
TOTALS: Final = _of_each_unit(_SUMS.format(members=_MEMBERS, within=_WITHIN, amount="q.<unit>"))
DAYS: Final = _of_each_unit(
    f"""
    SELECT f.root, t.day, sum(t.amount) {_MEMBERS}
    CROSS JOIN LATERAL (
        SELECT q.day, q.<unit> AS amount FROM qualifying_days AS q WHERE {_WITHIN} ORDER BY q.day OFFSET 0
    ) AS t
    GROUP BY f.root, t.day
    """  # noqa: S608
)
ANY_DAYS: Final = text("SELECT EXISTS (SELECT FROM qualifying_days WHERE program_id = :program_id)")
ENROLLED: Final = text(
    """
    SELECT f.root, min(m.enrolled_at)
    FROM unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS f(root, member)
    JOIN members AS m ON m.customer_id = f.member AND m.program_id = :program_id
    GROUP BY f.root
    """
)


class Counted(NamedTuple):
    """What is added to a day; negative for what is taken back."""

    points: int
    spend: Decimal
    visits: int


async def add(connection: AsyncConnection, program_id: UUID, rows: Mapping[tuple[UUID, date], Counted]) -> None:
    """Adds to the days of customers."""
    await connection.execute(
        ADD,
        {
            "program_id": program_id,
            "customers": [customer for customer, _ in rows],
            "days": spelled_array([day for _, day in rows]),
            "points": spelled_array([one.points for one in rows.values()]),
            "spend": spelled_array([one.spend for one in rows.values()]),
            "visits": spelled_array([one.visits for one in rows.values()]),
        },
    )


Spans = Mapping[UUID, tuple[date | None, date | None]]
"""Of each root the first and the last day that is asked for, both included; None: no bound."""


async def gains(
    connection: AsyncConnection, program_id: UUID, unit: str, families: Families, spans: Spans
) -> dict[UUID, Decimal]:
    """What was collected by each family, nothing taken off that a day lost in the end; missing: nothing."""
    rows = await connection.execute(GAINS[unit], _asked(program_id, families, spans))
    return {row[0]: row[1] for row in rows}


async def totals(
    connection: AsyncConnection, program_id: UUID, unit: str, families: Families, spans: Spans
) -> dict[UUID, Decimal]:
    """What counts of each family; missing: nothing."""
    rows = await connection.execute(TOTALS[unit], _asked(program_id, families, spans))
    return {row[0]: row[1] for row in rows}


async def days(
    connection: AsyncConnection, program_id: UUID, unit: str, families: Families, spans: Spans
) -> dict[UUID, list[tuple[date, Decimal]]]:
    """What counts of each family day by day, in no order."""
    found: defaultdict[UUID, list[tuple[date, Decimal]]] = defaultdict(list)
    for root, day, amount in await connection.execute(DAYS[unit], _asked(program_id, families, spans)):
        found[root].append((day, amount))
    return found


async def any_days(connection: AsyncConnection, program_id: UUID) -> bool:
    """Whether anything was ever counted in the programme."""
    return bool((await connection.execute(ANY_DAYS, {"program_id": program_id})).scalar())


async def enrolled(connection: AsyncConnection, program_id: UUID, families: Families) -> dict[UUID, datetime]:
    """Since when each family takes part: its first enrolment."""
    pairs = [(root, member) for root, family in families.items() for member in family]
    values = {"roots": [root for root, _ in pairs], "members": [member for _, member in pairs]}
    rows = await connection.execute(ENROLLED, values | {"program_id": program_id})
    return {row[0]: row[1] for row in rows}


def _asked(program_id: UUID, families: Families, spans: Spans) -> dict[str, Any]:
    rows = [(root, member, *spans[root]) for root, family in families.items() for member in family]
    return {
        "program_id": program_id,
        "roots": [row[0] for row in rows],
        "members": [row[1] for row in rows],
        "firsts": [row[2] or date.min for row in rows],
        "lasts": [row[3] or date.max for row in rows],
    }
