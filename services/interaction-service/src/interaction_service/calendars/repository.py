"""The SQL of calendars."""

from __future__ import annotations

from typing import Any, Final

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.calendars.stored import Hours, StoredCalendar

__all__ = ["add", "find", "hold", "page", "replace"]

COLUMNS: Final = """
    SELECT code, timezone, CAST(windows AS text) AS windows, CAST(exceptions AS text) AS exceptions, version,
           created_at, updated_at
    FROM calendars
"""

ADD: Final = text(
    """
    INSERT INTO calendars (code, timezone, windows, exceptions, version, created_at, updated_at)
    VALUES (:code, :timezone, CAST(:windows AS jsonb), CAST(:exceptions AS jsonb), :version, :created_at, :updated_at)
    ON CONFLICT (code) DO NOTHING
    RETURNING code
    """
)

REPLACE: Final = text(
    """
    UPDATE calendars
    SET timezone = :timezone, windows = CAST(:windows AS jsonb), exceptions = CAST(:exceptions AS jsonb),
        version = :version, updated_at = :updated_at
    WHERE code = :code
    """
)

FIND: Final = text(f"{COLUMNS} WHERE code = :code")
HOLD: Final = text(f"{COLUMNS} WHERE code = :code FOR NO KEY UPDATE")
PAGE: Final = text(f"{COLUMNS} WHERE code > :after ORDER BY code LIMIT :limit")


async def add(connection: AsyncConnection, calendar: StoredCalendar) -> bool:
    """Stores a new calendar; False where its code is taken."""
    return (await connection.execute(ADD, _values(calendar))).scalar() is not None


async def replace(connection: AsyncConnection, calendar: StoredCalendar) -> None:
    """Stores the next version of a calendar that is held."""
    await connection.execute(REPLACE, _values(calendar))


async def find(connection: AsyncConnection, code: str) -> StoredCalendar | None:
    """The calendar of a code."""
    row = (await connection.execute(FIND, {"code": code})).one_or_none()
    return None if row is None else _calendar(row)


async def hold(connection: AsyncConnection, code: str) -> StoredCalendar | None:
    """The calendar of a code, locked until the end of the transaction."""
    row = (await connection.execute(HOLD, {"code": code})).one_or_none()
    return None if row is None else _calendar(row)


async def page(connection: AsyncConnection, after: str, limit: int) -> list[StoredCalendar]:
    """Calendars in the order of their codes."""
    return [_calendar(row) for row in await connection.execute(PAGE, {"after": after, "limit": limit})]


def _values(calendar: StoredCalendar) -> dict[str, Any]:
    hours = calendar.hours
    return {
        "code": calendar.code,
        "timezone": hours.timezone,
        "windows": orjson.dumps(hours.windows).decode(),
        "exceptions": orjson.dumps(hours.exceptions).decode(),
        "version": calendar.version,
        "created_at": calendar.created_at,
        "updated_at": calendar.updated_at,
    }


def _calendar(row: Row[Any]) -> StoredCalendar:
    hours = Hours(row.timezone, orjson.loads(row.windows), orjson.loads(row.exceptions))
    return StoredCalendar(row.code, hours, row.version, row.created_at, row.updated_at)
