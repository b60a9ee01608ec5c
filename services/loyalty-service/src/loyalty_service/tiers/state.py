"""What is kept of a family, how it changes with what is collected and with edits, and what of it is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from loyalty_service.tiers.domain import (
    NONE,
    Days,
    Held,
    Loss,
    Periods,
    Scheme,
    decided_on,
    ended,
    loss,
    raised,
    threatened_on,
)

__all__ = ["Floor", "Shown", "State", "judged", "next_moment", "ranked", "shown", "warning"]

Instant = Callable[[date], datetime]
"""When a day begins in the programme's zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is kept of a family: the tier it holds, floors apart, and what was said of it.

    `base` is what it held on `base_on`, when the tiers were edited or the family came to be what it is: decisions of
    days before are never made again (None: there was no such day). `warned_on` is the end that was warned of.
    """

    held: Held = NONE
    base: Held = NONE
    base_on: date | None = None
    warned_on: date | None = None
    told: str | None = None
    told_until: datetime | None = None
    told_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Floor:
    """Never below this tier until then: said by a person."""

    tier: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """The tier to the outside, everybody's and floors included, and until when; None: without an end."""

    tier: str | None
    until: datetime | None


def judged(scheme: Scheme, periods: Periods, days: Days, state: State, today: date) -> State:
    """The state as of a day.

    What was decided stays. Whatever counts from the past is looked at on its own day: where a member who had lived
    through all of it since `base_on` would hold a higher tier today, that one is held, with its end.
    """
    held = ended(scheme, periods, days, state.held, today)
    lived = state.base
    for day in days.between(state.base_on, today):
        lived = ended(scheme, periods, days, lived, day)
        if scheme.level(lived.tier) < len(scheme.steps):
            lived = raised(scheme, periods, lived, days.total(periods.first(day), day), day)
    lived = ended(scheme, periods, days, lived, today)
    return replace(state, held=lived if scheme.level(lived.tier) > scheme.level(held.tier) else held)


def ranked(before: Scheme, after: Scheme, periods: Periods, state: State, counted: Decimal) -> State:
    """After an edit: whoever has reached more by the new tiers rises, nobody falls before the end that was promised.

    A tier that is no more becomes the highest remaining one that was not harder to reach. An end stays; where there was
    none and now are some, it is that of a tier reached on the day of the edit. `counted` is what the window of that day
    holds.
    """
    held = state.held
    if held.tier and held.tier not in after.levels:
        gone = next((one.at for one in before.tiers if one.code == held.tier), Decimal(0))
        held = replace(held, tier=after.code(after.level_at(gone)), since=after.since)
    if held.tier is None:
        held = NONE
    elif after.downgrade == "none" or after.window is None:
        held = replace(held, ends_on=None)
    elif held.ends_on is None:
        held = replace(held, ends_on=periods.end(after.since))
    held = raised(after, periods, held, counted, after.since)
    return replace(state, held=held, base=held, base_on=after.since, version=after.version)


def shown(scheme: Scheme, held: Held, until: datetime | None, floors: Iterable[Floor], now: datetime) -> Shown:
    """The tier to the outside: the highest of what is held, with its end `until`, and of the floors that last."""
    best = Shown(held.tier, until)
    for floor in floors:
        level, highest = scheme.level(floor.tier), scheme.level(best.tier)
        longer = level == highest > 0 and best.until is not None and best.until < floor.until
        if floor.until > now and (level > highest or longer):
            best = Shown(floor.tier, floor.until)
    return best if best.tier else Shown(scheme.ground, None)


def warning(
    scheme: Scheme, periods: Periods, days: Days, state: State, floors: Sequence[Floor], today: date, instant: Instant
) -> Loss | None:
    """What to warn of today, once per end; None where nothing is at risk, or a floor lasts longer."""
    held, threatened = state.held, threatened_on(scheme, state.held)
    if threatened is None or threatened > today or held.ends_on is None or state.warned_on == held.ends_on:
        return None
    lost = loss(scheme, periods, days, held, today)
    if lost is None:
        return None
    left = shown(scheme, Held(lost.would_become), None, floors, instant(held.ends_on)).tier
    safe = scheme.level(left) >= scheme.level(held.tier)
    return None if safe else replace(lost, would_become=left)


def next_moment(
    scheme: Scheme, days: Days, held: Held, floors: Iterable[Floor], today: date, instant: Instant
) -> datetime | None:
    """When a family is to be looked at again if nothing happens: a warning, an end, the end of a floor, or a day that
    was told of in advance."""
    begin = (threatened_on(scheme, held), decided_on(scheme, held), days.following(today))
    moments = [instant(day) for day in begin if day is not None and day > today]
    return min([*moments, *(floor.until for floor in floors)], default=None)
