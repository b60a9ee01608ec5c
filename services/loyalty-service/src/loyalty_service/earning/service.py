"""What purchases earn by the rules: asked for purchases as they are told, for corrections and for quotes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import families_of
from loyalty_service.earning.engine import Purchase
from loyalty_service.earning.reckoning import Reckoner, Reckoning, Tally
from loyalty_service.earning.repository import purchases as repository
from loyalty_service.earning.repository import rules as stored_rules
from loyalty_service.earning.rules import PURCHASE_KINDS, Rule, Versions, in_force, parsed
from loyalty_service.programs.domain import Program, local_day
from loyalty_service.programs.known import Known
from loyalty_service.tiers.schemes import scheme_of
from loyalty_service.tiers.service import tier_of

__all__ = ["know_tiers", "reckoned_again", "reckoner_for", "rules_at", "rules_of", "tiers_matter"]


async def rules_of(connection: AsyncConnection, program_id: UUID) -> Sequence[Versions]:
    """Every rule of the programme with all its versions, in the order of their codes."""
    return (await _rules(connection)).get(program_id, ())


async def rules_at(connection: AsyncConnection, program_id: UUID, moment: datetime, kind: str) -> list[Rule]:
    """The rules of one kind in force at a moment, in the order of their codes."""
    return in_force(await rules_of(connection, program_id), moment, (kind,))


async def reckoner_for(connection: AsyncConnection, program: Program, purchases: Sequence[Purchase]) -> Reckoner:
    """Whoever reckons these purchases, told one after the other, knows what he has to: only what a rule asks is read.

    Purchases that are stored already are seen as they were when they were told, without what they earned themselves.
    """
    rules = await rules_of(connection, program.id)
    possible = [rule for each in rules for _, rule in each.known if rule and rule.kind in PURCHASE_KINDS]
    customers = {one.customer_id for one in purchases}
    reckoner = Reckoner(program, rules)
    if await tiers_matter(connection, program):
        await know_tiers(connection, reckoner, customers)
    first = any(rule.kind == "first_purchase" for rule in possible)
    capped = {rule.code for rule in possible if rule.caps.counted}
    if first or capped:
        await _remember(connection, reckoner, purchases, capped, first=first)
    return reckoner


async def tiers_matter(connection: AsyncConnection, program: Program) -> bool:
    """Whether what a purchase earns may depend on the tier of its customer."""
    rules, scheme = await rules_of(connection, program.id), await scheme_of(connection, program.id)
    if scheme is None:
        return False
    named = any(rule is not None and rule.tiers for each in rules for _, rule in each.known)
    return named or any(tier.multiplier != 1 for tier in scheme.tiers)


async def know_tiers(connection: AsyncConnection, reckoner: Reckoner, customers: Collection[UUID]) -> None:
    """Tells a reckoner in which tier customers are now, and by what it multiplies."""
    scheme = await scheme_of(connection, reckoner.program.id)
    if scheme is not None:
        reckoner.tiers = await tier_of(connection, reckoner.program.id, customers)
        reckoner.multipliers = {one: scheme.multiplier(tier) for one, tier in reckoner.tiers.items()}


async def reckoned_again(connection: AsyncConnection, program: Program, purchase: Purchase) -> Reckoning | None:
    """What a stored purchase would have earned if it had been told as it is given here: by the rules in force when it
    happened, in the tier of then where it earned anything (else of now)."""
    reckoner = await reckoner_for(connection, program, [purchase])
    then = (await repository.given_tiers(connection, program.id, [purchase.id])).get(purchase.id)
    if then is not None:
        reckoner.tiers, reckoner.multipliers = {purchase.customer_id: then[0]}, {purchase.customer_id: then[1]}
    return reckoner.reckon(purchase)


async def _remember(
    connection: AsyncConnection,
    reckoner: Reckoner,
    purchases: Sequence[Purchase],
    capped: Collection[str],
    *,
    first: bool,
) -> None:
    program, ids = reckoner.program, [one.id for one in purchases]
    families = await families_of(connection, list({one.customer_id for one in purchases}))
    tally = reckoner.tally = Tally({member: family[0] for family in families.values() for member in family})
    if first:
        for buyer in await repository.who_bought_before(connection, tally.roots.keys(), program.currency, ids):
            tally.buys(buyer)
    if capped:
        days = {local_day(program, one.occurred_at) for one in purchases}
        for given in await repository.given_before(connection, program.id, tally.roots.keys(), capped, days, ids):
            tally.give(given.customer_id, given.code, given.day, given.points)


async def _read(connection: AsyncConnection) -> Mapping[UUID, Sequence[Versions]]:
    found: dict[UUID, list[Versions]] = {}
    stored = await stored_rules.all_versions(connection)
    for (program_id, code), versions in groupby(stored, key=lambda one: (one.program_id, one.code)):
        known = [
            (one.effective_from, None if one.retired else parsed(one.rule_id, code, one.version, one.definition))
            for one in versions
        ]
        found.setdefault(program_id, []).append(Versions(code, known))
    return found


_rules: Final = Known(_read)
