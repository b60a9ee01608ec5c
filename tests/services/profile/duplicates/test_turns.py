"""Several replicas search the same database: one of them at a time, and a scan whose process died is run again."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWorkFactory
from profile_service.duplicates.scans import repository as scans
from profile_service.duplicates.scans.service import run_scan
from tests.services.profile.support import CONTEXT


async def test_a_scan_is_left_to_the_process_that_is_at_it(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    async with units(CONTEXT) as unit:
        scan = await scans.join(unit.connection, "tester", unit.now)
    async with engine.begin() as other:
        assert await scans.try_turn(other)
        assert await run_scan(units, scan.id) is None
    outcome = await run_scan(units, scan.id)
    assert outcome is not None
    async with units(CONTEXT) as unit:
        found = await scans.find(unit.connection, scan.id)
    assert found is not None
    assert (found.status, found.customers, found.suggested) == ("done", 0, 0)


async def test_a_scan_whose_process_died_is_run_again_and_given_up_after_three_attempts(
    units: UnitOfWorkFactory,
) -> None:
    async with units(CONTEXT) as unit:
        scan = await scans.join(unit.connection, "tester", unit.now)
        for _ in range(3):
            assert await scans.waiting(unit.connection, unit.now) == scan.id
            await scans.start(unit.connection, scan.id, unit.now)
        assert await scans.waiting(unit.connection, unit.now) is None
        found = await scans.find(unit.connection, scan.id)
    assert found is not None
    assert found.status == "failed"


async def test_a_scan_that_runs_is_not_joined_because_it_has_read_the_customers_already(
    units: UnitOfWorkFactory,
) -> None:
    async with units(CONTEXT) as unit:
        first = await scans.join(unit.connection, "tester", unit.now)
        assert (await scans.join(unit.connection, "tester", unit.now)).id == first.id
        await scans.start(unit.connection, first.id, unit.now)
        assert (await scans.join(unit.connection, "tester", unit.now)).id != first.id
