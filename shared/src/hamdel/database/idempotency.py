"""The store behind `Idempotency-Key`: the answer of a request, in the transaction that did its work.

Two requests with one key at once: the second does not get the advisory lock and is told so. A key's row is found by a
scope that is a hash, so no key and no subject is kept in clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

__all__ = ["KeyState", "StoredAnswer", "claim", "claim_many", "prune", "store", "store_many"]

CLAIM = text("SELECT pg_try_advisory_xact_lock(:lock)")

FIND = text(
    """
    SELECT request_hash, status, headers, body FROM idempotency_keys WHERE scope = :scope AND created_at >= :since
    """
)

CLAIM_MANY = text("SELECT pg_try_advisory_xact_lock(lock) FROM unnest(CAST(:locks AS bigint[])) AS t(lock)")

FIND_MANY = text(
    """
    SELECT scope, request_hash, status, headers, body FROM idempotency_keys
    WHERE scope = ANY(CAST(:scopes AS bytea[])) AND created_at >= :since
    """
)

# The rows of the statements below differ alone in where they come from.
_INSERT = "INSERT INTO idempotency_keys (scope, request_hash, status, headers, body, created_at)"
_REPLACE = """
    ON CONFLICT (scope) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
        headers = excluded.headers, body = excluded.body, created_at = excluded.created_at
"""

STORE = text(f"{_INSERT} VALUES (:scope, :request_hash, :status, :headers, :body, :now) {_REPLACE}")

STORE_MANY = text(
    f"""
    {_INSERT}
    SELECT t.*, :now FROM unnest(CAST(:scopes AS bytea[]), CAST(:request_hashes AS bytea[]),
        CAST(:statuses AS smallint[]), CAST(:headers AS bytea[]), CAST(:bodies AS bytea[])) AS t
    {_REPLACE}
    """  # noqa: S608 - two constants of this module
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
    if not (await connection.execute(CLAIM, {"lock": _lock(scope)})).scalar_one():
        return KeyState(running=True)
    row = (await connection.execute(FIND, {"scope": scope, "since": since})).one_or_none()
    return KeyState(False, _answer(row) if row else None)


async def claim_many(connection: AsyncConnection, scopes: Sequence[bytes], since: datetime) -> dict[bytes, KeyState]:
    """`claim` for the keys of several requests that share a transaction, by scope; they must all be different.

    None of them is waited for, so two transactions that want the same keys never wait for each other.
    """
    locks = [_lock(scope) for scope in scopes]
    taken = (await connection.execute(CLAIM_MANY, {"locks": locks})).scalars().all()
    found = await connection.execute(FIND_MANY, {"scopes": list(scopes), "since": since})
    answers = {bytes(row.scope): _answer(row) for row in found}
    return {
        scope: KeyState(False, answers.get(scope)) if mine else KeyState(running=True)
        for scope, mine in zip(scopes, taken, strict=True)
    }


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


async def store_many(connection: AsyncConnection, answers: Mapping[bytes, StoredAnswer], now: datetime) -> None:
    """`store` for several requests, by scope."""
    if not answers:
        return
    await connection.execute(
        STORE_MANY,
        {
            "scopes": list(answers),
            "request_hashes": [each.request_hash for each in answers.values()],
            "statuses": [each.status for each in answers.values()],
            "headers": [orjson.dumps(each.headers) for each in answers.values()],
            "bodies": [each.body for each in answers.values()],
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


def _lock(scope: bytes) -> int:
    return int.from_bytes(scope[:8], "big", signed=True)


def _answer(row: Any) -> StoredAnswer:
    return StoredAnswer(row.request_hash, row.status, orjson.loads(row.headers), row.body)
