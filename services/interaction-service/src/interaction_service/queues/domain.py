"""Who works on which cases, and who is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["STRATEGIES", "Queue", "least_busy", "round_robin"]

STRATEGIES: Final = ("round_robin", "least_busy", "relationship_owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`members` are agents in the order of their turns; `turn` counts the turns that were taken. Cases that open in the
    queue are assigned by `strategy`, by hand where it is `manual`. `calendar` is the code of its working hours."""

    code: str
    name: str
    members: tuple[str, ...]
    strategy: str
    calendar: str | None
    turn: int
    version: int


def round_robin(members: Sequence[str], turn: int) -> str:
    """Whose turn it is: after n × len(members) turns everybody has had n."""
    return members[turn % len(members)]


def least_busy(members: Sequence[str], loads: Mapping[str, int]) -> str:
    """The member with the fewest open cases; of equals the one who stands first."""
    return min(members, key=lambda member: loads.get(member, 0))
