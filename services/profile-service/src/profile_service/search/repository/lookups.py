"""By an identifier, by an organisation, and in the dictionary of names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search.repository.conditions import FILTERED, NEWER_THAN_ALL, Filters, Row

__all__ = ["identified", "members", "similar_words", "words_inside"]

WORDS: Final = 2_000
IDENTIFIED_AT_MOST: Final = 200

IDENTIFIED = text(
    f"""
    SELECT s.customer_id, s.document, array_agg(DISTINCT found.type) AS types
    FROM (
        SELECT customer_id, type FROM identifiers WHERE canonical = ANY(CAST(:canonicals AS text[]))
        UNION ALL
        SELECT customer_id, 'code' FROM search_keys WHERE key = CAST(:code AS text) COLLATE "C"
    ) AS found
    JOIN customer_search AS s ON s.customer_id = found.customer_id
    WHERE {FILTERED}
    GROUP BY s.customer_id ORDER BY s.customer_id DESC LIMIT :limit
    """  # noqa: S608
)

MEMBERS = text(
    f"""
    SELECT DISTINCT s.customer_id, s.document FROM memberships AS m
    JOIN customer_search AS s ON s.customer_id = m.person_id
    WHERE m.organization_id = ANY(CAST(:organizations AS uuid[])) AND m.ended_at IS NULL
      AND s.customer_id < :before AND {FILTERED}
    ORDER BY s.customer_id DESC LIMIT :limit
    """  # noqa: S608
)

WORDS_INSIDE = text(
    """
    SELECT DISTINCT word, length(word) FROM search_words
    WHERE features @> CAST(:features AS integer[]) AND strpos(word, :part) > 1
    ORDER BY length(word), word LIMIT :limit
    """
)

SIMILAR_WORDS = text("SELECT word FROM search_words WHERE features && CAST(:features AS integer[]) LIMIT :limit")


async def identified(
    connection: AsyncConnection, canonicals: Iterable[str], code: str | None, filters: Filters
) -> list[Row]:
    """Customers with such an identifier, of whatever type, or with this key of a code; newest first, at most 200."""
    values = {**filters.values(), "canonicals": sorted(set(canonicals)), "code": code, "limit": IDENTIFIED_AT_MOST}
    return [
        Row(row.customer_id, row.document, types=tuple(row.types))
        for row in await connection.execute(IDENTIFIED, values)
    ]


async def members(
    connection: AsyncConnection,
    organizations: Sequence[UUID],
    before: UUID | None,
    filters: Filters,
    limit: int,
) -> list[Row]:
    """Present members of organisations, newest first."""
    values = {
        **filters.values(),
        "organizations": list(organizations),
        "before": before or NEWER_THAN_ALL,
        "limit": limit,
    }
    return [Row(row.customer_id, row.document) for row in await connection.execute(MEMBERS, values)]


async def words_inside(connection: AsyncConnection, part: str, features: Sequence[int], limit: int) -> list[str]:
    """Words that hold a part, but do not begin with it; the shortest first."""
    values = {"features": list(features), "part": part, "limit": limit}
    return list((await connection.execute(WORDS_INSIDE, values)).scalars())


async def similar_words(connection: AsyncConnection, features: Sequence[int]) -> list[str]:
    """Words with at least one of the features, at most two thousand."""
    return list((await connection.execute(SIMILAR_WORDS, {"features": list(features), "limit": WORDS})).scalars())
