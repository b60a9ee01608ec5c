"""Walking the index: the hits of one stage after the other, in an order that stays, from wherever a page ended."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search import repository
from profile_service.search.domain import Hit, Position, Span, Stage, first_place
from profile_service.search.memory import Memory, Place, filter_keys, in_order, span_of
from profile_service.search.query import Query
from profile_service.search.repository import Filters, Group, Match, Row

__all__ = ["Walk", "identified", "listed", "walked"]


_COMMON: Final = repository.WALKED
"""A word with fewer rows is read whole."""
_FIRST_LOOK: Final = 300
_LOOK: Final = 1_500
"""Rows of common words: if the first do not let expect that all fill a batch, the words seldom meet."""
_MET: Final = 4
"""Words of a long query that are asked of the inverted index; the others are looked for in the documents."""


@dataclass(slots=True)
class Walk:
    """One page in the making: who counts, where the page before ended, and how many rows are read at once; `known`
    are the customers that were found by an identifier, so that no later stage gives them again; `sparse` is set once
    the words turned out to meet seldom, however they go on, `answered` once somebody had the words that were typed."""

    memory: Memory
    filters: Filters
    start: Position | None
    batch: int
    known: list[UUID] = field(default_factory=list)
    sparse: bool = False
    answered: bool = False

    @property
    def connection(self) -> AsyncConnection:
        """What is read from."""
        return self.memory.connection

    def over(self, stage: Stage) -> bool:
        """Whether earlier pages gave all of a stage."""
        return self.start is not None and stage < self.start.stage

    @property
    def slips(self) -> bool:
        """Whether misspelled words are looked for; as on the page before."""
        if self.start is None:
            return not self.answered
        return self.start.stage is Stage.SIMILAR or (self.start.stage is Stage.MEMBER and self.start.driver > 0)

    def resumed(self, stage: Stage) -> Position | None:
        """Where the page before ended, if that was in this stage."""
        return self.start if self.start is not None and self.start.stage is stage else None


async def listed(walk: Walk) -> AsyncGenerator[Hit, None]:
    """Everybody who counts, newest first."""
    spans = [Span.of(key) for key in filter_keys(walk.filters)[:1]]
    before = walk.start.customer_id if walk.start else None
    if not spans:
        rows = await repository.newest(walk.connection, before, walk.filters, walk.batch)
    else:
        after = (spans[0].low, before) if before else None
        rows = await repository.walk(walk.connection, spans, after, walk.filters, walk.batch)
    for row in rows:
        yield Hit(row.customer_id, Position(Stage.IDENTIFIER, 0, "", row.customer_id))


async def identified(walk: Walk, canonicals: Sequence[str], code: str | None) -> AsyncGenerator[Hit, None]:
    """Customers known under an identifier or a code, newest first."""
    rows = await repository.identified(walk.connection, canonicals, code, walk.filters)
    walk.known.extend(row.customer_id for row in rows)
    if walk.over(Stage.IDENTIFIER):
        return
    before = walk.resumed(Stage.IDENTIFIER)
    walk.answered = bool(rows)
    for row in rows:
        if before is None or row.customer_id < before.customer_id:
            yield Hit(row.customer_id, Position(Stage.IDENTIFIER, 0, "", row.customer_id), row.types)


async def walked(
    walk: Walk, query: Query, stage: Stage, unwanted: Sequence[Group] = (), *, wider: Query | None = None
) -> AsyncGenerator[Hit, None]:
    """Customers that answer at a stage and did not at one before it, by the parts in `unwanted`. `wider` is the query
    of a later stage, among whose answers those of this one are: they are read once for both."""
    path = None if walk.over(stage) else await _path(walk, query, stage, unwanted, wider or query)
    if path is None:
        return
    resumed = walk.resumed(stage)
    after = (resumed.key, resumed.customer_id) if resumed else None
    while True:
        rows, after = await _next(walk, path, after)
        for row in rows:
            position = Position(stage, path.driver, row.key, row.customer_id)
            walk.answered |= stage <= Stage.INSIDE
            yield Hit(row.customer_id, position, *query.matched(row.document, stage))
        if after is None:
            return


@dataclass(frozen=True, slots=True)
class _Path:
    """Along which word customers are walked, where its rows are, whether they are many, whether whole words are looked
    for, and what else a customer must be like. `meeting` is where all the words are, `wide` the same of the query of a
    later stage, and `rows` how many those have; none where there is one word and no filter."""

    driver: int
    spans: Sequence[Span]
    common: bool
    whole: bool
    match: Match
    meeting: Sequence[Sequence[Span]] = ()
    wide: Sequence[Sequence[Span]] = ()
    rows: Sequence[int] = ()


async def _path(walk: Walk, query: Query, stage: Stage, unwanted: Sequence[Group], wider: Query) -> _Path | None:
    """None where nobody can answer."""
    paths, resumed, parts = query.paths(stage), walk.resumed(stage), query.parts(stage)
    filtered = [[Span.of(key)] for key in filter_keys(walk.filters)]
    if len(paths) == 1 and not filtered:
        return _Path(0, paths[0], True, False, Match((), unwanted, walk.known))
    wide = wider.paths(stage)
    next_ones = query.paths(Stage.BEGINNINGS) if stage is Stage.WORDS else wide
    hits = await walk.memory.counts([*paths, *filtered], next_ones)
    if min(hits) == 0:
        return None
    rarest = query.driver(stage, hits, most=repository.WALKED)
    driver = resumed.driver if resumed and 0 <= resumed.driver < len(paths) else rarest
    match = Match([each for at, each in enumerate(parts) if at != driver], unwanted, walk.known)
    rows = await walk.memory.counts(wide)
    met = sorted(range(len(paths)), key=rows.__getitem__)[:_MET]
    common, whole = hits[driver] >= _COMMON, stage is Stage.WORDS
    where, wider_where = ([each[at] for at in met] for each in (paths, wide))
    return _Path(driver, paths[driver], common, whole, match, where, wider_where, [rows[at] for at in met])


async def _next(walk: Walk, path: _Path, after: Place | None) -> tuple[list[Row], Place | None]:
    """A batch, and where it ended if there may be more. Common words that meet often fill it from their first rows;
    otherwise all who have the words are read, and sorted as if they had been walked along."""
    if not path.meeting:
        return await _look(walk, path, after, repository.WALKED)
    if path.common and not walk.sparse:
        rows, last = await _look(walk, path, after, _LOOK)
        if last:
            return rows, last
        walk.sparse = not path.whole or not rows
    met = await walk.memory.met(path.wide, path.rows, walk.filters)
    if met is None:
        return await _look(walk, path, after, repository.WALKED_MEETING, path.meeting)
    return in_order(met, path.spans, path.match, after), None


async def _look(
    walk: Walk, path: _Path, after: Place | None, most: int, meeting: Sequence[Sequence[Span]] = ()
) -> tuple[list[Row], Place | None]:
    """Those who match among the next rows of the spans, and the row seen last if there are at least a batch of them.
    More rows are read only while that is to be expected."""
    found: list[Row] = []
    seen, limit = 0, _FIRST_LOOK if path.match.wanted else 2 * walk.batch
    while seen < most:
        first = span_of(path.spans, after)
        spans = list(path.spans[first:])
        if after and spans:
            spans[0] = Span(max(spans[0].low, after[0]), spans[0].high)
        rows = await repository.walk(walk.connection, spans, after, walk.filters, limit, most - seen, meeting)
        placed = (row._replace(span=first + row.span) for row in rows)
        found += [row for row in placed if path.match.allows(row) and _is_first(row, path.spans)]
        if len(rows) < limit:
            break
        after = (rows[-1].key, rows[-1].customer_id)
        if len(found) >= walk.batch:
            return found, after
        seen += len(rows)
        limit = most - seen
        if path.match.wanted and not meeting:
            limit = seen * walk.batch * 5 // (4 * len(found)) - seen if found else most
        if limit > most - seen:
            break
    return found, None


def _is_first(row: Row, spans: Sequence[Span]) -> bool:
    return first_place(row.document, spans) == (row.span, row.key)
