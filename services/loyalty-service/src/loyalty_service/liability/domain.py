"""What a programme owes, in points. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

__all__ = ["Amount", "Liability", "Owed", "by_month"]


@dataclass(frozen=True, slots=True)
class Amount:
    """Points that can be spent (`available`), that are set aside for a reward (`reserved`), that wait (`pending`)."""

    available: int = 0
    reserved: int = 0
    pending: int = 0

    @property
    def outstanding(self) -> int:
        """What members could claim today."""
        return self.available + self.reserved

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.available + other.available, self.reserved + other.reserved, self.pending + other.pending)


@dataclass(frozen=True, slots=True)
class Owed:
    """Points that are good until the end of a day of the programme's zone; None = for ever."""

    day: date | None
    amount: Amount


@dataclass(frozen=True, slots=True)
class Liability:
    """`total` is the sum over `months` and `never`. `debt` is what members with less than nothing owe the programme:
    what all balances add up to is `total.available - debt`."""

    members: int
    debt: int
    total: Amount = field(default_factory=Amount)
    months: dict[str, Amount] = field(default_factory=dict)
    never: Amount = field(default_factory=Amount)


def by_month(members: int, debt: int, owed: Iterable[Owed], month_of: Callable[[date], str]) -> Liability:
    """The days put together into months, which `month_of` names so that they sort by time."""
    months: defaultdict[str, Amount] = defaultdict(Amount)
    never, total = Amount(), Amount()
    for each in owed:
        total += each.amount
        if each.day is None:
            never += each.amount
        else:
            months[month_of(each.day)] += each.amount
    return Liability(members, debt, total, dict(sorted(months.items())), never)
