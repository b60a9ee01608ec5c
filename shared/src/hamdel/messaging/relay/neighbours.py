"""Relays of one database wake each other, so that a shard held by another replica does not wait for a poll.

NOTIFY is used here outside every business transaction (there it would make commits wait for each other), gathered so
that however many commits there are, a relay says it at most fifty times a second. A notification that gets lost, or a
pooler that knows no LISTEN, costs only time: everything is polled for as well.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hamdel.messaging.relay.connection import RawConnection

if TYPE_CHECKING:
    from asyncpg import Connection

__all__ = ["FACTS", "GAP_SECONDS", "LEASES", "Neighbours", "tell"]

CHANNEL: Final = "hamdel_relay"
FACTS: Final = "facts"
LEASES: Final = "leases"
GAP_SECONDS: Final = 0.02
CHECK_SECONDS: Final = 10.0


async def tell(connection: Connection, news: str, relay_id: str) -> None:
    """Tells the other relays; when in a transaction, at its commit. Raises what asyncpg raises."""
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{news} {relay_id}")


@dataclass
class Neighbours:
    """`say` is cheap and returns at once; `heard` gets FACTS or LEASES when another relay has said so."""

    relay_id: str
    database: RawConnection
    heard: Callable[[str], None]
    _listening: Connection | None = None
    _unsaid: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self) -> None:
        """There are new facts. Callable from any coroutine of the event loop."""
        self._unsaid.set()

    async def exchange(self) -> None:
        """Listens until there is something to say and says it. Raises what asyncpg raises; call it again and again."""
        try:
            connection = await self._listen()
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._unsaid.wait()
            except TimeoutError:
                await connection.execute("SELECT 1")  # a connection that died in silence is noticed here
                return
            self._unsaid.clear()
            await tell(connection, FACTS, self.relay_id)
        except BaseException:
            self.database.drop()
            raise

    async def _listen(self) -> Connection:
        connection = await self.database.get()
        if connection is not self._listening:
            await connection.add_listener(CHANNEL, self._on_notification)
            self._listening = connection
        return connection

    def _on_notification(self, *arguments: Any) -> None:
        news, _, sender = str(arguments[3]).partition(" ")
        if sender != self.relay_id:
            self.heard(news)
