"""One transaction of a sweep: some customers whose points are due, all of what is due of them.

Any number of replicas may sweep beside requests. Streams come first, as in every writer, and those that somebody holds
are left for the next time: a sweep never waits for a request, so the two cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from hamdel.context import own_work
from hamdel.contracts.base import rfc3339
from hamdel.contracts.loyalty import PointsExpired
from hamdel.database import Families, UnitOfWork, UnitOfWorkFactory, families_of
from loyalty_service.ledger.repository import sweeps
from loyalty_service.ledger.repository.sweeps import BEGINNING, Expired, Kind, Place, due
from loyalty_service.ledger.repository.wallets import members_of
from loyalty_service.ledger.service import open_book
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import active_programs, program_of

__all__ = ["AT_ONCE", "Sweeper", "sweep"]

AT_ONCE: Final = 1000
"""How many lots are looked for at once; of their owners all that is due is done."""

SERVICE: Final = "loyalty-service"


class Sweeper:
    """Walks through what is due, one transaction with each `step`. What was left out because somebody held it is found
    when the walk begins again."""

    def __init__(self, units: UnitOfWorkFactory, at_once: int = AT_ONCE) -> None:
        self._units, self._at_once = units, at_once
        self._after: dict[Kind, Place] = {"lapsing": BEGINNING, "maturing": BEGINNING}

    async def step(self) -> int:
        """Lets points become available and expire that are due, in one transaction; of how many members. It may end at
        any moment: what was not committed is found again."""
        async with self._units(own_work(SERVICE, "points")) as unit:
            due = await self._due(unit, "lapsing") or await self._due(unit, "maturing")
            families = await _claim(unit, due) if due else {}
            return await _sweep(unit, families) if families else 0

    async def _due(self, unit: UnitOfWork, kind: Kind) -> list[UUID]:
        after = self._after[kind]
        found = await due(unit.connection, kind, unit.now, after, self._at_once)
        if not found and after != BEGINNING:
            found = await due(unit.connection, kind, unit.now, BEGINNING, self._at_once)
        self._after[kind] = found[-1] if found else BEGINNING
        return [customer_id for _, customer_id in found]


async def sweep(units: UnitOfWorkFactory, at_once: int = AT_ONCE) -> int:
    """The first step of a walk; again and again it does all that is due. 0 when nothing is."""
    return await Sweeper(units, at_once).step()


async def _claim(unit: UnitOfWork, customer_ids: Collection[UUID]) -> Families:
    """Those of the customers whose whole families nobody holds, each with its family; their streams are locked now."""
    found = await families_of(unit.connection, list(dict.fromkeys(customer_ids)))
    free = await sweeps.claimed(unit.connection, {one for family in found.values() for one in family})
    families = {customer: family for customer, family in found.items() if free.issuperset(family)}
    await unit.lock_streams({one for family in families.values() for one in family})
    return families


async def _sweep(unit: UnitOfWork, families: Families) -> int:
    settled = await _settle_debtors(unit, families)
    matured = await sweeps.mature(unit.connection, families, unit.now, SERVICE)
    expired = await sweeps.expire(unit.connection, families, unit.now, SERVICE)
    await _tell(unit, families, expired)
    silent = matured.difference(one.customer_id for one in expired)
    for customer_id in silent:
        unit.touch(customer_id)
    return settled + len(silent) + len(expired)


async def _settle_debtors(unit: UnitOfWork, customer_ids: Collection[UUID]) -> int:
    """Which lot pays a debt depends on their order: those few go the way of every request."""
    debtors = await sweeps.debtors(unit.connection, customer_ids)
    for program_id, members in debtors.items():
        book = await open_book(unit, await program_of(unit.connection, program_id), members)
        await book.save()
    return sum(map(len, debtors.values()))


async def _tell(unit: UnitOfWork, families: Families, expired: Collection[Expired]) -> None:
    programs = {one.id: one for one in await active_programs(unit.connection)} if expired else {}
    everybody = {relative for one in expired for relative in families[one.customer_id]}
    sums = {(one[0], one[1].customer_id): one[1].available for one in await members_of(unit.connection, everybody)}
    for one in expired:
        available = sum(sums.get((one.program_id, relative), 0) for relative in families[one.customer_id])
        data = _fact(programs[one.program_id], one, available)
        unit.record_data(one.customer_id, PointsExpired.fact_type, data, occurred_at=one.at)


def _fact(program: Program, one: Expired, available: int) -> dict[str, Any]:
    return {
        "entry_id": one.entry_id,
        "customer_id": one.customer_id,
        "program_id": program.id,
        "program_code": program.code,
        "points": one.points,
        "available": available,
        "occurred_at": rfc3339(one.at),
        "reason": None,
    }
