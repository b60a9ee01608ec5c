"""The SQL of duplicates: what is compared, the queue of changed customers, blocking keys, suggestions, scans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.ids import new_id
from profile_service.duplicates.domain import Duplicate, Evidence, Filter, Level
from profile_service.duplicates.matching import MODEL_VERSION, THRESHOLD
from profile_service.duplicates.records import Raw
from profile_service.duplicates.search import Suggestion

__all__ = [
    "add_keys",
    "count",
    "dismiss",
    "find",
    "load",
    "load_after",
    "load_sample",
    "mark_dirty",
    "mark_merged",
    "neighbours",
    "page",
    "queued",
    "reopen",
    "replace_all",
    "replace_of",
    "unqueue",
]

COLUMNS = """
    SELECT c.id, c.kind, c.given_name, c.family_name, c.display_name,
           c.given_name_other, c.family_name_other, c.display_name_other, c.birth_date,
           CAST(c.address AS text) AS address,
           (SELECT CAST(jsonb_agg(jsonb_build_array(i.type, i.canonical)) AS text)
            FROM identifiers AS i WHERE i.customer_id = c.id
              AND i.type IN ('phone', 'email', 'national_id', 'organization_id')) AS identifiers
    FROM customers AS c
"""
COMPARED = """
    c.archived_at IS NULL
    AND NOT EXISTS (SELECT FROM merges AS m WHERE m.absorbed_id = c.id AND m.unmerged_at IS NULL)
"""
LOAD = text(f"{COLUMNS} WHERE c.id = ANY(:ids) AND {COMPARED}")
LOAD_AFTER = text(f"{COLUMNS} WHERE c.id > :after AND {COMPARED} ORDER BY c.id LIMIT :limit")
LOAD_SAMPLE = text(f"{COLUMNS} WHERE abs(hashtextextended(CAST(c.id AS text), 0)) % :one_in = 0 AND {COMPARED}")
COUNT = text("SELECT count(*) FROM customers")

MARK_DIRTY = text("INSERT INTO duplicate_queue (customer_id) SELECT unnest(CAST(:ids AS uuid[]))")
QUEUED = text("SELECT id, customer_id FROM duplicate_queue ORDER BY id LIMIT :limit")
UNQUEUE = text("DELETE FROM duplicate_queue WHERE id = ANY(:ids)")

DELETE_KEYS = text("DELETE FROM duplicate_keys WHERE customer_id = ANY(:ids)")
ADD_KEYS = text(
    """
    INSERT INTO duplicate_keys (key, customer_id)
    SELECT key, customer_id FROM unnest(CAST(:keys AS bigint[]), CAST(:ids AS uuid[])) AS t(key, customer_id)
    ORDER BY key, customer_id
    """
)
NEIGHBOURS = text(
    """
    SELECT t.customer_id, o.others
    FROM unnest(CAST(:keys AS bigint[]), CAST(:ids AS uuid[])) AS t(key, customer_id)
    CROSS JOIN LATERAL (
        SELECT array_agg(b.customer_id) AS others
        FROM (SELECT customer_id FROM duplicate_keys WHERE key = t.key LIMIT :most + 1) AS b
    ) AS o
    WHERE cardinality(o.others) BETWEEN 2 AND :most
    """
)

STORE = text(
    """
    INSERT INTO duplicates (id, customer_a, customer_b, score, evidence, status, model_version, found_at)
    SELECT id, a, b, score, CAST(evidence AS jsonb), 'open', :model_version, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:a AS uuid[]), CAST(:b AS uuid[]), CAST(:scores AS double precision[]),
                CAST(:evidence AS text[])) AS t(id, a, b, score, evidence)
    ORDER BY a, b
    ON CONFLICT (customer_a, customer_b) DO UPDATE
    SET score = excluded.score, evidence = excluded.evidence, model_version = excluded.model_version
    WHERE duplicates.status = 'open'
    """
)
DROP_OTHERS = text(
    """
    DELETE FROM duplicates AS d
    WHERE d.status = 'open'
      AND (CAST(:ids AS uuid[]) IS NULL OR d.customer_a = ANY(:ids) OR d.customer_b = ANY(:ids))
      AND NOT EXISTS (
          SELECT FROM unnest(CAST(:a AS uuid[]), CAST(:b AS uuid[])) AS t(a, b)
          WHERE t.a = d.customer_a AND t.b = d.customer_b)
    """
)

SUGGESTIONS = "SELECT id, customer_a, customer_b, score, CAST(evidence AS text) AS evidence, status FROM duplicates"
PAGE = text(
    f"""
    {SUGGESTIONS}
    WHERE status = :status AND score >= :min_score
      AND (CAST(:customer_id AS uuid) IS NULL OR customer_a = :customer_id OR customer_b = :customer_id)
      AND (score < :score OR (score = :score AND id > :id))
    ORDER BY score DESC, id LIMIT :limit
    """
)
FIND = text(f"{SUGGESTIONS} WHERE id = :id FOR UPDATE")
DISMISS = text(
    """
    UPDATE duplicates SET status = 'dismissed', decided_at = :now, decided_by = :actor, reason = :reason
    WHERE id = :id
    """
)
MARK_MERGED = text(
    """
    INSERT INTO duplicates (id, customer_a, customer_b, score, evidence, status, model_version, found_at, decided_at)
    VALUES (:id, :a, :b, 0, '[]', 'merged', :model_version, now(), now())
    ON CONFLICT (customer_a, customer_b) DO UPDATE SET status = 'merged', decided_at = now()
    """
)
FORGET_MERGED = text(
    """
    DELETE FROM duplicates
    WHERE customer_a = :a AND customer_b = :b AND status = 'merged' AND score < :threshold
    """
)
REOPEN = text(
    """
    UPDATE duplicates SET status = 'open', decided_at = NULL, decided_by = NULL
    WHERE customer_a = :a AND customer_b = :b AND status = 'merged'
    """
)


async def load(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Raw]:
    """What is compared of these customers; those that are archived or merged into another one are absent."""
    return {row.id: _raw(row) for row in await connection.execute(LOAD, {"ids": list(ids)})}


async def load_after(connection: AsyncConnection, after: UUID, limit: int) -> list[Raw]:
    """The next customers in the order of their ids."""
    return [_raw(row) for row in await connection.execute(LOAD_AFTER, {"after": after, "limit": limit})]


async def load_sample(connection: AsyncConnection, one_in: int) -> list[Raw]:
    """One customer in so many, always the same ones."""
    return [_raw(row) for row in await connection.execute(LOAD_SAMPLE, {"one_in": one_in})]


async def count(connection: AsyncConnection) -> int:
    """How many customers there are."""
    return int((await connection.execute(COUNT)).scalar_one())


async def mark_dirty(connection: AsyncConnection, ids: Iterable[UUID]) -> None:
    """Puts customers that were made or changed into the queue of the search, in the transaction that changes them."""
    await connection.execute(MARK_DIRTY, {"ids": list(ids)})


async def queued(connection: AsyncConnection, limit: int) -> dict[int, UUID]:
    """The oldest entries of the queue."""
    return {row.id: row.customer_id for row in await connection.execute(QUEUED, {"limit": limit})}


async def unqueue(connection: AsyncConnection, entries: Iterable[int]) -> None:
    """Takes entries out of the queue; what came in since stays."""
    await connection.execute(UNQUEUE, {"ids": list(entries)})


async def add_keys(connection: AsyncConnection, ids: Iterable[UUID], keys: Mapping[UUID, Iterable[int]]) -> None:
    """Replaces the blocking keys of `ids` by those of `keys`; a customer that is not there has none."""
    await connection.execute(DELETE_KEYS, {"ids": list(ids)})
    if keys:
        await connection.execute(ADD_KEYS, _pairs(keys))


async def neighbours(
    connection: AsyncConnection, keys: Mapping[UUID, Iterable[int]], most: int
) -> dict[UUID, set[UUID]]:
    """Who shares a key with whom, keys of more than `most` customers left out; nobody is his own neighbour."""
    found: dict[UUID, set[UUID]] = {}
    for row in await connection.execute(NEIGHBOURS, {**_pairs(keys), "most": most}):
        found.setdefault(row.customer_id, set()).update(set(row.others) - {row.customer_id})
    return found


async def replace_all(connection: AsyncConnection, found: Sequence[Suggestion], now: datetime) -> None:
    """These are the open suggestions now; what people decided stays decided."""
    await _replace(connection, None, found, now)


async def replace_of(
    connection: AsyncConnection, ids: Iterable[UUID], found: Sequence[Suggestion], now: datetime
) -> None:
    """These are the open suggestions of some customers now; what people decided stays decided."""
    await _replace(connection, list(ids), found, now)


async def page(
    connection: AsyncConnection, wanted: Filter, after: tuple[float, UUID] | None, limit: int
) -> list[Duplicate]:
    """Suggestions, the most probable first; `after` is (score, id) of the last one seen."""
    score, id_ = after or (2.0, UUID(int=0))
    values = {"status": wanted.status, "min_score": wanted.min_score, "customer_id": wanted.customer_id}
    rows = await connection.execute(PAGE, {**values, "score": score, "id": id_, "limit": limit})
    return [_duplicate(row) for row in rows]


async def find(connection: AsyncConnection, duplicate_id: UUID) -> Duplicate | None:
    """One suggestion, locked until the end of the transaction."""
    row = (await connection.execute(FIND, {"id": duplicate_id})).one_or_none()
    return None if row is None else _duplicate(row)


async def dismiss(
    connection: AsyncConnection, duplicate_id: UUID, actor: str, reason: str | None, now: datetime
) -> None:
    """Remembers that two customers are not one."""
    await connection.execute(DISMISS, {"id": duplicate_id, "actor": actor, "reason": reason, "now": now})


async def mark_merged(connection: AsyncConnection, one: UUID, other: UUID) -> None:
    """The pair is linked now and is not suggested again while it is; in either order, suggested before or not."""
    values = {"id": new_id(), **_in_order(one, other), "model_version": MODEL_VERSION}
    await connection.execute(MARK_MERGED, values)


async def reopen(connection: AsyncConnection, one: UUID, other: UUID) -> None:
    """The link is gone: what was suggested is suggested again, and both are compared anew."""
    await connection.execute(FORGET_MERGED, {**_in_order(one, other), "threshold": THRESHOLD})
    await connection.execute(REOPEN, _in_order(one, other))
    await mark_dirty(connection, (one, other))


def _in_order(one: UUID, other: UUID) -> dict[str, UUID]:
    return {"a": min(one, other), "b": max(one, other)}


async def _replace(
    connection: AsyncConnection, ids: list[UUID] | None, found: Sequence[Suggestion], now: datetime
) -> None:
    pairs = {"a": [each.a for each in found], "b": [each.b for each in found]}
    await connection.execute(DROP_OTHERS, {"ids": ids, **pairs})
    if found:
        evidence = [[[each.field, each.level, each.similarity] for each in one.findings] for one in found]
        values = {
            **pairs,
            "ids": [new_id() for _ in found],
            "scores": [each.score for each in found],
            "evidence": [orjson.dumps(each).decode() for each in evidence],
            "model_version": MODEL_VERSION,
            "now": now,
        }
        await connection.execute(STORE, values)


def _pairs(keys: Mapping[UUID, Iterable[int]]) -> dict[str, list[Any]]:
    flat = [(key, customer_id) for customer_id, found in keys.items() for key in found]
    return {"keys": [key for key, _ in flat], "ids": [customer_id for _, customer_id in flat]}


def _raw(row: Row[Any]) -> Raw:
    return Raw(
        id=row.id,
        kind=row.kind,
        names=(
            (row.given_name, row.family_name, row.display_name),
            (row.given_name_other, row.family_name_other, row.display_name_other),
        ),
        birth_date=row.birth_date,
        address=orjson.loads(row.address) if row.address else None,
        identifiers=[(type_, value) for type_, value in orjson.loads(row.identifiers or "[]")],
    )


def _duplicate(row: Row[Any]) -> Duplicate:
    evidence = tuple(
        Evidence(field, Level(level), similarity) for field, level, similarity in orjson.loads(row.evidence)
    )
    return Duplicate(row.id, row.customer_a, row.customer_b, row.score, evidence, row.status)
