"""The use case of search: stage after stage, each bounded, until a page is full.

A stage has one *driver*: the word of the query with the fewest rows. Its rows are walked in the order of the index, and
the other words are looked for in each document on the way: a page of a common name is its first rows. Where words
seldom meet, those in whom they do are read once, and every later stage is sorted from them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Paging, cut_page, decode_cursor
from hamdel.text import normalise
from profile_service.customers.domain import Customer
from profile_service.merges.reading import shown_many
from profile_service.search import repository
from profile_service.search.domain import Hit, Position, Stage
from profile_service.search.memory import Memory
from profile_service.search.query import Query, matched_fields
from profile_service.search.repository import Filters, Group, Match
from profile_service.search.spelling import with_similar, with_words_inside
from profile_service.search.walking import Walk, identified, listed, walked

__all__ = ["Answer", "Wish", "find"]

_ORGANIZATIONS: Final = 20
_MEMBERS: Final = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: words (None lists everybody), the forms they would have as identifiers, a code, and who
    counts."""

    query: Query | None
    canonicals: Sequence[str]
    code: str | None
    filters: Filters


@dataclass(frozen=True, slots=True)
class Answer:
    """A customer, how well it answers (0…1; None in a mere list), and the fields in which it does."""

    customer: Customer
    score: float | None
    matched: Sequence[str]


async def find(connection: AsyncConnection, wish: Wish, paging: Paging) -> tuple[list[Answer], str | None]:
    """A page of customers, the best first, and the cursor of the next page. Raises Malformed `bad-cursor`."""
    decoded = decode_cursor(paging.cursor, Stage, int, str, UUID)
    start = Position(*decoded) if decoded else None
    found: list[Hit] = []
    async with aclosing(_hits(connection, wish, start, paging.limit + 1)) as hits:
        async for hit in hits:
            found.append(hit)
            if len(found) > paging.limit:
                break
    page, cursor = cut_page(found, paging.limit, lambda row: row.position.keys())
    return await _answers(connection, page, scored=wish.query is not None), cursor


def _hits(connection: AsyncConnection, wish: Wish, start: Position | None, batch: int) -> AsyncGenerator[Hit, None]:
    walk = Walk(Memory(connection), wish.filters, start, batch)
    if wish.query is None:
        return listed(walk)
    return _searched(walk, wish, wish.query)


async def _searched(walk: Walk, wish: Wish, query: Query) -> AsyncGenerator[Hit, None]:
    if not query.tokens:
        return
    async for hit in identified(walk, wish.canonicals, wish.code):
        yield hit
    async for hit in walked(walk, query, Stage.WHOLE_NAME):
        yield hit
    async for hit in walked(walk, query, Stage.WORDS, [query.parts(Stage.WHOLE_NAME)]):
        yield hit
    async for hit in _by_parts(walk, query):
        yield hit


async def _by_parts(walk: Walk, query: Query) -> AsyncGenerator[Hit, None]:
    """Where not all of the words are there as they were typed: they are beginnings, or written as one, or inside."""
    several = len(query.tokens) > 1 and not walk.known
    inside = await with_words_inside(walk.connection, query) if several else query
    async for hit in walked(walk, query, Stage.BEGINNINGS, [query.parts(Stage.WORDS)], wider=inside):
        yield hit
    if walk.known:
        return
    better = [query.parts(Stage.BEGINNINGS)]
    if query.joined:
        async for hit in walked(walk, query.joined, Stage.JOINED, better):
            yield hit
        better.append(query.joined.parts(Stage.JOINED))
    if not several:
        inside = await with_words_inside(walk.connection, query)
    if inside != query:
        async for hit in walked(walk, inside, Stage.INSIDE, better):
            yield hit
    async for hit in _meant(walk, inside, [inside.parts(Stage.INSIDE), *better[1:]]):
        yield hit


async def _meant(walk: Walk, query: Query, better: list[Group]) -> AsyncGenerator[Hit, None]:
    """Who may have been meant: slips are looked for only where nobody has answered."""
    slips = walk.slips
    borne = await walk.memory.counts(query.paths(Stage.WORDS)) if slips else None
    similar = await with_similar(walk.connection, query, borne)
    if similar != query:
        stage = Stage.SIMILAR if slips else Stage.SOUND
        async for hit in walked(walk, similar, stage, better):
            yield hit
    async for hit in _members(walk, query, [similar.parts(Stage.SIMILAR), *better[1:]]):
        yield hit


async def _members(walk: Walk, query: Query, better: Sequence[Group]) -> AsyncGenerator[Hit, None]:
    """People who belong to an organisation of that name, as it is called now."""
    if walk.filters.kind not in (None, "person"):
        return
    organizations = await _organizations(walk, query)
    if not organizations:
        return
    resumed = walk.resumed(Stage.MEMBER)
    match = Match((), better, walk.known)
    before = resumed.customer_id if resumed else None
    while True:
        rows = await repository.members(walk.connection, organizations, before, walk.filters, _MEMBERS)
        for row in filter(match.allows, rows):
            position = Position(Stage.MEMBER, int(walk.slips), "", row.customer_id)
            yield Hit(row.customer_id, position, ("organization",))
        if len(rows) < _MEMBERS:
            return
        before = rows[-1].customer_id


async def _organizations(walk: Walk, query: Query) -> list[UUID]:
    own = Walk(walk.memory, Filters(kind="organization"), None, _ORGANIZATIONS, sparse=walk.sparse)
    found: list[UUID] = []
    # The stage of joined words looks for whole words and beginnings at once.
    async with aclosing(walked(own, query, Stage.JOINED)) as hits:
        async for hit in hits:
            found.append(hit.customer_id)
            if len(found) == _ORGANIZATIONS:
                break
    return found


async def _answers(connection: AsyncConnection, hits: Sequence[Hit], *, scored: bool) -> list[Answer]:
    """The one place where ids become customers. Merged ones are one answer, so a page may be shorter than asked."""
    found = await shown_many(connection, [hit.customer_id for hit in hits])
    first: dict[UUID, Answer] = {}
    for hit in hits:
        customer = found.get(hit.customer_id)
        if customer is not None and customer.id not in first:
            score = hit.position.stage.score if scored else None
            first[customer.id] = Answer(customer, score, _matched(hit, customer))
    return list(first.values())


def _matched(hit: Hit, customer: Customer) -> list[str]:
    name = customer.document["name"]
    main = [normalise(part) for field, part in name.items() if field != "other_script" and part]
    return matched_fields(hit, main)
