"""The SQL of scans, and the lock under which the search for duplicates works."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.ids import new_id
from profile_service.duplicates.domain import Scan

__all__ = ["fail", "find", "finish", "hold", "join", "rates", "start", "try_turn", "waiting"]

_LOCK = 0x4455504C
"""A number of ours in the space of advisory locks ("DUPL")."""

MAX_ATTEMPTS = 3

TRY_TURN = text("SELECT pg_try_advisory_xact_lock(:lock)")
HOLD = text("SELECT pg_try_advisory_lock(:lock)")

FIELDS = "id, status, requested_at, started_at, finished_at, customers, compared, suggested"
QUEUE = text(
    """
    INSERT INTO duplicate_scans (id, status, requested_at, requested_by) VALUES (:id, 'queued', :now, :actor)
    ON CONFLICT ((true)) WHERE status = 'queued' DO NOTHING
    """
)
JOIN = text(f"SELECT {FIELDS} FROM duplicate_scans WHERE status = 'queued'")  # noqa: S608
FIND = text(f"SELECT {FIELDS} FROM duplicate_scans WHERE id = :id")  # noqa: S608
WAITING = text(
    """
    SELECT id, attempts FROM duplicate_scans WHERE status IN ('queued', 'running') ORDER BY requested_at LIMIT 1
    """
)
START = text("UPDATE duplicate_scans SET status = 'running', attempts = attempts + 1, started_at = :now WHERE id = :id")
FAIL = text(
    """
    UPDATE duplicate_scans SET status = 'failed', finished_at = :now
    WHERE id = :id AND status IN ('queued', 'running')
    """
)
FINISH = text(
    """
    UPDATE duplicate_scans
    SET status = 'done', finished_at = :now, customers = :customers, compared = :compared, suggested = :suggested,
        same_rate = :same_rate, related_rate = :related_rate
    WHERE id = :id
    """
)
RATES = text(
    """
    SELECT same_rate, related_rate FROM duplicate_scans WHERE status = 'done' ORDER BY finished_at DESC LIMIT 1
    """
)


async def try_turn(connection: AsyncConnection) -> bool:
    """Whether it is this process's turn to search, until the end of the transaction."""
    return bool((await connection.execute(TRY_TURN, {"lock": _LOCK})).scalar_one())


async def hold(connection: AsyncConnection) -> bool:
    """Whether it is this process's turn to search, as long as the connection lives."""
    return bool((await connection.execute(HOLD, {"lock": _LOCK})).scalar_one())


async def join(connection: AsyncConnection, actor: str, now: datetime) -> Scan:
    """The scan that waits, or a new one. One that is under way has read its customers already: it is not joined."""
    await connection.execute(QUEUE, {"id": new_id(), "actor": actor, "now": now})
    return _scan((await connection.execute(JOIN)).one())


async def find(connection: AsyncConnection, scan_id: UUID) -> Scan | None:
    """One scan."""
    row = (await connection.execute(FIND, {"id": scan_id})).one_or_none()
    return None if row is None else _scan(row)


async def waiting(connection: AsyncConnection, now: datetime) -> UUID | None:
    """The scan that should run. To be asked by whose turn it is: then one that is still `running` has lost its process
    and is run again, at most three times in all."""
    row = (await connection.execute(WAITING)).one_or_none()
    if row is None or row.attempts < MAX_ATTEMPTS:
        return row.id if row else None
    await fail(connection, row.id, now)
    return None


async def start(connection: AsyncConnection, scan_id: UUID, now: datetime) -> None:
    """Marks a scan as running."""
    await connection.execute(START, {"id": scan_id, "now": now})


async def fail(connection: AsyncConnection, scan_id: UUID, now: datetime) -> None:
    """Marks a scan as failed unless it has ended."""
    await connection.execute(FAIL, {"id": scan_id, "now": now})


async def finish(
    connection: AsyncConnection,
    scan_id: UUID,
    now: datetime,
    *,
    counts: tuple[int, int, int],
    rates: tuple[float, float],
) -> None:
    """Marks a scan as done, with (customers, compared pairs, suggestions) and the learnt pairs per customer that are
    one person, and that are relatives."""
    values: dict[str, Any] = dict(zip(("customers", "compared", "suggested"), counts, strict=True))
    values |= dict(zip(("same_rate", "related_rate"), rates, strict=True))
    await connection.execute(FINISH, {"id": scan_id, "now": now, **values})


async def rates(connection: AsyncConnection) -> tuple[float, float] | None:
    """What the last scan learnt; None before the first one."""
    row = (await connection.execute(RATES)).one_or_none()
    return None if row is None else (row.same_rate, row.related_rate)


def _scan(row: Row[Any]) -> Scan:
    return Scan(**row._mapping)
