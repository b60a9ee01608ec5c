"""Every statement on the enrolment of everybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["Run", "claim_run", "customers_after", "move_on", "note_runs", "noted"]

NOTED: Final = text("SELECT program_id FROM enrolment_runs")

# Everybody who might not have seen the programme has a transaction below this one.
NOTE: Final = text(
    """
    INSERT INTO enrolment_runs (program_id, waits_for, noted_at)
    SELECT id, pg_snapshot_xmax(pg_current_snapshot()), :now FROM unnest(CAST(:ids AS uuid[])) AS t(id)
    ON CONFLICT DO NOTHING
    """
)

CLAIM: Final = text(
    """
    SELECT program_id, reached FROM enrolment_runs
    WHERE done_at IS NULL AND pg_snapshot_xmin(pg_current_snapshot()) >= waits_for
    ORDER BY noted_at, program_id LIMIT 1 FOR UPDATE SKIP LOCKED
    """
)

AFTER: Final = text(
    """
    SELECT customer_id FROM known_customers
    WHERE CAST(:reached AS uuid) IS NULL OR customer_id > CAST(:reached AS uuid)
    ORDER BY customer_id LIMIT :limit
    """
)

MOVE_ON: Final = text(
    """
    UPDATE enrolment_runs SET reached = coalesce(:reached, reached), seen = seen + :seen, done_at = :done_at
    WHERE program_id = :program_id
    """
)


class Run(NamedTuple):
    """How far the enrolment of everybody in a programme has come: up to a customer, None at its beginning."""

    program_id: UUID
    reached: UUID | None


async def noted(connection: AsyncConnection) -> set[UUID]:
    """The programmes whose enrolment of everybody has begun or ended."""
    return set((await connection.execute(NOTED)).scalars())


async def note_runs(connection: AsyncConnection, program_ids: Iterable[UUID], now: datetime) -> None:
    """Everybody is to be enrolled in these programmes, once."""
    await connection.execute(NOTE, {"ids": list(program_ids), "now": now})


async def claim_run(connection: AsyncConnection) -> Run | None:
    """A run that can go on and that nobody else is at, held until the end of the transaction. It can once everybody has
    ended who might have made a customer known without having seen the programme."""
    row = (await connection.execute(CLAIM)).first()
    return None if row is None else Run(*row)


async def customers_after(connection: AsyncConnection, reached: UUID | None, limit: int) -> list[UUID]:
    """Known customers after one, in the order of their ids."""
    return list((await connection.execute(AFTER, {"reached": reached, "limit": limit})).scalars())


async def move_on(
    connection: AsyncConnection, run: Run, reached: UUID | None, seen: int, done_at: datetime | None
) -> None:
    """The run has come to this customer; `done_at` when it was the last one."""
    values = {"program_id": run.program_id, "reached": reached, "seen": seen, "done_at": done_at}
    await connection.execute(MOVE_ON, values)
