"""The hot path: what movements count towards tiers, for a whole batch in a handful of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from hamdel.database import UnitOfWork, families_of
from loyalty_service.programs.domain import Program, local_day
from loyalty_service.tiers.domain import Scheme, threatened_on
from loyalty_service.tiers.repository import days, states
from loyalty_service.tiers.repository.days import Counted
from loyalty_service.tiers.schemes import scheme_of
from loyalty_service.tiers.standing import fresh, stand
from loyalty_service.tiers.state import State
from loyalty_service.tiers.windows import earliest

__all__ = ["Credit", "count"]


@dataclass(frozen=True, slots=True)
class Credit:
    """What a movement counts towards tiers: `points`, `spend` (in the programme's currency) and `visits`, on a `day` of
    the programme's zone; all negative for what is taken back, then the day is that of what is taken back. `at` is the
    moment of it. Zeros count nothing."""

    customer_id: UUID
    day: date
    at: datetime
    points: int = 0
    spend: Decimal = Decimal(0)
    visits: int = 0

    @property
    def takes(self) -> bool:
        """Whether something is taken back."""
        return self.points < 0 or self.spend < 0 or self.visits < 0


async def count(unit: UnitOfWork, program: Program, credits: Sequence[Credit]) -> None:
    """Adds to what counts, and moves up whoever has reached a tier. The caller has locked the customers' streams.

    One statement where the programme has no tiers (and one that asks whether it still has none), three more where it
    has; only families that are about to rise, or have something due, cost more.
    """
    rows = _by_day(credits)
    if not rows:
        return
    await days.add(unit.connection, program.id, rows)
    scheme = await scheme_of(unit.connection, program.id)
    if scheme is not None:
        await _rise(unit, program, scheme, credits)


async def _rise(unit: UnitOfWork, program: Program, scheme: Scheme, credits: Sequence[Credit]) -> None:
    families = await families_of(unit.connection, list({one.customer_id for one in credits}))
    by_root: defaultdict[UUID, list[Credit]] = defaultdict(list)
    for one in credits:
        by_root[families[one.customer_id][0]].append(one)
    mine = {families[one.customer_id][0]: families[one.customer_id] for one in credits}
    known, new = await states.states(unit.connection, program.id, mine), fresh(scheme)
    spans = {
        root: (earliest(program, scheme.window, min(one.day for one in given)), None)
        for root, given in by_root.items()
        if scheme.level((known.get(root) or new).held.tier) < len(scheme.steps)
    }
    rising = {root: mine[root] for root in spans}
    gains = await days.gains(unit.connection, program.id, scheme.qualify_by, rising, spans)
    today = local_day(program, unit.now)
    concerned = {
        root: mine[root]
        for root, given in by_root.items()
        if _concerned(scheme, known.get(root) or new, gains.get(root, Decimal(0)), given, today, unit.now)
    }
    if concerned:
        await stand(unit, program, scheme, concerned, moments={root: _moments(by_root[root]) for root in concerned})


def _concerned(
    scheme: Scheme, state: State, gain: Decimal, credits: Iterable[Credit], today: date, now: datetime
) -> bool:
    """Whether the credits may change anything: no window that one of them falls into holds more than `gain`."""
    if state.version < scheme.version or (state.due_at is not None and state.due_at <= now):
        return True
    if scheme.level_at(gain) > scheme.level(state.held.tier) or any(one.day > today for one in credits):
        return True
    threatened = threatened_on(scheme, state.held)
    return threatened is not None and threatened <= today and any(one.takes for one in credits)


def _by_day(credits: Iterable[Credit]) -> Mapping[tuple[UUID, date], Counted]:
    rows: dict[tuple[UUID, date], Counted] = {}
    for one in credits:
        if one.points or one.spend or one.visits:
            points, spend, visits = rows.get((one.customer_id, one.day), (0, Decimal(0), 0))
            rows[one.customer_id, one.day] = Counted(points + one.points, spend + one.spend, visits + one.visits)
    return rows


def _moments(credits: Iterable[Credit]) -> dict[date, datetime]:
    """When the last credit of each day was."""
    found: dict[date, datetime] = {}
    for one in credits:
        found[one.day] = max(one.at, found.get(one.day, one.at))
    return found
