"""The SQL of merges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.customers.domain import Link
from profile_service.merges.domain import STRONG

__all__ = [
    "Merge",
    "add",
    "alone",
    "close",
    "count_rows",
    "find",
    "history",
    "links",
    "open_merge",
    "strong_identifiers",
]

# One merge at a time in the whole service: a circle made by three of them at once would be seen by none of them.
ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('hamdel.merges'))")

ADD: Final = text(
    """
    INSERT INTO merges (id, survivor_id, absorbed_id, merged_at, merged_by)
    VALUES (:id, :survivor_id, :absorbed_id, :now, :actor)
    """
)

CLOSE: Final = text("UPDATE merges SET unmerged_at = :now, unmerged_by = :actor WHERE id = :id")

COLUMNS: Final = "id, survivor_id, absorbed_id, merged_at, merged_by, unmerged_at, unmerged_by"

FIND: Final = text(f"SELECT {COLUMNS} FROM merges WHERE id = :id")  # noqa: S608

OPEN: Final = text(f"SELECT {COLUMNS} FROM merges WHERE absorbed_id = :id AND unmerged_at IS NULL")  # noqa: S608

LINKS: Final = text(
    """
    SELECT id, survivor_id, absorbed_id, merged_at, merged_by FROM merges
    WHERE absorbed_id = ANY(CAST(:ids AS uuid[])) AND unmerged_at IS NULL ORDER BY id
    """
)

HISTORY: Final = text(
    f"""
    SELECT {COLUMNS} FROM merges
    WHERE (survivor_id = ANY(CAST(:ids AS uuid[])) OR absorbed_id = ANY(CAST(:ids AS uuid[])))
      AND id < CAST(:before AS uuid)
    ORDER BY id DESC LIMIT :limit
    """  # noqa: S608
)

STRONG_IDENTIFIERS: Final = text(
    """
    SELECT type, canonical FROM identifiers
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND type = ANY(CAST(:types AS text[]))
    """
)

ROWS: Final = text(
    """
    SELECT (SELECT count(*) FROM identifiers WHERE customer_id = ANY(CAST(:ids AS uuid[])))
         + (SELECT count(*) FROM consents WHERE customer_id = ANY(CAST(:ids AS uuid[])))
         + (SELECT count(*) FROM memberships WHERE person_id = ANY(CAST(:ids AS uuid[])))
         + (SELECT count(*) FROM customer_history WHERE customer_id = ANY(CAST(:ids AS uuid[])))
    """
)

NEWEST: Final = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge as it was made and perhaps undone; times are UTC."""

    id: UUID
    survivor_id: UUID
    absorbed_id: UUID
    merged_at: datetime
    merged_by: str
    unmerged_at: datetime | None
    unmerged_by: str | None


async def alone(connection: AsyncConnection) -> None:
    """Waits until no other merge or un-merge is under way, and keeps others waiting until the transaction ends."""
    await connection.execute(ALONE)


async def add(connection: AsyncConnection, link: Link) -> None:
    """Stores a new merge."""
    values: dict[str, Any] = {
        "id": link.merge_id,
        "survivor_id": link.survivor_id,
        "absorbed_id": link.absorbed_id,
        "now": link.merged_at,
        "actor": link.merged_by,
    }
    await connection.execute(ADD, values)


async def close(connection: AsyncConnection, merge_id: UUID, now: datetime, actor: str) -> None:
    """Marks a merge as undone."""
    await connection.execute(CLOSE, {"id": merge_id, "now": now, "actor": actor})


async def find(connection: AsyncConnection, merge_id: UUID) -> Merge | None:
    """One merge, undone or not."""
    row = (await connection.execute(FIND, {"id": merge_id})).one_or_none()
    return Merge(*row) if row else None


async def open_merge(connection: AsyncConnection, absorbed_id: UUID) -> Merge | None:
    """The merge that holds a customer absorbed; None for one that stands for itself."""
    row = (await connection.execute(OPEN, {"id": absorbed_id})).one_or_none()
    return Merge(*row) if row else None


async def links(connection: AsyncConnection, absorbed_ids: Sequence[UUID]) -> dict[UUID, Link]:
    """The merges that hold, by absorbed id, oldest first."""
    rows = await connection.execute(LINKS, {"ids": list(absorbed_ids)})
    return {
        row.absorbed_id: Link(row.id, row.survivor_id, row.absorbed_id, row.merged_at, row.merged_by) for row in rows
    }


async def history(connection: AsyncConnection, ids: Sequence[UUID], before: UUID | None, limit: int) -> list[Merge]:
    """Merges in which one of these had a part, newest first, undone ones included."""
    values = {"ids": list(ids), "before": before or NEWEST, "limit": limit}
    return [Merge(*row) for row in await connection.execute(HISTORY, values)]


async def strong_identifiers(connection: AsyncConnection, ids: Sequence[UUID]) -> list[tuple[str, str]]:
    """(type, canonical form) of those identifiers of which everybody has one."""
    rows = await connection.execute(STRONG_IDENTIFIERS, {"ids": list(ids), "types": list(STRONG)})
    return [(row.type, row.canonical) for row in rows]


async def count_rows(connection: AsyncConnection, ids: Sequence[UUID]) -> int:
    """How many rows these customers have here beside their own."""
    return int((await connection.execute(ROWS, {"ids": list(ids)})).scalar_one())
