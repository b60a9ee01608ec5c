"""Keeping the index: what search reads of customers, and what it stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search.domain import Document
from profile_service.search.keys import Found, Indexed

__all__ = ["add_words", "outdated", "read", "store"]

READ = text(
    """
    SELECT c.id, c.version, c.kind, c.code, c.archived_at IS NOT NULL AS archived, c.tags,
           c.given_name, c.family_name, c.display_name, c.given_name_other, c.family_name_other, c.display_name_other,
           (SELECT json_agg(json_build_array(i.type, i.raw, i.canonical) ORDER BY i.id) FROM identifiers AS i
            WHERE i.customer_id = c.id) AS identifiers
    FROM customers AS c WHERE c.id = ANY(CAST(:ids AS uuid[]))
    """
)

STORE = text(
    """
    WITH new AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:customer_versions AS bigint[]), CAST(:kinds AS text[]),
                             CAST(:archived AS boolean[]), CAST(:tags AS text[]), CAST(:documents AS text[]))
                      AS t(customer_id, customer_version, kind, archived, tags, document)
    ), gone AS (
        DELETE FROM search_keys AS k
        USING unnest(CAST(:gone_keys AS text[]), CAST(:gone_ids AS uuid[])) AS t(key, customer_id)
        WHERE k.key = t.key COLLATE "C" AND k.customer_id = t.customer_id
    ), added AS (
        INSERT INTO search_keys (key, customer_id)
        SELECT key, customer_id FROM unnest(CAST(:new_keys AS text[]), CAST(:new_ids AS uuid[])) AS t(key, customer_id)
        ON CONFLICT DO NOTHING
    ), stored AS (
        INSERT INTO customer_search AS s
               (customer_id, customer_version, keys_version, kind, archived, tags, document)
        SELECT customer_id, customer_version, :keys_version, kind, archived,
               CAST(tags AS text[]), document
        FROM new
        ON CONFLICT (customer_id) DO UPDATE SET
            customer_version = EXCLUDED.customer_version, keys_version = EXCLUDED.keys_version, kind = EXCLUDED.kind,
            archived = EXCLUDED.archived, tags = EXCLUDED.tags, document = EXCLUDED.document
    )
    SELECT DISTINCT word FROM unnest(CAST(:words AS text[])) AS t(word)
    WHERE NOT EXISTS (SELECT FROM search_words AS w WHERE w.word = t.word COLLATE "C")
    """
)

STORED = text("SELECT customer_id, document FROM customer_search WHERE customer_id = ANY(CAST(:ids AS uuid[]))")

ADD_WORDS = text(
    """
    INSERT INTO search_words (word, features)
    SELECT word, CAST(features AS integer[])
    FROM unnest(CAST(:words AS text[]), CAST(:features AS text[])) AS t(word, features)
    """
)

OUTDATED = text(
    """
    SELECT c.id FROM customers AS c LEFT JOIN customer_search AS s ON s.customer_id = c.id
    WHERE c.id > :after AND (s.customer_id IS NULL OR s.keys_version <> :keys_version
                             OR s.customer_version <> c.version)
    ORDER BY c.id LIMIT :limit
    """
)


async def read(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> list[Found]:
    """What search knows customers by; those that are not there are left out."""
    return [
        Found(
            row.id, row.version, row.kind, row.code, row.archived, row.tags,
            [(row.given_name, row.family_name, row.display_name),
             (row.given_name_other, row.family_name_other, row.display_name_other)],
            [(type_, raw, canonical) for type_, raw, canonical in row.identifiers or ()],
        )
        for row in await connection.execute(READ, {"ids": list(customer_ids)})
    ]  # fmt: skip


async def store(
    connection: AsyncConnection, rows: Sequence[Indexed], words: Iterable[str], keys_version: int
) -> list[str]:
    """Puts customers into the index in place of what was there; gives those of the words that are new to it.

    The streams of the customers are locked by the caller: nobody else is writing the same ones.
    """
    before = await connection.execute(STORED, {"ids": [row.id for row in rows]})
    stored = {found.customer_id: set(Document.keys(found.document)) for found in before}
    gone, added = [], []
    for row in rows:
        old, new = stored.get(row.id, set()), set(Document.keys(row.document))
        gone += [(key, row.id) for key in old - new]
        added += [(key, row.id) for key in new - old]
    values: dict[str, Any] = {
        "keys_version": keys_version,
        "ids": [row.id for row in rows],
        "customer_versions": [row.version for row in rows],
        "kinds": [row.kind for row in rows],
        "archived": [row.archived for row in rows],
        "tags": [_array(row.tags) for row in rows],
        "documents": [row.document for row in rows],
        "gone_keys": [key for key, _ in gone],
        "gone_ids": [customer_id for _, customer_id in gone],
        "new_keys": [key for key, _ in added],
        "new_ids": [customer_id for _, customer_id in added],
        "words": sorted(set(words)),
    }
    return list((await connection.execute(STORE, values)).scalars())


async def add_words(connection: AsyncConnection, words: Sequence[tuple[str, Sequence[int]]]) -> None:
    """Words with their features. Two transactions may add the same one: it is then there twice, and does no harm."""
    values = {
        "words": [word for word, _ in words],
        "features": ["{" + ",".join(map(str, numbers)) + "}" for _, numbers in words],
    }
    await connection.execute(ADD_WORDS, values)


async def outdated(connection: AsyncConnection, after: UUID, keys_version: int, limit: int) -> list[UUID]:
    """Customers that are not in the index as they are now, in the order of their ids."""
    values = {"after": after, "keys_version": keys_version, "limit": limit}
    return list((await connection.execute(OUTDATED, values)).scalars())


def _array(values: Iterable[str]) -> str:
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
