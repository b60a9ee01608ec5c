"""What a customer must be like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

__all__ = ["FILTERED", "NEWER_THAN_ALL", "Filters", "Group", "Match", "Row"]

Group = Sequence[Sequence[str]]

NEWER_THAN_ALL: Final = UUID(int=2**128 - 1)

FILTERED = """
    (CAST(:kind AS text) IS NULL OR s.kind = :kind) AND (CAST(:tag AS text) IS NULL OR :tag = ANY(s.tags))
    AND (CAST(:archived AS boolean) OR NOT s.archived)
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which customers count; `tag` is normalised, None stands for any."""

    kind: str | None = None
    tag: str | None = None
    archived: bool = False

    def values(self) -> dict[str, Any]:
        """The parameters."""
        return {"kind": self.kind, "tag": self.tag, "archived": self.archived}


class Row(NamedTuple):
    """A customer seen while walking along spans: in which of them, and under which key."""

    customer_id: UUID
    document: str
    span: int = 0
    key: str = ""
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What a document must be like. A group of lists of parts is met by one part of each list: `wanted` must be met,
    none of the groups of `unwanted` may. `known` are customers that do not count.

    Compared here and not by `LIKE`, which takes twenty times as long for the dozens of words that may have been meant.
    """

    wanted: Group = ()
    unwanted: Sequence[Group] = ()
    known: Sequence[UUID] = ()

    def allows(self, row: Row) -> bool:
        """Whether a customer is like that."""
        return (
            row.customer_id not in self.known
            and _meets(row.document, self.wanted)
            and not any(_meets(row.document, group) for group in self.unwanted)
        )


def _meets(document: str, group: Group) -> bool:
    for parts in group:
        for part in parts:
            if part in document:
                break
        else:
            return False
    return True
