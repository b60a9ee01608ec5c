"""What a customer must be like, as parts of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text

__all__ = ["FILTERED", "NEWER_THAN_ALL", "Filters", "Group", "Match", "Row"]

Group = Sequence[Sequence[str]]

NEWER_THAN_ALL: Final = UUID(int=2**128 - 1)

FILTERED = """
    (CAST(:kind AS text) IS NULL OR s.kind = :kind) AND (CAST(:tag AS text) IS NULL OR :tag = ANY(s.tags))
    AND (CAST(:archived AS boolean) OR NOT s.archived)
"""

MET = """
    met_{at} AS MATERIALIZED (
        SELECT found.customer_id
        FROM unnest(CAST(:lows_{at} AS text[]), CAST(:highs_{at} AS text[])) AS t(low, high)
        CROSS JOIN LATERAL (
            SELECT customer_id FROM search_keys
            WHERE key >= t.low COLLATE "C" AND key <= t.high COLLATE "C" {also} OFFSET 0
        ) AS found
    )
    """

ALSO_IN = "AND customer_id IN (SELECT customer_id FROM met_{before})"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which customers count; `tag` is normalised, None stands for any."""

    kind: str | None = None
    tag: str | None = None
    archived: bool = False

    def values(self) -> dict[str, Any]:
        """The parameters."""
        return {"kind": self.kind, "tag": self.tag, "archived": self.archived}


@dataclass(frozen=True, slots=True)
class Match:
    """What a document must be like. A group of lists of patterns is met by one pattern of each list: `wanted` must be
    met, none of the groups of `unwanted` may. `known` are customers that do not count."""

    wanted: Group = ()
    unwanted: Sequence[Group] = ()
    known: Sequence[UUID] = ()

    def values(self) -> dict[str, Any]:
        """The parameters."""
        groups = (self.wanted, *self.unwanted)
        patterns = {f"like_{at}_{nth}": list(each) for at, group in enumerate(groups) for nth, each in enumerate(group)}
        return {**patterns, "known": list(self.known)}

    def statement(self, template: str, sets: int = 0) -> TextClause:
        """The statement with as many conditions as there are lists."""
        return _with_conditions(template, (len(self.wanted), *map(len, self.unwanted)), sets)


@lru_cache(maxsize=256)
def _with_conditions(template: str, groups: tuple[int, ...], sets: int) -> TextClause:
    wanted, *unwanted = (_group(at, size) for at, size in enumerate(groups))
    conditions = ["s.customer_id <> ALL(CAST(:known AS uuid[]))", wanted, *(f"NOT ({each})" for each in unwanted)]
    return text(
        template.format(
            met=", ".join(MET.format(at=at, also=ALSO_IN.format(before=at - 1) if at else "") for at in range(sets)),
            last=sets - 1,
            filtered=FILTERED,
            matched=" AND ".join(conditions),
        )
    )


def _group(at: int, size: int) -> str:
    likes = [f"s.document LIKE ANY(CAST(:like_{at}_{nth} AS text[]))" for nth in range(size)]
    return " AND ".join(likes) or "true"


@dataclass(frozen=True, slots=True)
class Row:
    """A customer seen while walking along spans: in which of them, and under which key."""

    customer_id: UUID
    document: str
    span: int = 0
    key: str = ""
    types: tuple[str, ...] = ()
