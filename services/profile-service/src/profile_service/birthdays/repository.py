"""The SQL of birthdays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.tables import birthday, customers

__all__ = ["BornOn", "born_on"]


class BornOn(NamedTuple):
    """A customer and the number of the day of the year (Gregorian, 229 for 29 February) it was born on."""

    number: int
    id: UUID


async def born_on(
    connection: AsyncConnection, numbers: Sequence[int], after: tuple[int, UUID] | None, limit: int
) -> list[BornOn]:
    """Customers who are not archived and were born on one of these days, in order of day and id."""
    wanted = [
        birthday == func.any(list(numbers)),
        customers.c.birth_date.is_not(None),
        customers.c.archived_at.is_(None),
    ]
    if after is not None:
        wanted.append(tuple_(birthday, customers.c.id) > tuple_(*map(literal, after)))
    rows = await connection.execute(
        select(birthday, customers.c.id).where(*wanted).order_by(birthday, customers.c.id).limit(limit)
    )
    return [BornOn(*row) for row in rows]
