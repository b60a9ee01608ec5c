"""Invitations and how many of them were answered."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.results.periods import Days

__all__ = ["answered"]

ANSWERED: Final = text(
    """
    SELECT count(*) AS sent, count(*) FILTER (WHERE status = 'answered') AS answered FROM invitations
    WHERE survey_id = :survey_id
      AND sent_at >= CAST(CAST(:first AS date) AS timestamp) AT TIME ZONE :zone
      AND sent_at < CAST(CAST(:last AS date) + 1 AS timestamp) AT TIME ZONE :zone
    """
)


async def answered(connection: AsyncConnection, survey_id: UUID, days: Days, zone: str) -> tuple[int, int]:
    """Invitations sent on these days in the time zone, and those of them that were answered until now."""
    values = {"survey_id": survey_id, "first": days.first, "last": days.last, "zone": zone}
    sent, replied = (await connection.execute(ANSWERED, values)).one()
    return sent, replied
