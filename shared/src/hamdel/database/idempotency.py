"""The store behind `Idempotency-Key`: the answer of a request, in the transaction that did its work.

Two requests with one key at once: the second does not get the advisory lock and is told so. A key's row is found by a
scope that is a hash, so no key and no subject is kept in clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

__all__ = ["KeyState", "StoredAnswer", "claim", "prune", "store"]

CLAIM = text("SELECT pg_try_advisory_xact_lock(:lock)")

FIND = text(
    """
    SELECT request_hash, status, headers, body FROM idempotency_keys WHERE scope = :scope AND created_at >= :since
    """
)

STORE = text(
    """
    INSERT INTO idempotency_keys (scope, request_hash, status, headers, body, created_at)
    VALUES (:scope, :request_hash, :status, :headers, :body, :now)
    ON CONFLICT (scope) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
        headers = excluded.headers, body = excluded.body, created_at = excluded.created_at
    """
)

PRUNE = text(
    """
    DELETE FROM idempotency_keys WHERE scope = ANY(ARRAY(
        SELECT scope FROM idempotency_keys WHERE created_at < :before ORDER BY created_at LIMIT 5000
    ))
    """
)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it went out. `request_hash` tells whether a replay is the same request."""

    request_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeyState:
    """`running`: another transaction holds the key. `answer`: what was answered before, None for a new key."""

    running: bool
    answer: StoredAnswer | None = None


async def claim(connection: AsyncConnection, scope: bytes, since: datetime) -> KeyState:
    """Takes the key until the transaction ends and looks for its answer; one from before `since` does not count.

    Two statements on purpose: the second has a snapshot taken under the lock.
    """
    lock = int.from_bytes(scope[:8], "big", signed=True)
    if not (await connection.execute(CLAIM, {"lock": lock})).scalar_one():
        return KeyState(running=True)
    row = (await connection.execute(FIND, {"scope": scope, "since": since})).one_or_none()
    if row is None:
        return KeyState(running=False)
    return KeyState(False, StoredAnswer(row.request_hash, row.status, orjson.loads(row.headers), row.body))


async def store(connection: AsyncConnection, scope: bytes, answer: StoredAnswer, now: datetime) -> None:
    """Keeps the answer; it becomes visible with the commit of the work it answers for."""
    await connection.execute(
        STORE,
        {
            "scope": scope,
            "request_hash": answer.request_hash,
            "status": answer.status,
            "headers": orjson.dumps(answer.headers),
            "body": answer.body,
            "now": now,
        },
    )


async def prune(engine: AsyncEngine, before: datetime) -> int:
    """Deletes answers older than `before`, 5,000 at a time; gives how many."""
    deleted = 0
    while True:
        async with engine.begin() as connection:
            count = (await connection.execute(PRUNE, {"before": before})).rowcount
        deleted += count
        if count < 5_000:
            return deleted
