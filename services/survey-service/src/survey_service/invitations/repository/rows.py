"""Invitations as rows: making, finding, listing, counting, and what respondents do with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.invitations.domain import Invitation

__all__ = ["COLUMNS", "Wanted", "add", "count_by_status", "find", "note_answer", "note_opening", "page", "use_up"]

NAMES: Final = tuple(field.name for field in fields(Invitation))
COLUMNS: Final = ", ".join(NAMES)

ADD: Final = text(
    """
    INSERT INTO invitations (id, survey_id, customer_id, trigger_id, origin, channel, ignore_recontact, status, due_at,
                             next_at, expires_at, correlation_id, causation_id, traceparent, created_at, created_by)
    SELECT id, survey_id, customer_id, trigger_id, origin, channel, exempt, 'waiting', due_at, due_at, expires_at,
           correlation_id, causation_id, traceparent, :now, :by
    FROM unnest(CAST(:ids AS uuid[]), CAST(:surveys AS uuid[]), CAST(:customers AS uuid[]), CAST(:triggers AS uuid[]),
                CAST(:origins AS text[]), CAST(:channels AS text[]), CAST(:exempts AS boolean[]),
                CAST(:dues AS timestamptz[]), CAST(:ends AS timestamptz[]), CAST(:correlations AS text[]),
                CAST(:causations AS text[]), CAST(:traces AS text[]))
         AS t(id, survey_id, customer_id, trigger_id, origin, channel, exempt, due_at, expires_at, correlation_id,
              causation_id, traceparent)
    ORDER BY origin, id
    ON CONFLICT (origin) DO NOTHING
    """
)
FIND: Final = text(f"SELECT {COLUMNS} FROM invitations WHERE id = :id")  # noqa: S608
PAGE: Final = text(
    f"""
    SELECT {COLUMNS} FROM invitations WHERE survey_id = :survey_id AND id < :before ORDER BY id DESC LIMIT :limit
    """  # noqa: S608
)
PAGE_OF_STATUS: Final = text(
    f"""
    SELECT {COLUMNS} FROM invitations WHERE survey_id = :survey_id AND status = :status AND id < :before
    ORDER BY id DESC LIMIT :limit
    """  # noqa: S608
)
COUNT: Final = text("SELECT status, count(*) FROM invitations WHERE survey_id = :survey_id GROUP BY status")
NOTE_OPENING: Final = text("UPDATE invitations SET opened_at = :now WHERE id = :id AND opened_at IS NULL")
NOTE_ANSWER: Final = text(
    """
    UPDATE invitations SET status = 'answered', answered_at = :now, response_id = :response_id, next_at = NULL
    WHERE id = :id AND status <> 'answered'
    """
)
USE_UP: Final = text(
    """
    UPDATE invitations
    SET status = 'answered', answered_at = :day, next_at = CAST(:day AS timestamptz) + interval '1 day'
    WHERE id = :id AND status IN ('sent', 'expired')
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An invitation to be made. `origin` makes it one: None for one that somebody asks for by hand."""

    id: UUID
    survey_id: UUID
    customer_id: UUID
    trigger_id: UUID | None
    origin: str | None
    channel: str
    ignore_recontact: bool
    due_at: datetime
    expires_at: datetime | None
    correlation_id: str
    causation_id: str | None
    traceparent: str | None


async def add(connection: AsyncConnection, wanted: Sequence[Wanted], now: datetime, by: str) -> None:
    """Stores waiting invitations, all in one statement; those whose origin is there already are left out."""
    arrays: dict[str, list[Any]] = {
        "ids": [one.id for one in wanted],
        "surveys": [one.survey_id for one in wanted],
        "customers": [one.customer_id for one in wanted],
        "triggers": [one.trigger_id for one in wanted],
        "origins": [one.origin for one in wanted],
        "channels": [one.channel for one in wanted],
        "exempts": [one.ignore_recontact for one in wanted],
        "dues": [one.due_at for one in wanted],
        "ends": [one.expires_at for one in wanted],
        "correlations": [one.correlation_id for one in wanted],
        "causations": [one.causation_id for one in wanted],
        "traces": [one.traceparent for one in wanted],
    }
    await connection.execute(ADD, arrays | {"now": now, "by": by})


async def find(connection: AsyncConnection, invitation_id: UUID) -> Invitation | None:
    """One invitation."""
    row = (await connection.execute(FIND, {"id": invitation_id})).first()
    return None if row is None else Invitation(**row._mapping)


async def page(
    connection: AsyncConnection, survey_id: UUID, status: str | None, before: UUID, limit: int
) -> list[Invitation]:
    """Invitations of a survey made before one of them, the newest first."""
    values = {"survey_id": survey_id, "before": before, "limit": limit}
    if status is None:
        rows = await connection.execute(PAGE, values)
    else:
        rows = await connection.execute(PAGE_OF_STATUS, values | {"status": status})
    return [Invitation(**row._mapping) for row in rows]


async def count_by_status(connection: AsyncConnection, survey_id: UUID) -> dict[str, int]:
    """Status → how many invitations; a status that none has is left out."""
    return {row[0]: row[1] for row in await connection.execute(COUNT, {"survey_id": survey_id})}


async def note_opening(connection: AsyncConnection, invitation_id: UUID, now: datetime) -> None:
    """Looked at for the first time."""
    await connection.execute(NOTE_OPENING, {"id": invitation_id, "now": now})


async def note_answer(connection: AsyncConnection, invitation_id: UUID, response_id: UUID, now: datetime) -> None:
    """Answered, by this response; nothing more happens with it."""
    await connection.execute(NOTE_ANSWER, {"id": invitation_id, "response_id": response_id, "now": now})


async def use_up(connection: AsyncConnection, invitation_id: UUID, day: datetime) -> bool:
    """Answered on a day, by nobody knows which response; False where it was already."""
    return (await connection.execute(USE_UP, {"id": invitation_id, "day": day})).rowcount == 1
