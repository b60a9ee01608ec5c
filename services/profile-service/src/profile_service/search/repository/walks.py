"""Along the index of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search.domain import Span
from profile_service.search.repository.conditions import FILTERED, NEWER_THAN_ALL, Filters, Row
from profile_service.search.repository.meeting import MEET, words_of_all

__all__ = ["WALKED", "WALKED_MEETING", "counts", "newest", "under", "walk"]

COUNTED: Final = 1_500
WALKED: Final = 1_000
WALKED_MEETING: Final = 10_000

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

_WITH_DOCUMENTS = f"""
    CROSS JOIN LATERAL (
        SELECT s.document FROM customer_search AS s
        WHERE s.customer_id = k.customer_id AND {FILTERED} OFFSET 0
    ) AS s
    ORDER BY k.ordinal, k.key, k.customer_id DESC LIMIT :limit
"""  # noqa: S608

WALK = text(f"""
    SELECT k.customer_id, s.document, CAST(k.ordinal - 1 AS integer) AS span, k.key
    FROM (
        {_ALONG} ORDER BY key, customer_id DESC LIMIT :walked) AS found
        ORDER BY span.ordinal, found.key, found.customer_id DESC LIMIT :walked
    ) AS k
    {_WITH_DOCUMENTS}
""")  # noqa: S608

WALK_MEETING = text(f"""
    WITH met AS MATERIALIZED (
        SELECT s.customer_id FROM customer_search AS s WHERE {MEET} AND {FILTERED}
    )
    SELECT k.customer_id, s.document, CAST(k.ordinal - 1 AS integer) AS span, k.key
    FROM (
        {_ALONG} AND customer_id IN (SELECT customer_id FROM met)) AS found
        ORDER BY span.ordinal, found.key, found.customer_id DESC LIMIT :walked
    ) AS k
    {_WITH_DOCUMENTS}
""")  # noqa: S608

UNDER = text(
    f"""
    SELECT k.customer_id, s.document
    FROM (
        SELECT DISTINCT found.customer_id
        FROM unnest(CAST(:lows AS text[]), CAST(:highs AS text[])) AS span(low, high)
        CROSS JOIN LATERAL (
            SELECT customer_id FROM search_keys
            WHERE key >= span.low COLLATE "C" AND key <= span.high COLLATE "C" OFFSET 0
        ) AS found
    ) AS k
    CROSS JOIN LATERAL (
        SELECT s.document FROM customer_search AS s WHERE s.customer_id = k.customer_id AND {FILTERED} OFFSET 0
    ) AS s
    """  # noqa: S608
)

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


async def walk(
    connection: AsyncConnection,
    spans: Sequence[Span],
    after: tuple[str, UUID] | None,
    filters: Filters,
    limit: int,
    walked: int = WALKED,
    meeting: Sequence[Sequence[Span]] = (),
) -> list[Row]:
    """Customers along spans in their order, within a span by key and then newest first; `after` is the row seen last.

    Only the first `walked` rows of the spans are looked at; with `meeting` those of customers who have a key in each
    of these groups of spans.
    """
    key, before = after or ("", NEWER_THAN_ALL)
    values = {
        **filters.values(),
        "lows": [span.low for span in spans],
        "highs": [span.high for span in spans],
        "key": key,
        "before": before,
        "walked": walked,
        "limit": limit,
    }
    if meeting:
        values["words"] = words_of_all(meeting, filters.kind)
    rows = await connection.execute(WALK_MEETING if meeting else WALK, values)
    return [Row(*row) for row in rows.all()]


async def under(connection: AsyncConnection, spans: Sequence[Span], filters: Filters) -> list[Row]:
    """All customers that have a key in one of the spans, in no order."""
    values = {**filters.values(), "lows": [span.low for span in spans], "highs": [span.high for span in spans]}
    return [Row(*row) for row in (await connection.execute(UNDER, values)).all()]


async def newest(connection: AsyncConnection, before: UUID | None, filters: Filters, limit: int) -> list[Row]:
    """Customers, the newest first."""
    values = {**filters.values(), "before": before or NEWER_THAN_ALL, "limit": limit}
    return [Row(row.customer_id, row.document) for row in await connection.execute(NEWEST, values)]
