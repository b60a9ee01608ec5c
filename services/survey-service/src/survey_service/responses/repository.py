"""Every statement on responses, and what they ask of surveys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.responses.domain import Response

__all__ = ["Asked", "abandoned", "delete_abandoned", "find", "lock", "shuffle", "store", "surveys"]

NAMES: Final = tuple(each.name for each in fields(Response))
COLUMNS: Final = ", ".join(NAMES)
KEY: Final = ("id", "anonymous")

LOCK: Final = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS t(key) ORDER BY key")
FIND: Final = text(f"SELECT {COLUMNS} FROM responses WHERE id = ANY(CAST(:ids AS uuid[]))")  # noqa: S608
SURVEYS: Final = text(
    "SELECT id, code, status, current_version, closed_at FROM surveys WHERE id = ANY(CAST(:ids AS uuid[]))"
)
STORE: Final = text(
    f"""
    INSERT INTO responses ({COLUMNS})
    SELECT {COLUMNS} FROM jsonb_populate_recordset(CAST(NULL AS responses), CAST(:rows AS jsonb)) ORDER BY id
    ON CONFLICT ({", ".join(KEY)})
    DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in NAMES if name not in KEY)}
    """  # noqa: S608
)
ABANDONED: Final = text(
    """
    SELECT id FROM responses WHERE status = 'open' AND anonymous = :anonymous AND updated_at < :before
    ORDER BY id LIMIT :limit
    """
)
DELETE_ABANDONED: Final = text(
    f"""
    DELETE FROM responses
    WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'open' AND anonymous = :anonymous AND updated_at < :before
    RETURNING {COLUMNS}
    """  # noqa: S608
)
SHUFFLE: Final = text(
    f"""
    WITH taken AS (
        DELETE FROM anonymous_responses WHERE status = 'finished' AND updated_at >= :since AND updated_at < :before
        RETURNING {COLUMNS}
    )
    INSERT INTO anonymous_responses ({COLUMNS}) SELECT {COLUMNS} FROM taken ORDER BY id
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What taking a response needs to know of a survey."""

    id: UUID
    code: str
    status: str
    current_version: int | None
    closed_at: datetime | None


async def lock(connection: AsyncConnection, ids: Iterable[UUID]) -> None:
    """Whoever changes these responses takes turns until the end of the transaction; the ids are what `hidden_id` gives.
    The last eight bytes of one stand for it: two that share them wait for each other, no more."""
    keys = {int.from_bytes(one.bytes[8:], signed=True) for one in ids}
    await connection.execute(LOCK, {"keys": sorted(keys)})


async def find(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Response]:
    """The stored responses among the ids."""
    rows = await connection.execute(FIND, {"ids": list(ids)})
    return {row.id: _response(row) for row in rows}


async def surveys(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Asked]:
    """The surveys among the ids."""
    rows = await connection.execute(SURVEYS, {"ids": list(ids)})
    return {row.id: Asked(*row) for row in rows}


async def store(connection: AsyncConnection, responses: Sequence[Response]) -> None:
    """Stores the responses, each once, as they are now."""
    rows = [{name: getattr(each, name) for name in NAMES} for each in responses]
    # the driver's ids are of a class of its own, which only str knows
    await connection.execute(STORE, {"rows": orjson.dumps(rows, default=str).decode()})


async def abandoned(connection: AsyncConnection, before: datetime, limit: int, *, anonymous: bool) -> list[UUID]:
    """The first ids of open responses that nobody went on with since then."""
    values = {"before": before, "limit": limit, "anonymous": anonymous}
    return list((await connection.execute(ABANDONED, values)).scalars())


async def delete_abandoned(
    connection: AsyncConnection, ids: Iterable[UUID], before: datetime, *, anonymous: bool
) -> list[Response]:
    """Deletes those of the responses that are abandoned still; gives them as they were. They must be locked."""
    values = {"ids": list(ids), "before": before, "anonymous": anonymous}
    return [_response(row) for row in await connection.execute(DELETE_ABANDONED, values)]


async def shuffle(connection: AsyncConnection, since: datetime, before: datetime) -> int:
    """Writes the finished anonymous responses of some days again, in the order of their ids; gives how many."""
    return (await connection.execute(SHUFFLE, {"since": since, "before": before})).rowcount


def _response(row: Row[tuple[object, ...]]) -> Response:
    values = dict(row._mapping)
    return Response(**values | {"dropped": tuple(values["dropped"])})
