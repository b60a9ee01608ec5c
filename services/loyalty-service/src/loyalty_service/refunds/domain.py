"""How many points a purchase keeps when money goes back or its total was recorded wrong. Exact; points are integers.

What a rule gave is kept in proportion to the money that stays: `floor(earned × (total − refunded) / total)`. It is
reckoned from the sum of all refunds, never from the single one, so that two refunds of 20 % are one of 40 % and a whole
refund leaves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

__all__ = ["Money", "Share", "Split", "after_refund", "as_if_earned", "is_visit", "kept", "kept_of", "split"]


class Money(NamedTuple):
    """What a purchase cost, and how much of it was given back so far; in one currency, both never below zero."""

    total: Decimal
    refunded: Decimal

    @property
    def net(self) -> Decimal:
        """What was paid in the end."""
        return self.total - self.refunded


@dataclass(frozen=True, slots=True)
class Share:
    """What one rule gave for a purchase, and how much of that no longer counts."""

    code: str
    earned: int
    reversed: int

    @property
    def kept(self) -> int:
        """What still counts."""
        return self.earned - self.reversed


class Split(NamedTuple):
    """Of points that are owed: how many lapsed on their own, and how many are to be taken."""

    lapsed: int
    taken: int


def kept(earned: int, money: Money) -> int:
    """How many of the points stay. A purchase that cost nothing keeps all: nothing can be given back of it.

    >>> kept(100, Money(Decimal("99.99"), Decimal("33.33")))
    66
    """
    if money.total <= 0:
        return earned
    net = max(money.net, Decimal(0))
    return int(earned * Fraction(net) // Fraction(money.total))


def kept_of(shares: Sequence[Share]) -> int:
    """What still counts of all the rules gave."""
    return sum(share.kept for share in shares)


def after_refund(shares: Sequence[Share], money: Money) -> list[Share]:
    """The shares once so much money went back."""
    return [Share(one.code, one.earned, one.earned - kept(one.earned, money)) for one in shares]


def as_if_earned(shares: Sequence[Share], earned: Mapping[str, int], money: Money) -> list[Share]:
    """The shares as they would stand if the rules had given `earned` in the first place; rules that give something only
    now come last."""
    codes = dict.fromkeys([*(one.code for one in shares), *earned])
    return after_refund([Share(code, earned.get(code, 0), 0) for code in codes], money)


def split(owed: int, lapsed: int, lapsed_before: int) -> Split:
    """Points of the purchase that lapsed count as given back first, each once; `lapsed_before` were counted already.

    >>> split(50, 40, 0), split(50, 40, 40)
    (Split(lapsed=40, taken=10), Split(lapsed=0, taken=50))
    """
    counted = min(owed, max(lapsed - lapsed_before, 0))
    return Split(counted, owed - counted)


def is_visit(money: Money) -> bool:
    """Whether a purchase still counts as one: not after all of its money went back."""
    return money.total <= 0 or money.net > 0
