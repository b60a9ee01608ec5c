"""Message templates and their versions. A version never changes: a message is what its version says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["Template", "add", "add_version", "by_versions", "find", "lock", "page", "versions"]

Words = dict[str, dict[str, str]]

ADD: Final = text(
    """
    INSERT INTO message_templates (id, code, channel, version, created_at, updated_at)
    VALUES (:id, :code, :channel, 1, :now, :now) ON CONFLICT (code, channel) DO NOTHING RETURNING id
    """
)

ADD_VERSION: Final = text(
    """
    INSERT INTO message_template_versions (template_id, version, purpose, texts, fallbacks, persian_digits, created_at,
                                           created_by)
    VALUES (:id, :version, :purpose, CAST(CAST(:texts AS text) AS json), CAST(CAST(:fallbacks AS text) AS json),
            :persian_digits, :now, :created_by)
    """
)

ADVANCE: Final = text("UPDATE message_templates SET version = :version, updated_at = :now WHERE id = :id")

COLUMNS: Final = """
    SELECT t.id, t.code, t.channel, v.version, v.purpose, CAST(v.texts AS text) AS texts,
           CAST(v.fallbacks AS text) AS fallbacks, v.persian_digits, v.created_at, v.created_by
    FROM message_templates AS t JOIN message_template_versions AS v ON v.template_id = t.id
"""

FIND: Final = text(f"{COLUMNS} WHERE t.id = :id AND v.version = t.version")
LOCK: Final = text(f"{COLUMNS} WHERE t.id = :id AND v.version = t.version FOR UPDATE OF t")

PAGE: Final = text(
    f"""
    {COLUMNS} WHERE v.version = t.version AND (t.code, t.channel) > (:code, :channel)
    ORDER BY t.code, t.channel LIMIT :limit
    """
)

VERSIONS: Final = text(f"{COLUMNS} WHERE t.id = :id AND v.version < :before ORDER BY v.version DESC LIMIT :limit")

BY_VERSIONS: Final = text(
    f"""
    {COLUMNS} JOIN unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS w(id, version)
                ON w.id = t.id AND w.version = v.version
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template in one of its versions. `texts` are by language and field, `fallbacks` by variable and language."""

    id: UUID
    code: str
    channel: str
    version: int
    purpose: str
    texts: Words
    fallbacks: Words
    persian_digits: bool
    created_at: datetime
    created_by: str


async def add(connection: AsyncConnection, template: Template) -> bool:
    """Stores a new template; False where there is one for the code and channel already."""
    values = {"id": template.id, "code": template.code, "channel": template.channel, "now": template.created_at}
    if (await connection.execute(ADD, values)).scalar() is None:
        return False
    await _store(connection, template)
    return True


async def add_version(connection: AsyncConnection, template: Template) -> None:
    """Stores the next version of a locked template; messages that come from now on are made of it."""
    await _store(connection, template)
    values = {"id": template.id, "version": template.version, "now": template.created_at}
    await connection.execute(ADVANCE, values)


async def find(connection: AsyncConnection, template_id: UUID) -> Template | None:
    """The newest version."""
    row = (await connection.execute(FIND, {"id": template_id})).one_or_none()
    return None if row is None else _template(row)


async def lock(connection: AsyncConnection, template_id: UUID) -> Template | None:
    """The newest version, which nobody else can follow by another one in this transaction."""
    row = (await connection.execute(LOCK, {"id": template_id})).one_or_none()
    return None if row is None else _template(row)


async def page(connection: AsyncConnection, after: tuple[str, str] | None, limit: int) -> list[Template]:
    """Newest versions by code and channel."""
    code, channel = after or ("", "")
    rows = await connection.execute(PAGE, {"code": code, "channel": channel, "limit": limit})
    return [_template(row) for row in rows]


async def versions(connection: AsyncConnection, template_id: UUID, before: int, limit: int) -> list[Template]:
    """The versions before one, the newest first."""
    rows = await connection.execute(VERSIONS, {"id": template_id, "before": before, "limit": limit})
    return [_template(row) for row in rows]


async def by_versions(
    connection: AsyncConnection, wanted: Iterable[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Template]:
    """Templates in the versions that are asked for."""
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    values = {"ids": [pair[0] for pair in pairs], "versions": [pair[1] for pair in pairs]}
    rows = await connection.execute(BY_VERSIONS, values)
    return {(row.id, row.version): _template(row) for row in rows}


async def _store(connection: AsyncConnection, template: Template) -> None:
    values = {
        "id": template.id,
        "version": template.version,
        "purpose": template.purpose,
        "texts": orjson.dumps(template.texts).decode(),
        "fallbacks": orjson.dumps(template.fallbacks).decode(),
        "persian_digits": template.persian_digits,
        "now": template.created_at,
        "created_by": template.created_by,
    }
    await connection.execute(ADD_VERSION, values)


def _template(row: Row[Any]) -> Template:
    parsed = {"texts": orjson.loads(row.texts), "fallbacks": orjson.loads(row.fallbacks)}
    return Template(**(dict(row._mapping) | parsed))
