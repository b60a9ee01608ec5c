"""Every statement on occasions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["BirthdayRun", "Granted", "granted", "move_on", "note_responses", "run_of"]

RUN: Final = text("SELECT day, page, done FROM birthday_runs WHERE program_id = :program_id")

# Only from where the run was when its page was asked for: of two processes with the same page one is late.
MOVE_ON: Final = text(
    """
    INSERT INTO birthday_runs AS r (program_id, day, page, done) VALUES (:program_id, :day, :page, :done)
    ON CONFLICT (program_id) DO UPDATE SET day = excluded.day, page = excluded.page, done = excluded.done
    WHERE r.day = CAST(:was_day AS date) AND r.page IS NOT DISTINCT FROM CAST(:was_page AS text)
      AND r.done = CAST(:was_done AS boolean)
    RETURNING r.day
    """
)

GRANTED: Final = text(
    """
    SELECT customer_id, rule_code, CAST(occurred_at AT TIME ZONE :zone AS date) AS day, CAST(sum(points) AS bigint)
    FROM entries
    WHERE program_id = :program_id AND customer_id = ANY(CAST(:customers AS uuid[])) AND kind = 'earn'
      AND rule_code = ANY(CAST(:codes AS text[])) AND purchase_id IS NULL
    GROUP BY customer_id, rule_code, 3
    """
)


NOTE_RESPONSES: Final = text(
    """
    INSERT INTO survey_responses (id, told_at) SELECT id, :now FROM unnest(CAST(:ids AS uuid[])) AS t(id)
    ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id
    """
)


class BirthdayRun(NamedTuple):
    """The day whose birthdays a programme has come to, the cursor of the page that comes next (None: the first one),
    and whether all are done."""

    day: date
    page: str | None
    done: bool


class Granted(NamedTuple):
    """What a rule gave a customer on a day of the programme."""

    customer_id: UUID
    code: str
    day: date
    points: int


async def run_of(connection: AsyncConnection, program_id: UUID) -> BirthdayRun | None:
    """Where the birthdays of a programme have come to; None before the first ones."""
    row = (await connection.execute(RUN, {"program_id": program_id})).first()
    return None if row is None else BirthdayRun(*row)


async def move_on(connection: AsyncConnection, program_id: UUID, was: BirthdayRun | None, now: BirthdayRun) -> bool:
    """Moves the run on; False where somebody else did."""
    day, page, done = was or (None, None, None)
    before = {"was_day": day, "was_page": page, "was_done": done}
    found = await connection.execute(MOVE_ON, {"program_id": program_id, **now._asdict(), **before})
    return found.scalar() is not None


async def granted(
    connection: AsyncConnection, program_id: UUID, zone: str, customers: Collection[UUID], codes: Collection[str]
) -> list[Granted]:
    """What rules of occasions gave these customers."""
    values = {"program_id": program_id, "zone": zone, "customers": list(customers), "codes": list(codes)}
    return [Granted(*row) for row in await connection.execute(GRANTED, values)]


async def note_responses(connection: AsyncConnection, response_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Notes that these were told; gives those that were not before."""
    return set((await connection.execute(NOTE_RESPONSES, {"ids": list(response_ids), "now": now})).scalars())
