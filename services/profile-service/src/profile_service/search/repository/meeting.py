"""Customers in whom words meet, by the inverted index: it tells who has all of them in a time that does not grow with
how common each of them is, but it knows no order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search.domain import LAST, Span, kind_key
from profile_service.search.repository.conditions import FILTERED, Filters, Row

__all__ = ["MEET", "meeting", "words_of_all"]

MEETING_AT_MOST: Final = 1_000

MEET: Final = r"""
    array_to_tsvector(array_remove(string_to_array(split_part(s.document, e'\x1e', 1) || '@' || s.kind, e'\x1f'), ''))
    @@ CAST(CAST(:words AS text) AS tsquery)
"""

# Materialised, so that the plan does not count on finding the first few soon in the whole table.
MEETING = text(
    f"""
    WITH met AS MATERIALIZED (
        SELECT s.customer_id, s.document FROM customer_search AS s WHERE {MEET} AND {FILTERED}
    )
    SELECT customer_id, document FROM met LIMIT :limit
    """  # noqa: S608
)


async def meeting(connection: AsyncConnection, groups: Sequence[Sequence[Span]], filters: Filters) -> list[Row] | None:
    """Everybody who has a key in each of the groups of spans (a span is a key or a beginning of keys), in no order;
    None where they are more than a thousand. May give some more: of a span that leaves out its first key, all."""
    values = {**filters.values(), "words": words_of_all(groups, filters.kind), "limit": MEETING_AT_MOST + 1}
    rows = [Row(*row) for row in (await connection.execute(MEETING, values)).all()]
    return rows if len(rows) <= MEETING_AT_MOST else None


def words_of_all(groups: Sequence[Sequence[Span]], kind: str | None = None) -> str:
    """The query as PostgreSQL writes it. Keys hold letters and digits only: those of names, e-mails, phones, codes.

    >>> words_of_all([[Span.of("1sara"), Span.of("4sara")], [Span("1reza0", "1reza" + LAST)]], "person")
    "('1sara'|'4sara')&('1reza':*)&('@person')"
    """
    kinds = [[Span.of(kind_key(kind))]] if kind else []
    return "&".join("(" + "|".join(_word(span) for span in group) + ")" for group in (*groups, *kinds))


def _word(span: Span) -> str:
    if span.low == span.high:
        return f"'{span.low}'"
    return f"'{span.high.removesuffix(LAST)}':*"
