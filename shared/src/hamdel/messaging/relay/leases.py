"""Who may publish which shard: leases in PostgreSQL, so that a customer's events have exactly one sender.

All decisions about time are made by the database's clock, except one: a relay stops using a shard when its own
monotonic clock says that the lease may have run out, counted from before the renewal was asked for.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hamdel.ids import SHARDS
from hamdel.messaging.relay.neighbours import LEASES, tell

if TYPE_CHECKING:
    from asyncpg import Connection

__all__ = ["LeaseTable", "Leases"]

LOCK: Final = 0x68616D64656C01  # "hamdel", 1: one relay at a time works on the lease table
SAFETY: Final = 0.9

SEEN = """
    INSERT INTO relay_members (relay_id, seen_at) VALUES ($1, clock_timestamp())
    ON CONFLICT (relay_id) DO UPDATE SET seen_at = excluded.seen_at
"""
FORGET_MEMBERS = "DELETE FROM relay_members WHERE seen_at < clock_timestamp() - 10 * $1::interval"
LIVE_MEMBERS = "SELECT count(*) FROM relay_members WHERE seen_at > clock_timestamp() - $1::interval"
RENEW = """
    UPDATE relay_leases SET expires_at = clock_timestamp() + $2::interval
    WHERE relay_id = $1 AND expires_at > clock_timestamp() AND shard = ANY($3::smallint[]) RETURNING shard
"""
ACQUIRE = """
    WITH free AS (
        SELECT s.shard, l.expires_at FROM generate_series(0, $4 - 1) AS s(shard)
        LEFT JOIN relay_leases AS l USING (shard)
        WHERE l.shard IS NULL OR l.expires_at < clock_timestamp()
        ORDER BY s.shard LIMIT $3
    ), taken AS (
        INSERT INTO relay_leases (shard, relay_id, expires_at)
        SELECT shard, $1, clock_timestamp() + $2::interval FROM free
        ON CONFLICT (shard) DO UPDATE SET relay_id = excluded.relay_id, expires_at = excluded.expires_at
    )
    SELECT shard, expires_at IS NOT NULL AS orphaned, expires_at FROM free
"""
GIVE_BACK = "DELETE FROM relay_leases WHERE relay_id = $1 AND shard = ANY($2::smallint[])"
LEAVE = "DELETE FROM relay_members WHERE relay_id = $1"
# A stream that a writer has locked at this moment is about to become dirty by itself: waiting for it would hold up
# every relay's lease.
PUBLISH_AGAIN = """
    WITH changed AS (
        SELECT customer_id FROM event_streams
        WHERE shard = $1 AND changed_at > $2::timestamptz - 2 * $3::interval AND section_published > 0
        ORDER BY customer_id FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE event_streams AS s SET section_published = 0 FROM changed WHERE s.customer_id = changed.customer_id
"""


@dataclass
class Leases:
    """What this relay holds, by its own clock. `hold` marks shards as being worked on.

    `released` is called when a shard that is to be given back is not worked on any more.
    """

    clock: Callable[[], float] = time.monotonic
    released: Callable[[], None] = lambda: None
    _deadlines: dict[int, float] = field(default_factory=dict)
    _leaving: set[int] = field(default_factory=set)
    _in_use: Counter[int] = field(default_factory=Counter)

    def usable(self, shards: Iterable[int]) -> list[int]:
        """Those of the shards that may be published from now on."""
        now = self.clock()
        return [s for s in shards if self._deadlines.get(s, 0.0) > now and s not in self._leaving]

    def valid(self, shards: Iterable[int]) -> bool:
        """Whether all of them are certainly still ours."""
        now = self.clock()
        return all(self._deadlines.get(shard, 0.0) > now for shard in shards)

    @contextmanager
    def hold(self, shards: list[int]) -> Iterator[None]:
        """While inside, the shards are not given back."""
        self._in_use.update(shards)
        try:
            yield
        finally:
            self._in_use.subtract(shards)
            if not self._leaving.isdisjoint(shards):
                self.released()

    @property
    def held(self) -> list[int]:
        """Every shard of ours, those about to be given back included."""
        return sorted(self._deadlines)

    def idle(self, shards: Iterable[int]) -> list[int]:
        """Those that nobody works on."""
        return [shard for shard in shards if self._in_use[shard] <= 0]

    def renewed(self, shards: Iterable[int], deadline: float) -> None:
        """Only these are ours, until `deadline` on our clock."""
        self._deadlines = dict.fromkeys(shards, deadline)
        self._leaving &= self._deadlines.keys()

    def gained(self, shards: Iterable[int], deadline: float) -> None:
        """These came in addition."""
        self._deadlines.update(dict.fromkeys(shards, deadline))

    def leave(self, shards: Iterable[int]) -> list[int]:
        """Stops using exactly these; returns those that can be given back now."""
        self._leaving = set(shards)
        return self.idle(self._leaving & self._deadlines.keys())

    @property
    def leaving(self) -> bool:
        """Whether a shard waits for its last round to end before it is given back."""
        return bool(self._leaving)

    def lost(self, shards: Iterable[int]) -> None:
        """These are not ours any more."""
        for shard in shards:
            self._deadlines.pop(shard, None)
            self._leaving.discard(shard)


@dataclass(slots=True)
class LeaseTable:
    """The lease round of one relay: seen, renew, give back what is too much, take what is free.

    `unsettled` after a round: shards are about to change hands, so the next round should come soon, not a third of
    a period later; nobody publishes a shard in between. The other relays are told of a new member and of shards
    that became free, with the transaction that makes it so.
    """

    relay_id: str
    seconds: float
    leases: Leases
    unsettled: bool = True
    _live: int = 0
    _eager_until: float = 0.0

    async def round(self, connection: Connection) -> list[int]:
        """One transaction; returns the shards that are new. Raises what asyncpg raises."""
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            deadline = self.leases.clock() + self.seconds * SAFETY
            await connection.execute(SEEN, self.relay_id)
            await connection.execute(FORGET_MEMBERS, _interval(self.seconds))
            renewed = await connection.fetch(RENEW, self.relay_id, _interval(self.seconds), self.leases.held)
            mine = sorted(row["shard"] for row in renewed)
            live = await connection.fetchval(LIVE_MEMBERS, _interval(self.seconds))
            share = -(-SHARDS // max(live, 1))
            given = await self._give_back(connection, mine, share)
            taken = await self._take(connection, share - len(mine))
            if given or not self._live:
                await tell(connection, LEASES, self.relay_id)
        self.leases.renewed(mine, deadline)
        self.leases.lost(given)
        self.leases.gained(taken, deadline)
        self._judge(live)
        return taken

    @property
    def alone(self) -> bool:
        """Whether no other relay was alive at the last round."""
        return self._live <= 1

    def _judge(self, live: int) -> None:
        now = self.leases.clock()
        if live != self._live:
            self._live, self._eager_until = live, now + self.seconds
        wanting = len(self.leases.held) < SHARDS // max(live, 1)
        self.unsettled = self.leases.leaving or (wanting and now < self._eager_until)

    async def _give_back(self, connection: Connection, mine: list[int], share: int) -> list[int]:
        surplus = mine[share:] if len(mine) > share else []
        given = self.leases.leave(surplus)
        if given:
            await connection.execute(GIVE_BACK, self.relay_id, given)
        return given

    async def _take(self, connection: Connection, wanted: int) -> list[int]:
        if wanted <= 0:
            return []
        rows = await connection.fetch(ACQUIRE, self.relay_id, _interval(self.seconds), wanted, SHARDS)
        for row in rows:
            if row["orphaned"]:
                # its owner did not give it back: it may have been paused and may have written a section too late
                await connection.execute(PUBLISH_AGAIN, row["shard"], row["expires_at"], _interval(self.seconds))
        return [row["shard"] for row in rows]

    async def leave(self, connection: Connection) -> None:
        """Gives back what nobody works on any more; the rest runs out by itself."""
        idle = self.leases.idle(self.leases.held)
        self.leases.lost(self.leases.held)
        async with connection.transaction():
            await connection.execute(GIVE_BACK, self.relay_id, idle)
            await connection.execute(LEAVE, self.relay_id)
            await tell(connection, LEASES, self.relay_id)


def _interval(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
