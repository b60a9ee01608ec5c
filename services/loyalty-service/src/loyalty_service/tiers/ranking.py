"""After an edit everybody is ranked by the new tiers, some at a time; a dry run says beforehand what that would do.

The ranking keeps its place in the database, so that it goes on where it was after a restart. Several replicas may run
it: who comes second at a place finds everybody ranked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.clock import utc_now
from hamdel.context import own_work
from hamdel.database import Families, UnitOfWork, UnitOfWorkFactory, families_of
from loyalty_service.programs.domain import Program, first_instant, local_day
from loyalty_service.programs.service import program_of
from loyalty_service.tiers.domain import Scheme
from loyalty_service.tiers.repository import days, schemes, states
from loyalty_service.tiers.schemes import former_scheme, scheme_of
from loyalty_service.tiers.standing import periods_by_root, stand
from loyalty_service.tiers.state import State, ranked, shown

__all__ = ["Forecast", "Move", "forecast", "rank_some"]

AT_ONCE: Final = 200
FORECAST_AT_ONCE: Final = 2_000
EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Move:
    """So many families would move from one tier to another; `examples` are the first of them."""

    before: str | None
    after: str | None
    families: int
    examples: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an edit would do at once, the largest moves first."""

    moves: Sequence[Move]
    unchanged: int


async def rank_some(units: UnitOfWorkFactory, at_once: int = AT_ONCE) -> int:
    """Ranks the next people of every programme that was edited, in one transaction each; gives how many there were."""
    async with units.reading() as connection:
        waiting = await schemes.rankings(connection)
    done = 0
    for program_id, position in waiting:
        async with units(own_work("loyalty-service", "tiers")) as unit:
            done += await _rank(unit, program_id, position, at_once)
    return done


async def _rank(unit: UnitOfWork, program_id: UUID, position: UUID, at_once: int) -> int:
    customers = await schemes.customers_after(unit.connection, program_id, position, at_once)
    if not customers:
        await schemes.finish(unit.connection, program_id, position)
        return 0
    await unit.lock_streams(customers)
    if not await schemes.move_on(unit.connection, program_id, position, customers[-1]):
        return 0
    program, scheme = await program_of(unit.connection, program_id), await scheme_of(unit.connection, program_id)
    if scheme is not None:
        await _rank_families(unit, program, scheme, await _families(unit.connection, customers))
    return len(customers)


async def _rank_families(unit: UnitOfWork, program: Program, scheme: Scheme, families: Families) -> None:
    """Those who were ranked meanwhile, since they bought something, are left alone."""
    known = await states.states(unit.connection, program.id, families)
    left = {root: family for root, family in families.items() if _outdated(known.get(root), scheme)}
    if left:
        await stand(unit, program, scheme, left, unseen=await _unseen(unit.connection, program.id, scheme))


async def _unseen(connection: AsyncConnection, program_id: UUID, scheme: Scheme) -> State:
    """The state before the edit of those who had none kept: in the tier of everybody, if there was one."""
    before = scheme.version - 1
    former = await former_scheme(connection, program_id, before) if before else None
    return State(told=former.ground if former else None, version=before)


def _outdated(state: State | None, scheme: Scheme) -> bool:
    return state is None or state.version < scheme.version


async def forecast(connection: AsyncConnection, program_id: UUID, wanted: Scheme) -> Forecast:
    """What these tiers would do today; nothing is stored. Raises NotFound `unknown-program`."""
    program, current = await program_of(connection, program_id), await scheme_of(connection, program_id)
    version = current.version + 1 if current else 1
    scheme = replace(wanted, version=version, since=local_day(program, utc_now()))
    trial = _Trial(connection, program, current, scheme)
    position = UUID(int=0)
    while customers := await schemes.customers_after(connection, program_id, position, FORECAST_AT_ONCE):
        await trial.look_at(customers)
        position = customers[-1]
    return trial.result()


class _Trial:
    """Ranks family after family and counts what moves."""

    def __init__(self, connection: AsyncConnection, program: Program, current: Scheme | None, scheme: Scheme) -> None:
        self._connection, self._program, self._current, self._scheme = connection, program, current, scheme
        self._seen: set[UUID] = set()
        self._unchanged = 0
        self._counts: Counter[tuple[str | None, str | None]] = Counter()
        self._examples: defaultdict[tuple[str | None, str | None], list[UUID]] = defaultdict(list)

    async def look_at(self, customers: Sequence[UUID]) -> None:
        """Adds the families of these customers, each of them once."""
        found = await _families(self._connection, customers)
        families = {root: family for root, family in found.items() if root not in self._seen}
        self._seen |= families.keys()
        for root, (before, after) in (await self._moves(families)).items():
            if before == after:
                self._unchanged += 1
                continue
            self._counts[before, after] += 1
            if len(self._examples[before, after]) < EXAMPLES:
                self._examples[before, after].append(root)

    def result(self) -> Forecast:
        """All that was looked at."""
        moves = [Move(*pair, number, self._examples[pair]) for pair, number in self._counts.most_common()]
        return Forecast(moves, self._unchanged)

    async def _moves(self, families: Families) -> dict[UUID, tuple[str | None, str | None]]:
        program, scheme, now = self._program, self._scheme, utc_now()
        known = await states.states(self._connection, program.id, families)
        periods = await periods_by_root(self._connection, program, scheme, families)
        spans = {root: (periods[root].first(scheme.since), scheme.since) for root in families}
        counted = await days.totals(self._connection, program.id, scheme.qualify_by, families, spans)
        floors = await states.floors(self._connection, program.id, families, now)
        nobody = State(told=self._current.ground if self._current else None)
        moves = {}
        for root in families:
            state = known.get(root, nobody)
            after = ranked(self._current or scheme, scheme, periods[root], state, counted.get(root, Decimal(0)))
            ends_on = after.held.ends_on
            until = None if ends_on is None else first_instant(program, ends_on)
            moves[root] = (state.told, shown(scheme, after.held, until, floors[root], now).tier)
        return moves


async def _families(connection: AsyncConnection, customers: Sequence[UUID]) -> dict[UUID, Sequence[UUID]]:
    return {family[0]: family for family in (await families_of(connection, customers)).values()}
