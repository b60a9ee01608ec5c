"""Every statement on canned replies."""

from __future__ import annotations

from typing import Any, Final

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.canned.domain import CannedReply

__all__ = ["by_code", "insert", "page", "save"]

_COLUMNS: Final = "code, CAST(texts AS text) AS texts, CAST(fallbacks AS text) AS fallbacks, version"

BY_CODE: Final = text(f"SELECT {_COLUMNS} FROM canned_replies WHERE code = :code")  # noqa: S608
PAGE: Final = text(
    f"SELECT {_COLUMNS} FROM canned_replies WHERE code > :after ORDER BY code LIMIT :limit"  # noqa: S608
)
INSERT: Final = text(
    """
    INSERT INTO canned_replies (code, texts, fallbacks)
    VALUES (:code, CAST(:texts AS json), CAST(:fallbacks AS json)) ON CONFLICT (code) DO NOTHING
    """
)
SAVE: Final = text(
    """
    UPDATE canned_replies SET texts = CAST(:texts AS json), fallbacks = CAST(:fallbacks AS json), version = :version
    WHERE code = :code AND version = :version - 1
    """
)


async def by_code(connection: AsyncConnection, code: str) -> CannedReply | None:
    """The canned reply."""
    row = (await connection.execute(BY_CODE, {"code": code})).one_or_none()
    return _reply(row) if row else None


async def page(connection: AsyncConnection, after: str, limit: int) -> list[CannedReply]:
    """Canned replies after a code, in order of code."""
    return [_reply(row) for row in await connection.execute(PAGE, {"after": after, "limit": limit})]


async def insert(connection: AsyncConnection, reply: CannedReply) -> bool:
    """Stores a new one; False where the code is taken."""
    return (await connection.execute(INSERT, _values(reply))).rowcount == 1


async def save(connection: AsyncConnection, reply: CannedReply) -> bool:
    """Stores the next version; False where somebody else was faster."""
    return (await connection.execute(SAVE, _values(reply))).rowcount == 1


def _values(reply: CannedReply) -> dict[str, Any]:
    texts, fallbacks = (orjson.dumps(value).decode() for value in (reply.texts, reply.fallbacks))
    return {"code": reply.code, "texts": texts, "fallbacks": fallbacks, "version": reply.version}


def _reply(row: Any) -> CannedReply:
    texts, fallbacks = orjson.loads(row.texts), orjson.loads(row.fallbacks)
    return CannedReply(code=row.code, texts=texts, fallbacks=fallbacks, version=row.version)
