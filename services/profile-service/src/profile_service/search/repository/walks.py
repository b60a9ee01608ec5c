"""Along the index of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search.domain import Span
from profile_service.search.repository.conditions import FILTERED, NEWER_THAN_ALL, Filters, Match, Row

__all__ = ["WALKED", "counts", "newest", "rarest_first", "walk"]

COUNTED: Final = 1_500
COUNTED_AMONG_COMMON: Final = 50_000
WALKED: Final = 1_000
WALKED_JOINED: Final = 10_000

COUNTS = text(
    """
    SELECT span.token, sum(found.hits) AS hits
    FROM unnest(CAST(:tokens AS integer[]), CAST(:lows AS text[]), CAST(:highs AS text[])) AS span(token, low, high)
    CROSS JOIN LATERAL (
        SELECT count(*) AS hits FROM (
            SELECT FROM search_keys WHERE key >= span.low COLLATE "C" AND key <= span.high COLLATE "C" LIMIT :limit
        ) AS counted
    ) AS found
    GROUP BY span.token
    """
)

_ALONG = """
    SELECT span.ordinal, found.key, found.customer_id
    FROM unnest(CAST(:lows AS text[]), CAST(:highs AS text[])) WITH ORDINALITY AS span(low, high, ordinal)
    CROSS JOIN LATERAL (
        SELECT key, customer_id FROM search_keys
        WHERE key >= span.low COLLATE "C" AND key <= span.high COLLATE "C"
          AND (key <> :key COLLATE "C" OR customer_id < :before)
"""

_WITH_DOCUMENTS = """
    CROSS JOIN LATERAL (
        SELECT s.document FROM customer_search AS s
        WHERE s.customer_id = k.customer_id AND {filtered} AND {matched} OFFSET 0
    ) AS s
    ORDER BY k.ordinal, k.key, k.customer_id DESC LIMIT :limit
"""

WALK = f"""
    SELECT k.ordinal - 1 AS span, k.key, k.customer_id, s.document
    FROM (
        {_ALONG} ORDER BY key, customer_id DESC LIMIT :walked) AS found
        ORDER BY span.ordinal, found.key, found.customer_id DESC LIMIT :walked
    ) AS k
    {_WITH_DOCUMENTS}
"""  # noqa: S608

WALK_JOINED = f"""
    WITH {{met}}
    SELECT k.ordinal - 1 AS span, k.key, k.customer_id, s.document
    FROM (
        {_ALONG} AND customer_id IN (SELECT customer_id FROM met_{{last}})) AS found
        ORDER BY span.ordinal, found.key, found.customer_id DESC LIMIT :walked
    ) AS k
    {_WITH_DOCUMENTS}
"""  # noqa: S608

NEWEST = text(
    f"""
    SELECT s.customer_id, s.document FROM customer_search AS s
    WHERE s.customer_id < :before AND {FILTERED}
    ORDER BY s.customer_id DESC LIMIT :limit
    """  # noqa: S608
)


async def counts(connection: AsyncConnection, spans: Sequence[Sequence[Span]], limit: int = COUNTED) -> list[int]:
    """How many rows the spans of each token hold; counting ends at `limit` per span."""
    flat = [(token, span) for token, own in enumerate(spans) for span in own]
    values = {
        "tokens": [token for token, _ in flat],
        "lows": [span.low for _, span in flat],
        "highs": [span.high for _, span in flat],
        "limit": limit,
    }
    found = {row.token: int(row.hits) for row in await connection.execute(COUNTS, values)}
    return [found.get(token, 0) for token in range(len(spans))]


async def rarest_first(connection: AsyncConnection, groups: Sequence[Sequence[Span]]) -> list[Sequence[Span]]:
    """The groups by the rows they hold: the first is hashed and the others run past it, so the order decides what
    finding those customers costs that are in all of them."""
    hits = await counts(connection, groups, COUNTED_AMONG_COMMON)
    return [groups[at] for at in sorted(range(len(groups)), key=hits.__getitem__)]


async def walk(
    connection: AsyncConnection,
    spans: Sequence[Span],
    after: tuple[str, UUID] | None,
    match: Match,
    filters: Filters,
    limit: int,
    also: Sequence[Sequence[Span]] = (),
    walked: int = WALKED,
) -> list[Row]:
    """Customers along spans in their order, within a span by key and then newest first; `after` is the row seen last.

    Only the first `walked` rows of the spans are looked at; with `also` the first ten thousand of those customers who
    are in each of these groups of spans as well, the rarest first. (Looking a document up costs ten times what joining
    a row costs.)
    """
    key, before = after or ("", NEWER_THAN_ALL)
    values = {
        **filters.values(),
        **match.values(),
        "lows": [span.low for span in spans],
        "highs": [span.high for span in spans],
        "key": key,
        "before": before,
        "walked": WALKED_JOINED if also else walked,
        "limit": limit,
    }
    for at, group in enumerate(also):
        values |= {f"lows_{at}": [span.low for span in group], f"highs_{at}": [span.high for span in group]}
    rows = await connection.execute(match.statement(WALK_JOINED if also else WALK, len(also)), values)
    return [Row(row.customer_id, row.document, row.span, row.key) for row in rows]


async def newest(connection: AsyncConnection, before: UUID | None, filters: Filters, limit: int) -> list[Row]:
    """Customers, the newest first."""
    values = {**filters.values(), "before": before or NEWER_THAN_ALL, "limit": limit}
    return [Row(row.customer_id, row.document) for row in await connection.execute(NEWEST, values)]
