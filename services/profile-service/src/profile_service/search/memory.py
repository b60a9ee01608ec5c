"""What one stage of a search has read and another needs as well: how common words are, and who has all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.search import repository
from profile_service.search.domain import HIDDEN, Span, first_place, kind_key, tag_key
from profile_service.search.repository import Filters, Match, Row

__all__ = ["Memory", "Place", "filter_keys", "in_order", "span_of"]

_FEW: Final = 600
_FEW_WHOLE: Final = 50
"""So few rows are read rather than asked of the inverted index: it is fast for whole words, but has to collect
everybody who has a word that begins so."""

Groups = Sequence[Sequence[Span]]
Place = tuple[str, UUID]
"""The key and the customer seen last."""


@dataclass(slots=True)
class Memory:
    """One for a search. Groups of spans are what words stand for, a group for each."""

    connection: AsyncConnection
    _rows: dict[tuple[Span, ...], int] = field(default_factory=dict)
    _met: dict[tuple[Groups, Filters], list[Row] | None] = field(default_factory=dict)

    async def counts(self, groups: Groups, also: Groups = ()) -> list[int]:
        """How many rows each group has, up to 1,500 a span; `also` are counted on the way, to be asked for later."""
        wanted = dict.fromkeys(tuple(group) for group in (*groups, *also))
        new = [group for group in wanted if group not in self._rows]
        if new:
            self._rows |= zip(new, await repository.counts(self.connection, new), strict=True)
        return [self._rows[tuple(group)] for group in groups]

    async def met(self, groups: Groups, hits: Sequence[int], filters: Filters) -> list[Row] | None:
        """Everybody who counts and has a key in each of the groups, and some more who are to be sorted out; None if
        over a thousand. `hits` are the rows of the groups: where one has few, it is read, and nothing else."""
        rarest = min(range(len(groups)), key=hits.__getitem__)
        met = tuple(map(tuple, groups))
        everybody = self._met.get((met, Filters(archived=filters.archived)))
        if everybody is not None:
            keys = [f"{HIDDEN}{key}{HIDDEN}" for key in filter_keys(filters)]
            return [row for row in everybody if all(key in row.document for key in keys)]
        if (met, filters) not in self._met:
            few = hits[rarest] <= (_FEW if any(span.low != span.high for span in groups[rarest]) else _FEW_WHOLE)
            reading = (
                repository.under(self.connection, groups[rarest], filters)
                if few
                else repository.meeting(self.connection, groups, filters)
            )
            self._met[met, filters] = await reading
        return self._met[met, filters]


def in_order(rows: Iterable[Row], spans: Sequence[Span], match: Match, after: Place | None) -> list[Row]:
    """Those of the rows that have a key in the spans and match, as walking along the spans would give them."""
    first = ((row, first_place(row.document, spans)) for row in rows if match.allows(row))
    placed = [row._replace(span=place[0], key=place[1]) for row, place in first if place]
    if after:
        last = (span_of(spans, after), after[0], -after[1].int)
        placed = [row for row in placed if _order(row) > last]
    return sorted(placed, key=_order)


def span_of(spans: Sequence[Span], after: Place | None) -> int:
    """The span in which a page ended; the first if none did."""
    if after is None:
        return 0
    return next((at for at, span in enumerate(spans) if after[0] in span), len(spans))


def filter_keys(filters: Filters) -> list[str]:
    """The keys that customers have whom a tag and a kind let through."""
    tag = [tag_key(filters.tag)] if filters.tag else []
    return [*tag, kind_key(filters.kind)] if filters.kind else tag


def _order(row: Row) -> tuple[int, str, int]:
    return row.span, row.key, -row.customer_id.int
