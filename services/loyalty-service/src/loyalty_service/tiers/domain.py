"""Who is in which tier, and until when. Days are those of the programme's zone; what months are, `Periods` knows.

A member rises on the day whose window reaches a threshold, and falls only when the tier has ended: on the first day
after it was valid, or `grace_days` later.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import Final, Literal, Protocol

__all__ = [
    "DOWNGRADES",
    "NONE",
    "QUALIFIERS",
    "WINDOWS",
    "Days",
    "Held",
    "Loss",
    "Periods",
    "Scheme",
    "Tier",
    "Window",
    "better",
    "decided_on",
    "ended",
    "loss",
    "raised",
    "threatened_on",
]

QUALIFIERS: Final = ("points", "spend", "visits")
WINDOWS: Final = ("rolling", "period", "anniversary")
DOWNGRADES: Final = ("one_down", "re_evaluate", "none")


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier is reached when `at` has been collected; at 0 it is everybody's. Earning is multiplied by `multiplier`."""

    code: str
    at: Decimal
    multiplier: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Window:
    """How long what was collected counts: in months of the programme's calendar."""

    kind: Literal["rolling", "period", "anniversary"]
    months: int


@dataclass(frozen=True)
class Scheme:
    """The tiers of a programme, lowest first. Without a window everything ever counts and tiers have no end; they have
    none either where `downgrade` is none. `version` counts the edits, the last of which was on `since`."""

    qualify_by: Literal["points", "spend", "visits"]
    window: Window | None
    downgrade: Literal["one_down", "re_evaluate", "none"]
    tiers: tuple[Tier, ...]
    grace_days: int = 0
    warn_days: int = 0
    version: int = 1
    since: date = date.min

    @cached_property
    def steps(self) -> tuple[Tier, ...]:
        """The tiers that have to be reached."""
        return tuple(one for one in self.tiers if one.at > 0)

    @cached_property
    def _thresholds(self) -> list[Decimal]:
        return [one.at for one in self.steps]

    @cached_property
    def levels(self) -> Mapping[str | None, int]:
        """How high each of them is, from 1; nothing and everybody's tier are not in it."""
        return {one.code: level for level, one in enumerate(self.steps, 1)}

    @cached_property
    def ground(self) -> str | None:
        """The tier of whoever has reached none."""
        return next((one.code for one in self.tiers if one.at <= 0), None)

    def level(self, code: str | None) -> int:
        """0 for whoever has reached none."""
        return self.levels.get(code, 0)

    def code(self, level: int) -> str | None:
        """The tier of a level; None for 0."""
        return self.steps[level - 1].code if level else None

    def level_at(self, counted: Decimal) -> int:
        """The highest level that so much reaches."""
        return bisect_right(self._thresholds, counted)

    def multiplier(self, code: str | None) -> Decimal:
        """What earning is multiplied by in a tier; 1 in none."""
        return next((one.multiplier for one in self.tiers if one.code == code), Decimal(1))


@dataclass(frozen=True, slots=True)
class Held:
    """A tier that was reached (None: none), on which day that came to be so, and the first day it is valid no more."""

    tier: str | None = None
    since: date = date.min
    ends_on: date | None = None


NONE: Final = Held()


@dataclass(frozen=True, slots=True)
class Loss:
    """What ends unless `missing` more is collected, and what comes then."""

    missing: Decimal
    would_become: str | None


class Periods(Protocol):
    """The window and the ends that follow from it."""

    def first(self, day: date) -> date | None:
        """The first day that counts in the window which ends with a day; None: everything before counts."""

    def end(self, day: date) -> date | None:
        """The first day on which a tier reached on a day is valid no more; None: never. The window that ends the day
        before does not hold the day it was reached."""


class Days:
    """What was collected, day by day."""

    def __init__(self, amounts: Iterable[tuple[date, Decimal]]) -> None:
        ordered = sorted(amounts)
        self._days = [day for day, _ in ordered]
        self._sums = list(accumulate((amount for _, amount in ordered), initial=Decimal(0)))

    def total(self, first: date | None, last: date) -> Decimal:
        """The sum from one day to another, both included."""
        start = 0 if first is None else bisect_left(self._days, first)
        return self._sums[max(bisect_right(self._days, last), start)] - self._sums[start]

    def between(self, first: date | None, last: date) -> Sequence[date]:
        """The days on which something was collected, both ends included."""
        start = 0 if first is None else bisect_left(self._days, first)
        return self._days[start : bisect_right(self._days, last)]

    def following(self, day: date) -> date | None:
        """The next day after this one on which something was collected."""
        place = bisect_right(self._days, day)
        return self._days[place] if place < len(self._days) else None


def raised(scheme: Scheme, periods: Periods, held: Held, counted: Decimal, day: date) -> Held:
    """After a day whose window holds `counted`: the highest tier that reaches, if it is higher."""
    level = scheme.level_at(counted)
    if level <= scheme.level(held.tier):
        return held
    return Held(scheme.code(level), day, None if scheme.downgrade == "none" else periods.end(day))


def decided_on(scheme: Scheme, held: Held) -> date | None:
    """The day that begins with the decision what comes after the tier."""
    return None if held.ends_on is None else held.ends_on + timedelta(days=scheme.grace_days)


def ended(scheme: Scheme, periods: Periods, days: Days, held: Held, today: date) -> Held:
    """What is held on a day, after all decisions until its beginning."""
    while (decided := decided_on(scheme, held)) is not None and decided <= today:
        held = _after(scheme, periods, held, _last_chance(periods, days, held, decided))
    return held


def _last_chance(periods: Periods, days: Days, held: Held, decided: date) -> Decimal:
    """What counts for a tier at its end: the window that ends with its last day, and what the grace days add."""
    assert held.ends_on is not None
    return days.total(periods.first(held.ends_on - timedelta(days=1)), decided - timedelta(days=1))


def _after(scheme: Scheme, periods: Periods, held: Held, counted: Decimal) -> Held:
    assert held.ends_on is not None
    level = scheme.level(held.tier)
    kept = _kept(scheme, level, counted)
    # kept as if it had been reached on its last day
    ends_on = periods.end(held.ends_on - timedelta(days=1)) if kept else None
    if kept == level:
        return replace(held, ends_on=ends_on)
    return Held(scheme.code(kept), decided_on(scheme, held) or held.ends_on, ends_on)


def _kept(scheme: Scheme, level: int, counted: Decimal) -> int:
    """The level after an end: what the counter says, never more than before, by `one_down` one less at most."""
    found = min(level, scheme.level_at(counted))
    return max(found, level - 1, 0) if scheme.downgrade == "one_down" else found


def better(scheme: Scheme, one: Held, other: Held) -> Held:
    """The higher of two; of equal ones that which is valid longer."""

    def rank(held: Held) -> tuple[int, date]:
        return scheme.level(held.tier), held.ends_on or date.max

    return max(one, other, key=rank)


def threatened_on(scheme: Scheme, held: Held) -> date | None:
    """The day from which the end of a tier is warned of; None where nothing ends or nobody is warned."""
    if held.ends_on is None or not scheme.warn_days:
        return None
    return held.ends_on - timedelta(days=scheme.warn_days)


def loss(scheme: Scheme, periods: Periods, days: Days, held: Held, today: date) -> Loss | None:
    """What the end of the tier would take if nothing more came; None where it takes nothing."""
    decided = decided_on(scheme, held)
    if decided is None:
        return None
    level, counted = scheme.level(held.tier), _last_chance(periods, days, held, min(decided, today + timedelta(days=1)))
    kept = _kept(scheme, level, counted)
    if kept == level:
        return None
    return Loss(scheme.steps[level - 1].at - counted, scheme.code(kept) or scheme.ground)
