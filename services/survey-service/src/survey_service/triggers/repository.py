"""Every statement on triggers."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.triggers.domain import Trigger

__all__ = ["active", "add", "find", "hold", "page", "remove", "store"]

NAMES: Final = tuple(field.name for field in fields(Trigger))
COLUMNS: Final = ", ".join(NAMES)
VALUES: Final = ", ".join("CAST(:case_types AS text[])" if name == "case_types" else f":{name}" for name in NAMES)

ADD: Final = text(
    f"INSERT INTO survey_triggers ({COLUMNS}) VALUES ({VALUES}) "  # noqa: S608
    "ON CONFLICT (survey_id, code) DO NOTHING RETURNING id"
)
STORE: Final = text(f"UPDATE survey_triggers SET ({COLUMNS}) = ROW({VALUES}) WHERE id = :id")  # noqa: S608
FIND: Final = text(
    f"SELECT {COLUMNS} FROM survey_triggers WHERE survey_id = :survey_id AND id = :id"  # noqa: S608
)
HOLD: Final = text(
    f"SELECT {COLUMNS} FROM survey_triggers WHERE survey_id = :survey_id AND id = :id FOR UPDATE"  # noqa: S608
)
REMOVE: Final = text("DELETE FROM survey_triggers WHERE survey_id = :survey_id AND id = :id")
PAGE: Final = text(
    f"SELECT {COLUMNS} FROM survey_triggers WHERE survey_id = :survey_id AND code > :after "  # noqa: S608
    "ORDER BY code LIMIT :limit"
)
ACTIVE: Final = text(
    f"""
    SELECT {", ".join(f"t.{name}" for name in NAMES)}, v.definition->>'channel' AS survey_channel
    FROM survey_triggers AS t
    JOIN surveys AS s ON s.id = t.survey_id AND s.status = 'published'
    JOIN survey_versions AS v ON v.survey_id = s.id AND v.version = s.current_version
    WHERE t.active ORDER BY t.id
    """  # noqa: S608
)


async def add(connection: AsyncConnection, trigger: Trigger) -> bool:
    """Stores a new trigger; False where its code is taken in the survey."""
    return (await connection.execute(ADD, _values(trigger))).scalar() is not None


async def store(connection: AsyncConnection, trigger: Trigger) -> None:
    """Stores a trigger that the caller holds as it is now."""
    await connection.execute(STORE, _values(trigger))


async def find(connection: AsyncConnection, survey_id: UUID, trigger_id: UUID) -> Trigger | None:
    """One trigger of a survey."""
    row = (await connection.execute(FIND, {"survey_id": survey_id, "id": trigger_id})).first()
    return None if row is None else _trigger(row)


async def hold(connection: AsyncConnection, survey_id: UUID, trigger_id: UUID) -> Trigger | None:
    """One trigger of a survey, locked until the end of the transaction."""
    row = (await connection.execute(HOLD, {"survey_id": survey_id, "id": trigger_id})).first()
    return None if row is None else _trigger(row)


async def remove(connection: AsyncConnection, survey_id: UUID, trigger_id: UUID) -> bool:
    """Deletes a trigger; what it asked for stays."""
    return (await connection.execute(REMOVE, {"survey_id": survey_id, "id": trigger_id})).rowcount == 1


async def page(connection: AsyncConnection, survey_id: UUID, after: str, limit: int) -> list[Trigger]:
    """Triggers of a survey after a code, in order of code."""
    values = {"survey_id": survey_id, "after": after, "limit": limit}
    return [_trigger(row) for row in await connection.execute(PAGE, values)]


async def active(connection: AsyncConnection) -> list[tuple[Trigger, str]]:
    """The active triggers of published surveys, each with the channel that it asks over."""
    found = []
    for row in await connection.execute(ACTIVE):
        trigger = _trigger(row)
        found.append((trigger, trigger.channel or row.survey_channel or "email"))
    return found


def _values(trigger: Trigger) -> dict[str, Any]:
    return {name: getattr(trigger, name) for name in NAMES} | {"case_types": list(trigger.case_types)}


def _trigger(row: Row[Any]) -> Trigger:
    values = {name: row._mapping[name] for name in NAMES}
    return Trigger(**values | {"case_types": tuple(values["case_types"])})
