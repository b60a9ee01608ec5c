"""What purchases earn in a programme, one after the other: the engine with what it has to know of the members. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from loyalty_service.earning.engine import ONE, Earned, Purchase, Standing, Used, earns, points_by_rule
from loyalty_service.earning.rules import PURCHASE_KINDS, Versions, in_force
from loyalty_service.programs.domain import Program, local_day

__all__ = ["Reckoner", "Reckoning", "Tally"]


class Reckoning(NamedTuple):
    """What a purchase earned by each rule, on which day of the programme, in which tier with which multiplier."""

    purchase: Purchase
    day: date
    earned: Sequence[Earned]
    tier: str | None
    multiplier: Decimal

    @property
    def points(self) -> int:
        """The sum over the rules."""
        return sum(one.points for one in self.earned)


@dataclass(slots=True)
class Tally:
    """What families have bought and got so far. `roots` are those of the customers; who is not in it is alone."""

    roots: Mapping[UUID, UUID] = field(default_factory=dict)
    buyers: set[UUID] = field(default_factory=set)
    at_all: defaultdict[tuple[UUID, str], int] = field(default_factory=lambda: defaultdict(int))
    on_day: defaultdict[tuple[UUID, str, date], int] = field(default_factory=lambda: defaultdict(int))

    def bought(self, customer_id: UUID) -> bool:
        """Whether the family has bought something."""
        return self.roots.get(customer_id, customer_id) in self.buyers

    def buys(self, customer_id: UUID) -> None:
        """The family has bought something now."""
        self.buyers.add(self.roots.get(customer_id, customer_id))

    def used(self, customer_id: UUID, code: str, day: date) -> Used:
        """What a rule gave the family."""
        root = self.roots.get(customer_id, customer_id)
        return Used(self.on_day[root, code, day], self.at_all[root, code])

    def give(self, customer_id: UUID, code: str, day: date | None, points: int) -> None:
        """A rule gave the family so many points; `day` None: on a day that does not matter."""
        root = self.roots.get(customer_id, customer_id)
        self.at_all[root, code] += points
        if day is not None:
            self.on_day[root, code, day] += points


@dataclass(slots=True)
class Reckoner:
    """Asks the rules of a programme about purchases in turn and remembers what they gave."""

    program: Program
    rules: Sequence[Versions]
    tally: Tally = field(default_factory=Tally)
    tiers: Mapping[UUID, str | None] = field(default_factory=dict)
    multipliers: Mapping[UUID, Decimal] = field(default_factory=dict)

    def reckon(self, purchase: Purchase) -> Reckoning | None:
        """What the purchase earns; None for one that does not count in the programme at all."""
        if not earns(self.program, purchase):
            return None
        customer_id, day = purchase.customer_id, local_day(self.program, purchase.occurred_at)
        rules = in_force(self.rules, purchase.occurred_at, PURCHASE_KINDS)
        capped = [rule.code for rule in rules if rule.caps.counted]
        standing = Standing(
            self.tiers.get(customer_id),
            self.multiplier(customer_id),
            not self.tally.bought(customer_id),
            {code: self.tally.used(customer_id, code, day) for code in capped} if capped else None,
        )
        earned = points_by_rule(self.program, rules, purchase, standing)
        self.tally.buys(customer_id)
        for one in earned if capped else ():
            self.tally.give(customer_id, one.rule.code, day, one.points)
        return Reckoning(purchase, day, earned, standing.tier, standing.multiplier)

    def multiplier(self, customer_id: UUID) -> Decimal:
        """By what the tier of the customer multiplies."""
        return self.multipliers.get(customer_id, ONE)
