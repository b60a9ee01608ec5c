"""Tells a hung database from a slow one, and frees the work that waits for it.

A statement may rightly take seconds, so a short time-out on every request would punish slow work, and a long one would
let a request hang with a database that is stopped or cut off. Therefore one connection of its own asks `SELECT 1` all
the time. When two askings in a row fail (1.5 s at most), every connection of the engine is torn down, which wakes
whoever waits on it with a connection error, and no new one is tried until the database answers again.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from weakref import WeakSet

import asyncpg
import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database.engine import DatabaseSettings, plain_url

__all__ = ["DatabaseDownError", "DatabaseSentinel"]

log = structlog.get_logger(__name__)

_INTERVAL = 0.25
_ANSWER_WITHIN = 0.6


class DatabaseDownError(ConnectionError):
    """No connection is tried: the database did not answer a moment ago."""


class DatabaseSentinel:
    """Watches the database behind one engine; `healthy` is at most 1.5 s old."""

    def __init__(self, engine: AsyncEngine, settings: DatabaseSettings) -> None:
        self.healthy = True
        self._url = plain_url(settings.url)
        self._open: WeakSet[asyncpg.Connection] = WeakSet()
        self._own: asyncpg.Connection | None = None
        self._task: asyncio.Task[None] | None = None
        event.listen(engine.sync_engine, "do_connect", self._before_connect)
        event.listen(engine.sync_engine.pool, "connect", self._after_connect)

    async def start(self) -> None:
        """Asks once, so that `healthy` is true to life, and goes on in the background."""
        await self._ask()
        self._task = asyncio.create_task(self._watch(), name="database-sentinel")

    async def stop(self) -> None:
        """Ends the watching; the engine stays as it is."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._drop_own()

    @property
    def watching(self) -> bool:
        """Whether the background task is alive."""
        return self._task is not None and not self._task.done()

    def terminate_connections(self) -> int:
        """Tears down every connection of the engine without a word to the server; gives how many."""
        connections = [connection for connection in self._open if not connection.is_closed()]
        for connection in connections:
            connection.terminate()
        return len(connections)

    def _before_connect(self, *_: Any) -> None:
        if not self.healthy:
            raise DatabaseDownError("the database does not answer")

    def _after_connect(self, connection: Any, _record: Any) -> None:
        self._open.add(connection.driver_connection)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_INTERVAL)
            await self._ask()

    async def _ask(self) -> None:
        answered = await self._answers() or await self._answers()
        if answered and not self.healthy:
            log.info("database_back")
        if not answered:
            torn = self.terminate_connections()
            if self.healthy:
                log.warning("database_down", connections=torn)
        self.healthy = answered

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                if self._own is None or self._own.is_closed():
                    self._own = await asyncpg.connect(self._url, timeout=_ANSWER_WITHIN)
                await self._own.fetchval("SELECT 1")
        except Exception:  # noqa: BLE001 - whatever a dying server makes the driver raise, it was no answer
            self._drop_own()
            return False
        return True

    def _drop_own(self) -> None:
        if self._own is not None:
            self._own.terminate()
            self._own = None
