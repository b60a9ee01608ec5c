"""Where families stand: everything that is needed to say so is read at once, judged, kept and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.loyalty import TierChanged, TierDowngradeWarned
from hamdel.database import Families, UnitOfWork
from loyalty_service.programs.domain import Program, first_instant, local_day
from loyalty_service.tiers.domain import Days, Loss, Periods, Scheme
from loyalty_service.tiers.repository import days, states
from loyalty_service.tiers.schemes import former_scheme
from loyalty_service.tiers.state import Floor, Shown, State, judged, next_moment, ranked, shown, warning
from loyalty_service.tiers.windows import earliest, periods_of

__all__ = ["Sight", "keep", "periods_by_root", "see", "stand", "unit_of"]

Moments = Mapping[UUID, Mapping[date, datetime]]
"""Of a root: when on a day something was credited."""


@dataclass(frozen=True, slots=True)
class Sight:
    """All that is known of a family."""

    family: tuple[UUID, ...]
    state: State
    stored: State | None
    periods: Periods
    days: Days
    floors: list[Floor]

    @property
    def root(self) -> UUID:
        """Under whose id the family is shown."""
        return self.family[0]


async def stand(
    unit: UnitOfWork,
    program: Program,
    scheme: Scheme,
    families: Families,
    *,
    moments: Moments | None = None,
    unseen: State | None = None,
) -> None:
    """Brings families to this day; the streams of their roots are locked. `unseen` is the state of those that nobody
    has looked at before, `fresh` unless it is given."""
    today = local_day(program, unit.now)
    sights = await see(unit, program, scheme, families, unseen)
    after = {root: judged(scheme, sight.periods, sight.days, sight.state, today) for root, sight in sights.items()}
    await keep(unit, program, scheme, sights, after, moments or {})


async def see(
    unit: UnitOfWork, program: Program, scheme: Scheme, families: Families, unseen: State | None = None
) -> dict[UUID, Sight]:
    """What is known of families, by their roots; what an edit has not reached yet is ranked by it."""
    connection = unit.connection
    known = await states.states(connection, program.id, families)
    found = {root: known.get(root) or unseen or fresh(scheme) for root in families}
    spans = {root: (_needed_from(program, scheme, state), None) for root, state in found.items()}
    amounts = await days.days(connection, program.id, scheme.qualify_by, families, spans)
    periods = await periods_by_root(connection, program, scheme, families)
    floors = await states.floors(connection, program.id, families, unit.now)
    formers = {
        version: await former_scheme(connection, program.id, version) if version else scheme
        for version in {state.version for state in found.values()} - {scheme.version}
    }
    sights = {}
    for root, family in families.items():
        collected, state = Days(amounts.get(root, ())), found[root]
        if state.version in formers:
            counted = collected.total(periods[root].first(scheme.since), scheme.since)
            state = ranked(formers[state.version], scheme, periods[root], state, counted)
        sights[root] = Sight(tuple(family), state, known.get(root), periods[root], collected, floors[root])
    return sights


async def keep(
    unit: UnitOfWork,
    program: Program,
    scheme: Scheme,
    sights: Mapping[UUID, Sight],
    after: Mapping[UUID, State],
    moments: Moments,
) -> None:
    """Stores what has become of families, and tells what others want to know."""
    kept = {root: _told(unit, program, scheme, sights[root], state, moments) for root, state in after.items()}
    changed = {root: state for root, state in kept.items() if state != (sights[root].stored or fresh(scheme))}
    await states.save(unit.connection, program.id, changed)


async def periods_by_root(
    connection: AsyncConnection, program: Program, scheme: Scheme, families: Families
) -> dict[UUID, Periods]:
    """The windows of each family; only anniversaries have to be looked up."""
    if scheme.window is None or scheme.window.kind != "anniversary":
        return dict.fromkeys(families, periods_of(program, scheme.window, None))
    since = await days.enrolled(connection, program.id, families)
    return {
        root: periods_of(program, scheme.window, local_day(program, since[root]) if root in since else None)
        for root in families
    }


def fresh(scheme: Scheme) -> State:
    """The state of a family that nobody has looked at yet."""
    return State(told=scheme.ground, version=scheme.version)


def unit_of(program: Program, scheme: Scheme) -> str:
    """What is counted: points, visits, or the code of a currency."""
    return program.currency if scheme.qualify_by == "spend" else scheme.qualify_by


def _needed_from(program: Program, scheme: Scheme, state: State) -> date | None:
    """From which day on amounts matter; None: from the first one on."""
    if state.base_on is None:
        return None
    last_days = [held.ends_on - timedelta(days=1) for held in (state.held, state.base) if held.ends_on is not None]
    return earliest(program, scheme.window, min([state.base_on, scheme.since, *last_days]))


def _told(unit: UnitOfWork, program: Program, scheme: Scheme, sight: Sight, state: State, moments: Moments) -> State:
    instant = partial(first_instant, program)
    today, held, floors = local_day(program, unit.now), state.held, sight.floors
    until = None if held.ends_on is None else instant(held.ends_on)
    seen = shown(scheme, held, until, floors, unit.now)
    if seen.tier != state.told:
        at = _since(unit, program, sight, state, seen, moments.get(sight.root, {}))
        _tell_change(unit, program, sight, state, seen, at)
        state = replace(state, told=seen.tier, told_at=at)
    elif seen.until != state.told_until:
        unit.touch(sight.root)
    lost = warning(scheme, sight.periods, sight.days, state, floors, today, instant)
    if lost is not None:
        _warn(unit, program, scheme, sight, seen, lost)
        state = replace(state, warned_on=held.ends_on)
    return replace(state, told_until=seen.until, due_at=next_moment(scheme, sight.days, held, floors, today, instant))


def _since(
    unit: UnitOfWork, program: Program, sight: Sight, state: State, seen: Shown, moments: Mapping[date, datetime]
) -> datetime:
    """When the tier changed: with what was credited that day, or as the day began; never before the change told last,
    since readers drop what is older than what they know."""
    day, at = state.held.since, unit.now
    if seen.tier in (state.held.tier, None) and state.held != sight.state.held and day > date.min:
        at = min(moments.get(day) or first_instant(program, day), unit.now)
    return max(at, state.told_at or at)


def _tell_change(unit: UnitOfWork, program: Program, sight: Sight, state: State, seen: Shown, at: datetime) -> None:
    fact = TierChanged(
        customer_id=sight.root,
        program_id=program.id,
        program_code=program.code,
        from_tier=state.told,
        to_tier=seen.tier,
        occurred_at=at,
        valid_until=seen.until,
    )
    unit.record(sight.root, fact, occurred_at=at)


def _warn(unit: UnitOfWork, program: Program, scheme: Scheme, sight: Sight, seen: Shown, lost: Loss) -> None:
    assert seen.tier is not None
    assert seen.until is not None
    fact = TierDowngradeWarned(
        customer_id=sight.root,
        program_id=program.id,
        program_code=program.code,
        tier=seen.tier,
        would_become=lost.would_become,
        valid_until=seen.until,
        missing=format(lost.missing, "f"),
        unit=unit_of(program, scheme),
    )
    unit.record(sight.root, fact)
