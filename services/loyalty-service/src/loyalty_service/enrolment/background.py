"""A programme that begins, or becomes automatic, enrols everybody who is known already: in small transactions that any
number of replicas may do, and that go on after a restart where they had come to. Once per programme."""

from __future__ import annotations

import asyncio
from typing import Final

from hamdel.context import own_work
from hamdel.database import UnitOfWork, UnitOfWorkFactory
from hamdel.http import Services
from loyalty_service.enrolment import repository
from loyalty_service.enrolment.repository import Run
from loyalty_service.enrolment.service import enrol
from loyalty_service.ledger.service import lock_families
from loyalty_service.programs.service import active_programs, program_of

__all__ = ["enrol_everybody", "enrol_some", "note_programs"]

AT_ONCE: Final = 200
SLEEP: Final = 2.0
"""Seconds; that long a new programme waits at most."""


async def enrol_everybody(services: Services) -> None:
    """Two small reads in two seconds while there is nothing to do."""
    while True:
        await note_programs(services.units)
        if not await enrol_some(services.units):
            await asyncio.sleep(SLEEP)


async def note_programs(units: UnitOfWorkFactory) -> None:
    """Every automatic programme that was not noted yet gets its run."""
    async with units.reading() as connection:
        automatic = {one.id for one in await active_programs(connection) if one.enrolment == "automatic"}
        new = automatic - await repository.noted(connection)
    if new:
        async with units(own_work("loyalty-service", "enrolment")) as unit:
            await repository.note_runs(unit.connection, sorted(new), unit.now)


async def enrol_some(units: UnitOfWorkFactory, at_once: int = AT_ONCE) -> bool:
    """Enrols the next customers of a run; False when no run can go on, or others are at it.

    The run's row is held before the streams are: nobody who holds a stream ever asks for it.
    """
    async with units(own_work("loyalty-service", "enrolment")) as unit:
        run = await repository.claim_run(unit.connection)
        if run is None:
            return False
        await _go_on(unit, run, at_once)
        return True


async def _go_on(unit: UnitOfWork, run: Run, at_once: int) -> None:
    customers = await repository.customers_after(unit.connection, run.reached, at_once)
    program = await program_of(unit.connection, run.program_id)
    if customers and program.enrolment == "automatic":
        await lock_families(unit, customers)
        await enrol(unit, program, customers)
    done = len(customers) < at_once
    reached = customers[-1] if customers else None
    await repository.move_on(unit.connection, run, reached, len(customers), unit.now if done else None)
