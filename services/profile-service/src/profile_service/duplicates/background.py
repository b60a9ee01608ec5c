"""The search that goes on while the service runs. Any number of replicas may do it: an advisory lock gives turns."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from uuid import UUID

import structlog

from hamdel.http import Services
from profile_service.duplicates.incremental import Model, drain, learnt
from profile_service.duplicates.scans import repository as scans
from profile_service.duplicates.scans.service import system

__all__ = ["search_duplicates"]

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 0.5
_MODEL_SECONDS = 600.0


async def search_duplicates(services: Services, *, every: float = _EVERY_SECONDS) -> None:
    """Compares customers soon after they change, and runs the scans that were asked for.

    Never busy for more than a third of the time, so that a long queue (an import) leaves the processor to the requests.
    """
    model: Model | None = None
    learnt_at, since = 0.0, 0
    while True:
        began = time.monotonic()
        if model is None or began - learnt_at > _MODEL_SECONDS or since > 50 + model.customers:
            async with services.units.reading() as connection:
                model, learnt_at, since = await learnt(connection), began, 0
        scan, done = await _turn(services, model)
        since += done
        if scan is not None:
            await _run(services, scan)
            model = None
        await asyncio.sleep(2 * (time.monotonic() - began) if done else every)


async def _turn(services: Services, model: Model) -> tuple[UUID | None, int]:
    async with services.units(system()) as unit:
        if not await scans.try_turn(unit.connection):
            return None, 0
        scan = await scans.waiting(unit.connection, unit.now)
        return scan, 0 if scan else await drain(unit, model)


async def _run(services: Services, scan_id: UUID) -> None:
    """One scan in a process of its own; it ends with this service."""
    url = services.settings.database_url.get_secret_value()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "profile_service.duplicates.scans.worker",
        str(scan_id),
        env={**os.environ, "HAMDEL_DATABASE_URL": url},
    )
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        raise
    log.info("duplicates_scanned", scan=str(scan_id), code=code)
