"""Endless work of a service, kept alive while it runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import structlog

from hamdel.clock import utc_now
from hamdel.database.idempotency import prune
from hamdel.http.commands import KEY_RETENTION
from hamdel.http.definition import Background
from hamdel.http.services import Services

__all__ = ["prune_idempotency_keys", "running"]

log = structlog.get_logger(__name__)

_PRUNE_EVERY_SECONDS = 600.0
_STOP_SECONDS = 2.0
_AGAIN_SECONDS = (0.5, 30.0)


@contextlib.asynccontextmanager
async def running(jobs: Sequence[Background], services: Services) -> AsyncIterator[None]:
    """Runs the jobs until the block ends, then cancels them and waits at most two seconds."""
    tasks = [asyncio.create_task(_keep_alive(job, services), name=_name(job)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_STOP_SECONDS)


async def prune_idempotency_keys(services: Services, *, every: float = _PRUNE_EVERY_SECONDS) -> None:
    """Every ten minutes deletes the answers that are older than the retention of 24 hours."""
    while True:
        deleted = await prune(services.engine, utc_now() - KEY_RETENTION)
        if deleted:
            log.info("idempotency_keys_pruned", deleted=deleted)
        await asyncio.sleep(every)


async def _keep_alive(job: Background, services: Services) -> None:
    pause, longest = _AGAIN_SECONDS
    while True:
        try:
            await job(services)
            return
        except Exception as error:
            log.warning("background_failed", job=_name(job), error=type(error).__name__, exc_info=error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, longest)


def _name(job: Background) -> str:
    return getattr(job, "__name__", type(job).__name__)
