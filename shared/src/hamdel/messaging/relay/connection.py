"""A raw asyncpg connection that comes back after a failure: the relay's hot path needs no SQLAlchemy."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from asyncpg import Connection

__all__ = ["RawConnection"]

CONNECT_SECONDS = 2.0
COMMAND_SECONDS = 30.0


class RawConnection:
    """One connection for one task. After any error call `drop`; the next `get` connects again.

    `for_lane`: synchronous_commit is off (a power cut may forget the last deletes, and those rows are sent twice), and
    so are scans of whole tables: a plan that was made and kept while the outbox was empty must still be the right one
    when a backlog has come.
    """

    def __init__(self, dsn: str, *, for_lane: bool) -> None:
        self._dsn = dsn
        switch = "off" if for_lane else "on"
        self._settings = {
            "application_name": "hamdel-relay",
            "timezone": "UTC",
            "jit": "off",
            "synchronous_commit": switch,
            "enable_seqscan": switch,
            "enable_bitmapscan": switch,
        }
        self._connection: Connection | None = None

    async def get(self) -> Connection:
        """The open connection. Raises OSError, TimeoutError or a PostgresError when there is none to be had."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn,
                timeout=CONNECT_SECONDS,
                command_timeout=COMMAND_SECONDS,
                server_settings=self._settings,
            )
        return self._connection

    def drop(self) -> None:
        """Ends the connection at once, whatever it is doing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def close(self) -> None:
        """Ends it politely, within a second."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            async with asyncio.timeout(1):
                await connection.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()
