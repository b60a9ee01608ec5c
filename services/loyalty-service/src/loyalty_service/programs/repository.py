"""Every statement on programmes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.programs.domain import Program

__all__ = ["StoredProgram", "add", "all_programs", "changed", "find", "hold", "page", "revision", "store"]

_OF_PROGRAM: Final = Program.__slots__
_OF_ROW: Final = ("created_at", "updated_at", "version")
COLUMNS: Final = ", ".join((*_OF_PROGRAM, *_OF_ROW))
VALUES: Final = ", ".join(f":{name}" for name in (*_OF_PROGRAM, *_OF_ROW))
CHANGES: Final = ", ".join(f"{name} = :{name}" for name in (*_OF_PROGRAM[1:], "updated_at", "version"))

ADD: Final = text(f"INSERT INTO programs ({COLUMNS}) VALUES ({VALUES}) ON CONFLICT (code) DO NOTHING RETURNING id")  # noqa: S608
STORE: Final = text(f"UPDATE programs SET {CHANGES} WHERE id = :id")  # noqa: S608
FIND: Final = text(f"SELECT {COLUMNS} FROM programs WHERE id = :id")  # noqa: S608
HOLD: Final = text(f"SELECT {COLUMNS} FROM programs WHERE id = :id FOR UPDATE")  # noqa: S608
PAGE: Final = text(f"SELECT {COLUMNS} FROM programs WHERE code > :after ORDER BY code LIMIT :limit")  # noqa: S608
ALL: Final = text(f"SELECT {COLUMNS} FROM programs ORDER BY id")  # noqa: S608
REVISION: Final = text("SELECT revision FROM program_revision")
CHANGED: Final = text("UPDATE program_revision SET revision = revision + 1")

_asked: Final[WeakKeyDictionary[AsyncConnection, tuple[object, int]]] = WeakKeyDictionary()
"""By connection: a transaction of it, and the revision that was read in it."""


@dataclass(frozen=True, slots=True)
class StoredProgram:
    """A programme and the row it is kept in; `version` is its entity tag."""

    program: Program
    created_at: datetime
    updated_at: datetime
    version: int


async def add(connection: AsyncConnection, stored: StoredProgram) -> bool:
    """Stores a new programme; False when its code is taken."""
    return (await connection.execute(ADD, _row(stored))).scalar() is not None


async def store(connection: AsyncConnection, stored: StoredProgram) -> None:
    """Stores a programme that the caller holds as it is now."""
    await connection.execute(STORE, _row(stored))


async def find(connection: AsyncConnection, program_id: UUID) -> StoredProgram | None:
    """One programme."""
    return _one((await connection.execute(FIND, {"id": program_id})).first())


async def hold(connection: AsyncConnection, program_id: UUID) -> StoredProgram | None:
    """One programme, locked until the end of the transaction."""
    return _one((await connection.execute(HOLD, {"id": program_id})).first())


async def page(connection: AsyncConnection, after: str, limit: int) -> list[StoredProgram]:
    """Programmes after a code, in the order of their codes."""
    return [_stored(row) for row in await connection.execute(PAGE, {"after": after, "limit": limit})]


async def all_programs(connection: AsyncConnection) -> list[Program]:
    """Every programme, oldest first."""
    return [_stored(row).program for row in await connection.execute(ALL)]


async def revision(connection: AsyncConnection) -> int:
    """How often programmes, or what is written beside them, were changed; asked once in a transaction."""
    transaction = connection.sync_connection.get_transaction() if connection.sync_connection else None
    asked = _asked.get(connection)
    if asked is None or transaction is None or asked[0] is not transaction:
        found = int((await connection.execute(REVISION)).scalar_one())
        begun = connection.sync_connection.get_transaction() if connection.sync_connection else None
        asked = _asked[connection] = (begun, found)
    return asked[1]


async def changed(connection: AsyncConnection) -> None:
    """They were changed in this transaction: every process reads them again (see `programs.known`)."""
    await connection.execute(CHANGED)
    _asked.pop(connection, None)


def _row(stored: StoredProgram) -> dict[str, Any]:
    return asdict(stored.program) | {name: getattr(stored, name) for name in _OF_ROW}


def _one(row: Row[Any] | None) -> StoredProgram | None:
    return None if row is None else _stored(row)


def _stored(row: Row[Any]) -> StoredProgram:
    values = dict(row._mapping)
    of_row = {name: values.pop(name) for name in _OF_ROW}
    return StoredProgram(Program(**values), **of_row)
