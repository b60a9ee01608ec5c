"""Responses, a page at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["FIRST", "Filters", "Stored", "page"]

FIRST: Final = UUID(int=0)


class Stored(NamedTuple):
    """A response as it is kept."""

    id: UUID
    version: int
    anonymous: bool
    customer_id: UUID | None
    invitation_id: UUID | None
    language: str | None
    channel: str | None
    status: str
    step: int
    started_at: datetime
    finished_at: datetime | None
    duration_seconds: int | None
    late: bool
    answers: dict[str, Any]
    attributes: dict[str, Any] | None


class Filters(NamedTuple):
    """Which responses; None for all."""

    survey_id: UUID
    version: int | None
    status: str | None


PAGE: Final = text(
    f"""
    SELECT {", ".join(Stored._fields)} FROM responses
    WHERE survey_id = :survey_id AND id > :after
      AND (CAST(:version AS integer) IS NULL OR version = :version)
      AND (CAST(:status AS text) IS NULL OR status = :status)
    ORDER BY id LIMIT :limit
    """  # noqa: S608
)


async def page(connection: AsyncConnection, filters: Filters, after: UUID, limit: int) -> list[Stored]:
    """At most `limit` responses after an id, in the order of their ids."""
    values = {**filters._asdict(), "after": after, "limit": limit}
    return [Stored._make(row) for row in await connection.execute(PAGE, values)]
