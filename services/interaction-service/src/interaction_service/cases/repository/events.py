"""Statements on what happens in a case: messages, notes, history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.cases.domain import Change, Line, Note

__all__ = ["add_history", "add_message", "add_note", "fields_since", "history", "message_ids", "notes"]

ADD_MESSAGE: Final = text(
    "INSERT INTO case_messages (case_id, interaction_id) VALUES (:case_id, :interaction_id) ON CONFLICT DO NOTHING"
)

MESSAGES: Final = text(
    """
    SELECT position, interaction_id FROM case_messages
    WHERE case_id = ANY(CAST(:ids AS uuid[])) AND position > :after ORDER BY position LIMIT :limit
    """
)

ADD_NOTE: Final = text(
    "INSERT INTO case_notes (id, case_id, author, body, noted_at) VALUES (:id, :case_id, :author, :body, :noted_at)"
)

NOTES: Final = text(
    """
    SELECT id, case_id, author, body, noted_at FROM case_notes
    WHERE case_id = ANY(CAST(:ids AS uuid[])) AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT :limit
    """
)

ADD_HISTORY: Final = text(
    """
    INSERT INTO case_history (case_id, version, at, actor, source, action, field, before, after)
    SELECT :case_id, :version, :at, :actor, :source, :action, field, CAST(before AS json), CAST(after AS json)
    FROM unnest(CAST(:fields AS text[]), CAST(:befores AS text[]), CAST(:afters AS text[]))
         WITH ORDINALITY AS t(field, before, after, ordinal)
    ORDER BY ordinal
    """
)

HISTORY: Final = text(
    """
    SELECT position, version, at, actor, source, action, field, CAST(before AS text), CAST(after AS text)
    FROM case_history WHERE case_id = :id AND position > :after ORDER BY position LIMIT :limit
    """
)

FIELDS_SINCE: Final = text(
    "SELECT DISTINCT field FROM case_history WHERE case_id = :id AND version > :version ORDER BY field"
)


async def add_message(connection: AsyncConnection, case_id: UUID, interaction_id: UUID) -> None:
    """The interaction belongs to the case; again is fine."""
    await connection.execute(ADD_MESSAGE, {"case_id": case_id, "interaction_id": interaction_id})


async def message_ids(
    connection: AsyncConnection, case_ids: Sequence[UUID], after: int, limit: int
) -> list[tuple[int, UUID]]:
    """Places and interactions of the cases' messages after a place, in order."""
    rows = await connection.execute(MESSAGES, {"ids": list(case_ids), "after": after, "limit": limit})
    return [(row[0], row[1]) for row in rows]


async def add_note(connection: AsyncConnection, note: Note) -> None:
    """Stores a note."""
    values = {name: getattr(note, name) for name in note.__dataclass_fields__}
    await connection.execute(ADD_NOTE, values)


async def notes(connection: AsyncConnection, case_ids: Sequence[UUID], after: UUID | None, limit: int) -> list[Note]:
    """Notes of the cases after a note, in order."""
    rows = await connection.execute(NOTES, {"ids": list(case_ids), "after": after, "limit": limit})
    return [Note(*row) for row in rows]


async def add_history(
    connection: AsyncConnection,
    case_id: UUID,
    version: int,
    action: str,
    changes: Sequence[Change],
    *,
    actor: str,
    source: str,
    at: datetime,
) -> None:
    """Writes down who changed what, in one statement."""
    values = {"case_id": case_id, "version": version, "action": action, "actor": actor, "source": source, "at": at}
    columns = {
        "fields": [change.field for change in changes],
        "befores": [_json(change.before) for change in changes],
        "afters": [_json(change.after) for change in changes],
    }
    await connection.execute(ADD_HISTORY, values | columns)


async def history(connection: AsyncConnection, case_id: UUID, after: int, limit: int) -> list[tuple[int, Line]]:
    """Places and lines of the case's history after a place, in order."""
    rows = await connection.execute(HISTORY, {"id": case_id, "after": after, "limit": limit})
    return [
        (place, Line(version, at, actor, source, action, field, _value(before), _value(later)))
        for place, version, at, actor, source, action, field, before, later in rows
    ]


async def fields_since(connection: AsyncConnection, case_id: UUID, version: int) -> list[str]:
    """What was changed after a version."""
    return list((await connection.execute(FIELDS_SINCE, {"id": case_id, "version": version})).scalars())


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, default=str).decode()


def _value(raw: str | None) -> Any:
    return None if raw is None else orjson.loads(raw)
