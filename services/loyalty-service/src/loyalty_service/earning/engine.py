"""How many points something earns. Pure and exact: decimals of a hundred digits, rounded where a rule says so.

A rule per amount counts the amounts (`amount / per`, rounded to a whole number as the rule says: `floor` counts full
ones), multiplies them by its points and by every factor that applies, and rounds the product in the same way, once.
The part of a purchase that was paid by points earns none unless the programme says otherwise; of a purchase that a
rule covers in part, it is taken to have paid for the other part first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from loyalty_service.earning.rules import Rule
from loyalty_service.programs.domain import EARLIEST, Program, local_day

__all__ = [
    "MOST_POINTS",
    "NOTHING_USED",
    "Earned",
    "Purchase",
    "Standing",
    "Used",
    "covered_amount",
    "earns",
    "points_by_rule",
    "points_for_event",
]

MOST_POINTS: Final = 10**12
"""What one rule gives for one purchase at most, whatever its numbers say: sums stay far below a bigint."""

EXACT: Final = Context(prec=100)
NONE: Final = Decimal(0)
ONE: Final = Decimal(1)
MODES: Final = {"floor": ROUND_FLOOR, "half_up": ROUND_HALF_UP, "ceil": ROUND_CEILING}


@dataclass(slots=True)
class Purchase:
    """A purchase as it was told. `lines` are the items of the fact; `paid_with_points` is the part of `total` that was
    paid by points; both are in `currency`."""

    id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: datetime
    channel: str | None
    currency: str
    total: Decimal
    paid_with_points: Decimal
    lines: Sequence[Mapping[str, Any]]


class Used(NamedTuple):
    """What a rule gave a member before: on the day in question, and at all."""

    on_day: int = 0
    at_all: int = 0


NOTHING_USED: Final = Used()


@dataclass(slots=True)
class Standing:
    """How a member stands when something is earned: `tier` with its own `multiplier`, whether anything was bought
    before, and by code what each rule with a cap gave already."""

    tier: str | None = None
    multiplier: Decimal = ONE
    first_purchase: bool = False
    used: Mapping[str, Used] | None = None


class Earned(NamedTuple):
    """A rule and the points it gives, more than 0."""

    rule: Rule
    points: int


def earns(program: Program, purchase: Purchase) -> bool:
    """Whether a purchase counts in the programme: in its currency, and not before 1970."""
    return purchase.currency == program.currency and purchase.occurred_at >= EARLIEST


def points_by_rule(program: Program, rules: Iterable[Rule], purchase: Purchase, standing: Standing) -> Sequence[Earned]:
    """What a purchase earns by each of the rules in force; of a programme of `best_of`, by the one that gives most (of
    equals the first). Rules of events give nothing here."""
    if not earns(program, purchase):
        return ()
    found = []
    for rule in rules:
        base = _base(program, rule, purchase, standing)
        if base:
            points = _finished(program, rule, base, purchase.occurred_at, standing)
            if points:
                found.append(Earned(rule, points))
    if program.stacking == "best_of" and len(found) > 1:
        return (max(found, key=lambda one: one.points),)
    return found


def points_for_event(
    program: Program, rule: Rule, at: datetime, tier: str | None = None, used: Used = NOTHING_USED
) -> int:
    """What an event (a birthday, an answered survey) earns by a rule; 0 outside the rule's window. A tier's own
    multiplier is for purchases: here only the rule's factors count."""
    if at < EARLIEST or not _within(rule, at):
        return 0
    standing = Standing(tier=tier, used={rule.code: used})
    return _finished(program, rule, rule.points, at, standing)


def covered_amount(program: Program, rule: Rule, purchase: Purchase) -> Decimal:
    """The money that a rule counts: the total or, where the rule chooses lines, what these cost; never more than was
    paid otherwise than by points."""
    most = purchase.total
    if not program.points_paid_earn:
        most -= purchase.paid_with_points
    if not rule.chooses_lines:
        return max(most, NONE)
    amount = NONE
    for line in _covered_lines(rule, purchase):
        price = line.get("unit_price")
        if price and price["currency"] == purchase.currency:
            amount = EXACT.fma(line["quantity"], Decimal(price["amount"]), amount)
    return max(min(amount, most), NONE)


def _base(program: Program, rule: Rule, purchase: Purchase, standing: Standing) -> int:
    """The points before factors and caps; 0 where the rule does not apply."""
    if not _within(rule, purchase.occurred_at) or (rule.channel is not None and rule.channel != purchase.channel):
        return 0
    if rule.kind == "per_amount" and rule.per:
        return _amounts(covered_amount(program, rule, purchase), rule.per, rule.rounding) * rule.points
    if rule.kind == "per_item":
        pieces: int = sum(line["quantity"] for line in _covered_lines(rule, purchase))
        return pieces * rule.points
    if rule.kind == "first_purchase" and standing.first_purchase:
        whole = not rule.chooses_lines or any(True for _ in _covered_lines(rule, purchase))
        return rule.points if whole and purchase.total > 0 else 0
    return 0


def _covered_lines(rule: Rule, purchase: Purchase) -> Iterable[Mapping[str, Any]]:
    for line in purchase.lines:
        sku, category = line.get("sku"), line.get("category")
        if (rule.sku and rule.sku != sku) or (rule.category and rule.category != category):
            continue
        if sku in rule.excluded_skus or category in rule.excluded_categories:
            continue
        yield line


def _amounts(amount: Decimal, per: Decimal, rounding: str) -> int:
    whole, rest = EXACT.divmod(amount, per)
    up = (rounding == "ceil" and rest > 0) or (rounding == "half_up" and 2 * rest >= per)
    return int(whole) + up


def _finished(program: Program, rule: Rule, base: int, at: datetime, standing: Standing) -> int:
    factor = _factor(program, rule, at, standing)
    if factor != ONE:
        base = int(EXACT.multiply(base, factor).to_integral_value(MODES[rule.rounding], EXACT))
    return _capped(rule, min(base, MOST_POINTS), standing)


def _factor(program: Program, rule: Rule, at: datetime, standing: Standing) -> Decimal:
    """The product of what applies. A rule that names the member's tier says its factor; else rules that count what was
    bought take the tier's own."""
    factor = rule.tiers.get(standing.tier) if standing.tier else None
    if factor is None:
        factor = ONE if rule.kind not in ("per_amount", "per_item") else standing.multiplier
    for campaign in rule.campaigns:
        if campaign.starts <= at < campaign.ends:
            factor = EXACT.multiply(factor, campaign.factor)
    weekday = rule.weekdays.get(local_day(program, at).weekday()) if rule.weekdays else None
    return factor if weekday is None else EXACT.multiply(factor, weekday)


def _capped(rule: Rule, points: int, standing: Standing) -> int:
    caps = rule.caps
    if caps.per_purchase is not None:
        points = min(points, caps.per_purchase)
    if caps.counted:
        used = (standing.used or {}).get(rule.code, NOTHING_USED)
        if caps.per_day is not None:
            points = min(points, caps.per_day - used.on_day)
        if caps.per_member is not None:
            points = min(points, caps.per_member - used.at_all)
    return max(points, 0)


def _within(rule: Rule, at: datetime) -> bool:
    return (rule.starts is None or rule.starts <= at) and (rule.ends is None or at < rule.ends)
