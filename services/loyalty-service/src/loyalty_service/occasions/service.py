"""Granting points for occasions: each once, whatever is told again, and by the rules in force when it happened.

What an occasion earns can be spent at once: there is no return window to wait for. One of several rules of a programme
that takes the best one gives; where all give, each has an entry of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from hamdel.contracts.envelope import Event
from hamdel.database import UnitOfWork, families_of
from hamdel.messaging import on_behalf_of
from loyalty_service.earning.engine import Earned, points_for_event
from loyalty_service.earning.reckoning import Tally
from loyalty_service.earning.rules import Rule
from loyalty_service.earning.service import rules_at
from loyalty_service.ledger.domain import Kind
from loyalty_service.ledger.service import Wallet, open_book
from loyalty_service.occasions import repository
from loyalty_service.programs.dates import expires_at
from loyalty_service.programs.domain import Program, local_day
from loyalty_service.tiers.service import Credit, count, tier_of

__all__ = ["Occasion", "grant"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that happened to a customer at a moment. `key` gives the business key for one of the family: it was
    granted before when anybody of the family has it. `survey_id` says which survey was answered."""

    kind: Literal["birthday", "survey"]
    customer_id: UUID
    at: datetime
    key: Callable[[UUID], str]
    survey_id: UUID | None = None
    event: Event | None = None


async def grant(unit: UnitOfWork, program: Program, occasions: Sequence[Occasion]) -> None:
    """Grants what occasions of one kind earn those who are members. The streams are locked by the caller."""
    ruled = [(one, rules) for one in occasions if (rules := await _rules(unit, program, one))]
    if not ruled:
        return
    book = await open_book(unit, program, [one.customer_id for one, _ in ruled], lots=False)
    found = [(one, rules, wallet) for one, rules in ruled if (wallet := book.wallet(one.customer_id))]
    await book.know_keys(Kind.EARN, [key for one, _, wallet in found for key in _keys(one, wallet)])
    tally = await _tally(unit, program, [one for one, _, _ in found], [rule for _, rules, _ in found for rule in rules])
    tiers = await tier_of(unit.connection, program.id, {one.customer_id for one, _, _ in found})
    credits = []
    for one, rules, wallet in found:
        if any((Kind.EARN, key) in book.changes.known for key in _keys(one, wallet)):
            continue
        earned = _earned(program, one, rules, tiers.get(one.customer_id), tally)
        _give(unit, program, wallet, one, earned)
        points = sum(each.points for each in earned)
        credits.append(Credit(one.customer_id, local_day(program, one.at), one.at, points))
    await book.save()
    await count(unit, program, credits)


async def _rules(unit: UnitOfWork, program: Program, occasion: Occasion) -> list[Rule]:
    rules = await rules_at(unit.connection, program.id, occasion.at, occasion.kind)
    return [rule for rule in rules if rule.survey_id in (None, occasion.survey_id)]


async def _tally(unit: UnitOfWork, program: Program, occasions: Sequence[Occasion], rules: Iterable[Rule]) -> Tally:
    """What the rules with caps gave these families before; nothing is read where no rule has any."""
    codes = {rule.code for rule in rules if rule.caps.counted}
    if not codes:
        return Tally()
    families = await families_of(unit.connection, list({one.customer_id for one in occasions}))
    tally = Tally({member: family[0] for family in families.values() for member in family})
    for each in await repository.granted(unit.connection, program.id, program.timezone, tally.roots.keys(), codes):
        tally.give(each.customer_id, each.code, each.day, each.points)
    return tally


def _keys(occasion: Occasion, wallet: Wallet) -> list[str]:
    return [occasion.key(member) for member in dict.fromkeys([occasion.customer_id, *wallet.members])]


def _earned(
    program: Program, occasion: Occasion, rules: Sequence[Rule], tier: str | None, tally: Tally
) -> list[Earned]:
    day, found = local_day(program, occasion.at), []
    for rule in rules:
        used = tally.used(occasion.customer_id, rule.code, day)
        points = points_for_event(program, rule, occasion.at, tier, used)
        if points:
            found.append(Earned(rule, points))
    if program.stacking == "best_of" and found:
        found = [max(found, key=lambda each: each.points)]
    for each in found:
        tally.give(occasion.customer_id, each.rule.code, day, each.points)
    return found


def _give(unit: UnitOfWork, program: Program, wallet: Wallet, occasion: Occasion, earned: Sequence[Earned]) -> None:
    if occasion.event is not None:
        on_behalf_of(unit, occasion.event)
    key = occasion.key(occasion.customer_id)
    for number, each in enumerate(earned, start=1):
        wallet.earn(
            occasion.customer_id,
            each.points,
            at=occasion.at,
            available_at=None,
            expires_at=expires_at(program, occasion.at),
            key=key if number == 1 else f"{key}:{number}",
            rule_code=each.rule.code,
            reason=occasion.kind,
        )
