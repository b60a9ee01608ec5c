"""How a family stands in a programme, put together from its members. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

__all__ = ["EXPIRING", "Expiring", "Holding", "Standing", "together"]

EXPIRING: Final = 24
"""At how many moments at most a standing tells what lapses."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that lapse at a moment (UTC)."""

    at: datetime
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One member at a moment, whatever a sweep has booked by then: `live` points could be spent, `waiting` ones will
    be, `overdue` ones became available and lapsed with nobody booking either. `expiring` has the next moments, soonest
    first."""

    program_id: UUID
    program_code: str
    enrolled_at: datetime
    live: int
    waiting: int
    overdue: int
    reserved: int
    debt: int
    lifetime: int
    expiring: tuple[Expiring, ...]

    @property
    def available(self) -> int:
        """What is to be spent; below zero by what is left of a debt once all that became available has paid for it."""
        return self.live - self._owed

    @property
    def lapsing(self) -> Iterator[Expiring]:
        """`expiring` without what pays a debt: a debtor's live points have all just become available, and those that
        did so first pay first, which are those that lapse first."""
        owed = self._owed
        for each in self.expiring:
            paid = min(owed, each.points)
            owed -= paid
            if paid < each.points:
                yield Expiring(each.at, each.points - paid)

    @property
    def _owed(self) -> int:
        return max(0, self.debt - self.overdue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A family in a programme; `enrolled_at` is when the first of them joined."""

    program_id: UUID
    program_code: str
    enrolled_at: datetime
    available: int
    pending: int
    reserved: int
    lifetime: int
    expiring: tuple[Expiring, ...]


def together(holdings: Iterable[Holding]) -> list[Standing]:
    """The standings of one family, the programme that was joined first at the head."""
    programs: defaultdict[UUID, list[Holding]] = defaultdict(list)
    for holding in holdings:
        programs[holding.program_id].append(holding)
    standings = [_standing(members) for members in programs.values()]
    return sorted(standings, key=lambda one: (one.enrolled_at, one.program_id))


def _standing(members: list[Holding]) -> Standing:
    return Standing(
        program_id=members[0].program_id,
        program_code=members[0].program_code,
        enrolled_at=min(member.enrolled_at for member in members),
        available=sum(member.available for member in members),
        pending=sum(member.waiting for member in members),
        reserved=sum(member.reserved for member in members),
        lifetime=sum(member.lifetime for member in members),
        expiring=_summed(each for member in members for each in member.lapsing),
    )


def _summed(parts: Iterable[Expiring]) -> tuple[Expiring, ...]:
    """The soonest of all members' are among the soonest of each, so their sums are whole."""
    points: defaultdict[datetime, int] = defaultdict(int)
    for each in parts:
        points[each.at] += each.points
    return tuple(Expiring(at, points[at]) for at in sorted(points)[:EXPIRING])
