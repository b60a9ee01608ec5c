"""Every statement on queues."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.queues.domain import Queue

__all__ = ["by_code", "insert", "lock", "page", "save", "take_turn"]

_COLUMNS: Final = "code, name, members, strategy, calendar, turn, version"

BY_CODE: Final = text(f"SELECT {_COLUMNS} FROM queues WHERE code = :code")  # noqa: S608
LOCK: Final = text(f"SELECT {_COLUMNS} FROM queues WHERE code = :code FOR UPDATE")  # noqa: S608
PAGE: Final = text(
    f"SELECT {_COLUMNS} FROM queues WHERE code > :after ORDER BY code LIMIT :limit"  # noqa: S608
)
INSERT: Final = text(
    """
    INSERT INTO queues (code, name, members, strategy, calendar)
    VALUES (:code, :name, CAST(:members AS text[]), :strategy, :calendar) ON CONFLICT (code) DO NOTHING
    """
)
SAVE: Final = text(
    """
    UPDATE queues SET name = :name, members = CAST(:members AS text[]), strategy = :strategy, calendar = :calendar,
                      version = :version
    WHERE code = :code
    """
)
TAKE_TURN: Final = text("UPDATE queues SET turn = turn + 1 WHERE code = :code")


async def by_code(connection: AsyncConnection, code: str) -> Queue | None:
    """The queue."""
    row = (await connection.execute(BY_CODE, {"code": code})).one_or_none()
    return _queue(row) if row else None


async def lock(connection: AsyncConnection, code: str) -> Queue | None:
    """The queue, locked: nobody else is assigned by it until the end of the transaction."""
    row = (await connection.execute(LOCK, {"code": code})).one_or_none()
    return _queue(row) if row else None


async def page(connection: AsyncConnection, after: str, limit: int) -> list[Queue]:
    """Queues after a code, in order of code."""
    return [_queue(row) for row in await connection.execute(PAGE, {"after": after, "limit": limit})]


async def insert(connection: AsyncConnection, queue: Queue) -> bool:
    """Stores a new queue; False where the code is taken."""
    return (await connection.execute(INSERT, _values(queue))).rowcount == 1


async def save(connection: AsyncConnection, queue: Queue) -> None:
    """Stores the changed queue."""
    await connection.execute(SAVE, _values(queue))


async def take_turn(connection: AsyncConnection, code: str) -> None:
    """The next in turn has had it."""
    await connection.execute(TAKE_TURN, {"code": code})


def _values(queue: Queue) -> dict[str, Any]:
    return {
        "code": queue.code,
        "name": queue.name,
        "members": list(queue.members),
        "strategy": queue.strategy,
        "calendar": queue.calendar,
        "version": queue.version,
    }


def _queue(row: Any) -> Queue:
    return Queue(**(dict(row._mapping) | {"members": tuple(row.members)}))
