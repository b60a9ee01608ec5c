"""Walking the index: the hits of one stage after the other, in an order that stays, from wherever a page ended."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search import repository
from profile_service.search.domain import Hit, Position, Span, Stage, is_first_place, kind_key, tag_key
from profile_service.search.query import Query
from profile_service.search.repository import Filters, Group, Match, Row

__all__ = ["Walk", "identified", "listed", "walked"]


_FIRST_LOOK: Final = 300
"""Rows of common words: if these do not fill a batch, the words seldom meet."""


@dataclass(slots=True)
class Walk:
    """One page in the making: who counts, where the page before ended, and how many rows are read at once; `known`
    are the customers that were found by an identifier, so that no later stage gives them again; `sparse` is set once
    the words turned out to meet seldom, `answered` once somebody had the words that were typed."""

    connection: AsyncConnection
    filters: Filters
    start: Position | None
    batch: int
    known: list[UUID] = field(default_factory=list)
    sparse: bool = False
    answered: bool = False

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
    spans = [Span.of(key) for key in _filter_keys(walk.filters)[:1]]
    before = walk.start.customer_id if walk.start else None
    if not spans:
        rows = await repository.newest(walk.connection, before, walk.filters, walk.batch)
    else:
        after = (spans[0].low, before) if before else None
        rows = await repository.walk(walk.connection, spans, after, Match(), walk.filters, walk.batch)
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


async def walked(walk: Walk, query: Query, stage: Stage, unwanted: Sequence[Group] = ()) -> AsyncGenerator[Hit, None]:
    """Customers that answer at a stage and did not at one before it, the patterns of which are `unwanted`."""
    if walk.over(stage):
        return
    paths, resumed = query.paths(stage), walk.resumed(stage)
    groups = [*paths, *([Span.of(key)] for key in _filter_keys(walk.filters))]
    hits = await repository.counts(walk.connection, groups) if len(groups) > 1 else [0]
    if min(hits) == 0 and len(groups) > 1:
        return
    rarest = query.driver(stage, hits, most=repository.WALKED)
    driver = resumed.driver if resumed and 0 <= resumed.driver < len(paths) else rarest
    others = [each for at, each in enumerate(query.patterns(stage)) if at != driver]
    joined = groups if len(groups) > 1 and hits[driver] >= repository.WALKED else ()
    path = _Path(paths[driver], Match(others, unwanted, walk.known), joined)
    after = (resumed.key, resumed.customer_id) if resumed else None
    while True:
        rows, more = await _next(walk, path, after)
        for row in rows:
            if is_first_place(row.document, path.spans, row.span, row.key):
                position = Position(stage, driver, row.key, row.customer_id)
                walk.answered |= stage <= Stage.INSIDE
                yield Hit(row.customer_id, position, *query.matched(row.document, stage))
        if not more:
            return
        after = (rows[-1].key, rows[-1].customer_id)


@dataclass(slots=True)
class _Path:
    """What is walked along, and all groups of spans that a customer must be in, where they may have to be joined;
    `ranked` are these once they were counted."""

    spans: Sequence[Span]
    match: Match
    groups: Sequence[Sequence[Span]]
    ranked: Sequence[Sequence[Span]] = ()


async def _next(walk: Walk, path: _Path, after: tuple[str, UUID] | None) -> tuple[list[Row], bool]:
    """A batch, and whether there may be more. Common words that meet often fill it from their first rows; where they
    seldom meet, whole groups are joined."""
    first = _span_of(path.spans, after)
    spans = path.spans[first:]
    look = partial(repository.walk, walk.connection, spans, after, path.match, walk.filters, walk.batch)
    rows: list[Row] = []
    if not (walk.sparse and path.groups):
        rows = await look(walked=_FIRST_LOOK if path.groups else repository.WALKED)
    if len(rows) < walk.batch and path.groups:
        walk.sparse = True
        rows = await look(also=await _ranked(walk, path))
    return [replace(row, span=first + row.span) for row in rows], len(rows) == walk.batch


async def _ranked(walk: Walk, path: _Path) -> Sequence[Sequence[Span]]:
    """The groups to join, the rarest first; that of the path itself is walked anyway, and left out unless it is it."""
    path.ranked = path.ranked or await repository.rarest_first(walk.connection, path.groups)
    return [group for at, group in enumerate(path.ranked) if at == 0 or group is not path.spans]


def _span_of(spans: Sequence[Span], after: tuple[str, UUID] | None) -> int:
    if after is None:
        return 0
    return next((at for at, span in enumerate(spans) if after[0] in span), len(spans))


def _filter_keys(filters: Filters) -> list[str]:
    tag = [tag_key(filters.tag)] if filters.tag else []
    return [*tag, kind_key(filters.kind)] if filters.kind else tag
