"""The SQL of the attribute schema: every version stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.ids import new_id

__all__ = ["Stored", "add", "newest", "newest_id"]

NEWEST_ID = text("SELECT id FROM attribute_schemas ORDER BY version DESC LIMIT 1")

NEWEST = text(
    """
    SELECT version, id, CAST(schema AS text) AS schema, actor, created_at FROM attribute_schemas
    ORDER BY version DESC LIMIT 1
    """
)

ADD = text(
    """
    INSERT INTO attribute_schemas (version, id, schema, actor, created_at)
    VALUES (:version, :id, CAST(:schema AS json), :actor, :now)
    ON CONFLICT (version) DO NOTHING
    RETURNING version
    """
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A version of the schema: 1, 2, 3 …, who set it, and when (UTC). `id` is unlike in any two databases."""

    version: int
    id: UUID
    schema: dict[str, Any]
    actor: str
    created_at: datetime


async def newest_id(connection: AsyncConnection) -> UUID | None:
    """The id of the version in force, None where no schema was ever set: the one read that every check makes."""
    return (await connection.execute(NEWEST_ID)).scalar()


async def newest(connection: AsyncConnection) -> Stored | None:
    """The version in force, None where no schema was ever set."""
    row = (await connection.execute(NEWEST)).one_or_none()
    if row is None:
        return None
    return Stored(row.version, row.id, orjson.loads(row.schema), row.actor, row.created_at)


async def add(
    connection: AsyncConnection, version: int, schema: Mapping[str, Any], *, actor: str, now: datetime
) -> Stored | None:
    """Stores a version; None where somebody else has stored that version meanwhile, for whom it waits."""
    made = Stored(version, new_id(), dict(schema), actor, now)
    values = {"version": version, "id": made.id, "schema": orjson.dumps(schema).decode(), "actor": actor, "now": now}
    stored = (await connection.execute(ADD, values)).scalar()
    return made if stored is not None else None
