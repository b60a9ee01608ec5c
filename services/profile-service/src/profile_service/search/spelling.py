"""A query with the words that may have been meant beside those that were typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search import repository
from profile_service.search.query import Query, Token
from profile_service.search.words import MOST, inside_features, similar, similar_features

__all__ = ["with_similar", "with_words_inside"]

_SHORTEST_PART: Final = 3
_COMMON: Final = 500
_MOST_TOKENS: Final = 5
"""A longer query is taken by its word."""


async def with_words_inside(connection: AsyncConnection, query: Query) -> Query:
    """With names that hold a typed word, as `علیرضا` holds `رضا`."""

    async def words(token: Token) -> list[str]:
        if len(token.text) < _SHORTEST_PART:
            return []
        return await repository.words_inside(connection, token.text, inside_features(token.text), MOST)

    return await _expanded(query, words)


async def with_similar(connection: AsyncConnection, query: Query, borne: Sequence[int] | None) -> Query:
    """With names that sound like a typed word in either script and, where it is told how many rows each word has,
    those it may be a slip for: but a word that hundreds bear is none."""
    slips = borne is not None
    rows = dict(zip((token.text for token in query.tokens), borne or [0] * len(query.tokens), strict=True))

    async def words(token: Token) -> list[str]:
        slip = slips and rows[token.text] < _COMMON
        wanted = similar_features(token.text, slips=slip)
        return similar(token.text, await repository.similar_words(connection, wanted), slips=slip) if wanted else []

    expanded = await _expanded(query, words)
    unknown = {text for text, each in rows.items() if slips and not each}
    return Query(tuple(replace(each, unknown=bool(each.others) and each.text in unknown) for each in expanded.tokens))


async def _expanded(query: Query, words: Callable[[Token], Awaitable[list[str]]]) -> Query:
    if len(query.tokens) > _MOST_TOKENS:
        return query
    tokens = []
    for token in query.tokens:
        others = [] if token.is_number else await words(token)
        tokens.append(replace(token, others=tuple(dict.fromkeys((*token.others, *others)))))
    return Query(tuple(tokens))
