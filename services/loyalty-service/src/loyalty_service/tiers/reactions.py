"""What merges and un-merges do to tiers (decision 0017).

A merged family has the better of the two tiers until its end, or what the days of all of them reach together on the day
of the merge. Parted again, each has what it would have without the other: the tier it had then, or has reached on its
own days since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import partial, reduce
from typing import Final
from uuid import UUID

from hamdel.contracts.envelope import Event
from hamdel.contracts.profile import CustomersMerged, CustomersUnmerged
from hamdel.database import UnitOfWork, families, family_of
from hamdel.messaging import Handler
from loyalty_service.programs.domain import Program, local_day
from loyalty_service.programs.service import active_programs
from loyalty_service.tiers.domain import Scheme, better, ended, raised
from loyalty_service.tiers.repository import states
from loyalty_service.tiers.schemes import scheme_of
from loyalty_service.tiers.standing import see, stand
from loyalty_service.tiers.state import judged

__all__ = ["ON_LINKS", "on_customers_merged", "on_customers_unmerged"]


async def on_customers_merged(unit: UnitOfWork, event: Event) -> None:
    """The two are one: as with links, the absorbed customer's own stream is the one that is followed."""
    fact = event.fact(CustomersMerged)
    if fact.customer_id != fact.absorbed_id:
        return
    root = unit.survivor(fact.absorbed_id)
    if root == fact.absorbed_id:
        return
    for program in await active_programs(unit.connection):
        scheme = await scheme_of(unit.connection, program.id)
        if scheme is not None:
            day = local_day(program, min(event.time, unit.now))
            await _join(unit, program, scheme, root, fact.absorbed_id, day)


async def on_customers_unmerged(unit: UnitOfWork, event: Event) -> None:
    """Each stands for itself again."""
    fact = event.fact(CustomersUnmerged)
    if fact.customer_id != fact.absorbed_id:
        return
    await unit.lock_streams([fact.absorbed_id, fact.survivor_id])
    for program in await active_programs(unit.connection):
        scheme = await scheme_of(unit.connection, program.id)
        if scheme is not None:
            root = unit.survivor(fact.survivor_id)
            await _restore(unit, program, {fact.survivor_id, root})
            await _stand_alone(unit, program, scheme, root)
            await _stand_alone(unit, program, scheme, fact.absorbed_id)


async def _join(unit: UnitOfWork, program: Program, scheme: Scheme, root: UUID, absorbed: UUID, day: date) -> None:
    """The absorbed customer's state stays as it is, asleep; that of the root is kept apart, unless it is already."""
    family = await family_of(unit.connection, root)
    sights = await see(unit, program, scheme, {root: family, absorbed: family})
    mine, theirs = sights[root], sights[absorbed]
    if mine.stored is None and theirs.stored is None and mine.days.following(date.min) is None:
        return
    if not await states.states(unit.connection, program.id, [root], apart=True):
        await states.save(unit.connection, program.id, {root: replace(mine.state, due_at=None)}, apart=True)
    held = better(scheme, *(ended(scheme, one.periods, one.days, one.state.held, day) for one in (mine, theirs)))
    held = raised(scheme, mine.periods, held, mine.days.total(mine.periods.first(day), day), day)
    joint = replace(mine.state, held=held, base=held, base_on=day)
    asleep = replace(theirs.state, due_at=None)
    await states.save(unit.connection, program.id, {root: joint, absorbed: asleep})
    await stand(unit, program, scheme, {root: family})


async def _restore(unit: UnitOfWork, program: Program, customers: Collection[UUID]) -> None:
    """Roots have again what they had before anybody was linked to them; what was told of them stays told."""
    apart = await states.states(unit.connection, program.id, customers, apart=True)
    now = await states.states(unit.connection, program.id, apart)
    restored = {
        one: replace(state, told=now[one].told, told_until=now[one].told_until, told_at=now[one].told_at)
        for one, state in apart.items()
    }
    await states.save(unit.connection, program.id, restored)
    below = await families(unit.connection, list(apart))
    for one in (one for one in apart if len(below[one]) == 1):
        await states.forget_apart(unit.connection, program.id, one)


async def _stand_alone(unit: UnitOfWork, program: Program, scheme: Scheme, root: UUID) -> None:
    """The best of what the members of a family brought, judged by the days that are still the family's."""
    family = await family_of(unit.connection, root)
    sights = await see(unit, program, scheme, dict.fromkeys(family, family))
    if all(one.stored is None for one in sights.values()) and sights[root].days.following(date.min) is None:
        return
    today = local_day(program, unit.now)
    brought = [judged(scheme, one.periods, one.days, one.state, today).held for one in sights.values()]
    best = reduce(partial(better, scheme), brought)
    await states.save(unit.connection, program.id, {root: replace(sights[root].state, held=best)})
    await stand(unit, program, scheme, {root: family})


ON_LINKS: Final[Mapping[str, Handler]] = {
    CustomersMerged.fact_type: on_customers_merged,
    CustomersUnmerged.fact_type: on_customers_unmerged,
}
"""For the subscription of this service, after FOLLOW_LINKS."""
