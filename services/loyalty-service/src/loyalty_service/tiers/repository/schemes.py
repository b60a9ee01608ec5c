"""The tiers of programmes, every version of them, and who is still to be ranked after an edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["Stored", "add", "customers_after", "finish", "found", "move_on", "newest", "rankings", "restart", "version"]

NEWEST: Final = text(
    """
    SELECT DISTINCT ON (program_id) program_id, version, definition, since, changed_at, changed_by
    FROM tier_schemes ORDER BY program_id, version DESC
    """
)
FOUND: Final = text(
    """
    SELECT program_id, version, definition, since, changed_at, changed_by FROM tier_schemes
    WHERE program_id = :program_id ORDER BY version DESC LIMIT 1
    """
)
VERSION: Final = text(
    """
    SELECT program_id, version, definition, since, changed_at, changed_by FROM tier_schemes
    WHERE program_id = :program_id AND version = :version
    """
)
ADD: Final = text(
    """
    INSERT INTO tier_schemes (program_id, version, definition, since, changed_at, changed_by)
    VALUES (:program_id, :version, CAST(:definition AS json), :since, :changed_at, :changed_by)
    """
)
RESTART: Final = text(
    """
    INSERT INTO tier_rankings (program_id, position) VALUES (:program_id, :position)
    ON CONFLICT (program_id) DO UPDATE SET position = excluded.position
    """
)
RANKINGS: Final = text("SELECT program_id, position FROM tier_rankings ORDER BY program_id")
MOVE_ON: Final = text(
    """
    UPDATE tier_rankings SET position = :to WHERE program_id = :program_id AND position = :position
    RETURNING program_id
    """
)
FINISH: Final = text("DELETE FROM tier_rankings WHERE program_id = :program_id AND position = :position")
CUSTOMERS_AFTER: Final = text(
    """
    SELECT customer_id FROM (
        (SELECT DISTINCT customer_id FROM qualifying_days
         WHERE program_id = :program_id AND customer_id > :after ORDER BY customer_id LIMIT :limit)
        UNION
        (SELECT DISTINCT customer_id FROM tier_states
         WHERE program_id = :program_id AND customer_id > :after ORDER BY customer_id LIMIT :limit)
    ) AS everybody ORDER BY customer_id LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A version of a programme's tiers; `since` is the day of the programme it was made on."""

    program_id: UUID
    version: int
    definition: dict[str, Any]
    since: date
    changed_at: datetime
    changed_by: str


async def newest(connection: AsyncConnection) -> list[Stored]:
    """The tiers of every programme that has some."""
    return [Stored(**row._mapping) for row in await connection.execute(NEWEST)]


async def found(connection: AsyncConnection, program_id: UUID) -> Stored | None:
    """The tiers of a programme."""
    return _one((await connection.execute(FOUND, {"program_id": program_id})).first())


async def version(connection: AsyncConnection, program_id: UUID, number: int) -> Stored | None:
    """The tiers of a programme as they once were."""
    return _one((await connection.execute(VERSION, {"program_id": program_id, "version": number})).first())


async def add(connection: AsyncConnection, stored: Stored, definition: str) -> None:
    """Keeps a new version; `definition` is its JSON."""
    values = {name: getattr(stored, name) for name in Stored.__slots__} | {"definition": definition}
    await connection.execute(ADD, values)


async def restart(connection: AsyncConnection, program_id: UUID) -> None:
    """Everybody of the programme is to be ranked."""
    await connection.execute(RESTART, {"program_id": program_id, "position": UUID(int=0)})


async def rankings(connection: AsyncConnection) -> list[tuple[UUID, UUID]]:
    """(programme, position) of the rankings that are not finished."""
    return [(row[0], row[1]) for row in await connection.execute(RANKINGS)]


async def move_on(connection: AsyncConnection, program_id: UUID, position: UUID, to: UUID) -> bool:
    """Everybody until `to` is done; False when the ranking is elsewhere meanwhile."""
    values = {"program_id": program_id, "position": position, "to": to}
    return (await connection.execute(MOVE_ON, values)).scalar() is not None


async def finish(connection: AsyncConnection, program_id: UUID, position: UUID) -> None:
    """Nobody is left."""
    await connection.execute(FINISH, {"program_id": program_id, "position": position})


async def customers_after(connection: AsyncConnection, program_id: UUID, after: UUID, limit: int) -> list[UUID]:
    """The next customers who have collected something or hold something, by id."""
    values = {"program_id": program_id, "after": after, "limit": limit}
    return list((await connection.execute(CUSTOMERS_AFTER, values)).scalars())


def _one(row: Row[Any] | None) -> Stored | None:
    return None if row is None else Stored(**row._mapping)
