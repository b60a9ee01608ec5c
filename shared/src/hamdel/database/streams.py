"""Event streams: one row per customer, locked for the length of a transaction, and the reversible links between them.

A row holds `sequence` (the customer's events: 1, 2, 3 … without a gap), `touched` (changes of its *section* that are no
event of its own: a link was made or undone, something happened to a stream linked to it) and `linked_to`. The section's
number is the sum of both, so it grows with every change of what the section shows (architecture §6).

Links form a tree: whoever reads a root shows the whole *family*, the root first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.ids import shard_of

__all__ = ["Families", "Stream", "Streams", "families", "families_of", "family_of", "roots"]

Families = Mapping[UUID, Sequence[UUID]]
"""Root → its family: the root itself first, then everything linked to it, however deep, in order of id."""

LOCK: Final = text(
    """
    INSERT INTO event_streams AS s (customer_id, shard, changed_at)
    SELECT id, shard, :now FROM unnest(CAST(:ids AS uuid[]), CAST(:shards AS smallint[])) AS t(id, shard)
    ORDER BY id
    ON CONFLICT (customer_id) DO UPDATE SET customer_id = s.customer_id
    RETURNING customer_id, sequence, touched, linked_to
    """
)

# All or nothing, so that the locks of a transaction stay sorted; a quarter of the cost of LOCK, which writes every row
# anew to lock it.
LOCK_EXISTING: Final = text(
    """
    SELECT customer_id, sequence, touched, linked_to FROM event_streams
    WHERE customer_id = ANY(CAST(:ids AS uuid[]))
      AND (SELECT count(*) FROM event_streams WHERE customer_id = ANY(CAST(:ids AS uuid[]))) = :count
    ORDER BY customer_id FOR NO KEY UPDATE
    """
)

LINK: Final = text("UPDATE event_streams SET linked_to = :to WHERE customer_id = :id")

# UNION, not UNION ALL: while links of several customers arrive in another order than they were made, they may form a
# circle for a moment.
BELOW: Final = text(
    """
    WITH RECURSIVE family(root, id) AS (
        SELECT s.linked_to, s.customer_id FROM event_streams AS s WHERE s.linked_to = ANY(CAST(:ids AS uuid[]))
        UNION
        SELECT f.root, s.customer_id FROM family AS f JOIN event_streams AS s ON s.linked_to = f.id
    )
    SELECT root, id FROM family WHERE id <> root ORDER BY root, id
    """
)

ABOVE: Final = text(
    """
    WITH RECURSIVE path(start, at) AS (
        SELECT customer_id, linked_to FROM event_streams
        WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND linked_to IS NOT NULL
        UNION
        SELECT p.start, s.linked_to FROM path AS p JOIN event_streams AS s ON s.customer_id = p.at
        WHERE s.linked_to IS NOT NULL
    )
    SELECT p.start, p.at FROM path AS p
    WHERE NOT EXISTS (SELECT 1 FROM event_streams AS s WHERE s.customer_id = p.at AND s.linked_to IS NOT NULL)
    """
)

# Whoever is alone, as nearly everybody is, gives no row.
AROUND: Final = text(
    """
    WITH RECURSIVE up(asked, at, next) AS (
        SELECT s.customer_id, s.customer_id, s.linked_to FROM event_streams AS s
        WHERE s.customer_id = ANY(CAST(:ids AS uuid[]))
          AND (s.linked_to IS NOT NULL OR EXISTS (SELECT 1 FROM event_streams AS t WHERE t.linked_to = s.customer_id))
        UNION
        SELECT u.asked, u.next, s.linked_to FROM up AS u LEFT JOIN event_streams AS s ON s.customer_id = u.next
        WHERE u.next IS NOT NULL
    ), family(asked, root, id) AS (
        SELECT asked, at, at FROM up WHERE next IS NULL
        UNION
        SELECT f.asked, f.root, s.customer_id FROM family AS f JOIN event_streams AS s ON s.linked_to = f.id
    )
    SELECT asked, id FROM family ORDER BY asked, id <> root, id
    """
)


_number = attrgetter("int")
"""Orders ids as comparing them does, and as PostgreSQL does, at a fifth of the cost."""


@dataclass(slots=True)
class Stream:
    """A locked row as it will be stored."""

    sequence: int
    touched: int
    linked_to: UUID | None
    changed: bool = False

    @property
    def section_sequence(self) -> int:
        """The number of the section that shows this state."""
        return self.sequence + self.touched


class Streams:
    """The streams that one transaction has locked. Nothing is written before the unit of work stores them."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._locked: dict[UUID, Stream] = {}

    def __contains__(self, customer_id: object) -> bool:
        return customer_id in self._locked

    def __getitem__(self, customer_id: UUID) -> Stream:
        return self._locked[customer_id]

    async def lock(self, customer_ids: Iterable[UUID]) -> None:
        """Takes the streams in sorted order, then what they are linked to, up to the roots; makes missing rows.

        A link is read under the lock of the stream that has it, and only changes under it.
        """
        wanted = sorted(set(customer_ids) - self._locked.keys(), key=_number)
        while wanted:
            rows = (await self._connection.execute(LOCK_EXISTING, {"ids": wanted, "count": len(wanted)})).all()
            if len(rows) < len(wanted):
                shards = [shard_of(one) for one in wanted]
                rows = (await self._connection.execute(LOCK, {"ids": wanted, "shards": shards, "now": self._now})).all()
            locked = {row[0]: Stream(row[1], row[2], row[3]) for row in rows}
            self._locked |= locked
            wanted = sorted(
                {one.linked_to for one in locked.values() if one.linked_to} - self._locked.keys(), key=_number
            )

    def root(self, customer_id: UUID) -> UUID:
        """Where the links of a locked stream end; within a circle, the least id of it."""
        path = [customer_id]
        while (following := self._locked[path[-1]].linked_to) is not None:
            if following in path:
                return min(path[path.index(following) :])
            path.append(following)
        return path[-1]

    def advance(self, customer_id: UUID) -> int:
        """The sequence of the next event; the section that shows the stream changes with it."""
        stream = self._locked[customer_id]
        stream.sequence += 1
        stream.changed = True
        root = self.root(customer_id)
        if root != customer_id:
            self.touch(root)
        return stream.sequence

    def touch(self, customer_id: UUID) -> None:
        """The section of a locked stream changes without an event of its own."""
        stream = self._locked[customer_id]
        stream.touched += 1
        stream.changed = True

    async def link(self, customer_id: UUID, to: UUID | None) -> None:
        """Links a stream to another, or to none; the sections of both, and of whoever showed it before, change.

        Linking what is linked so already changes nothing.
        """
        # in the order of every writer: a stream first, then what it is linked to
        await self.lock([customer_id])
        await self.lock([to] if to else [])
        stream = self._locked[customer_id]
        if stream.linked_to == to:
            return
        before = self.root(customer_id)
        stream.linked_to = to
        for changed in {customer_id, before, self.root(customer_id)}:
            self.touch(changed)
        await self._connection.execute(LINK, {"id": customer_id, "to": to})

    def changed(self) -> dict[UUID, Stream]:
        """What has to be stored, by customer."""
        return {customer: stream for customer, stream in self._locked.items() if stream.changed}

    def stored(self) -> None:
        """Nothing is left to be stored."""
        for stream in self._locked.values():
            stream.changed = False


async def families(connection: AsyncConnection, ids: Sequence[UUID]) -> Families:
    """The family below each of the ids, the id itself first."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for root, member in await connection.execute(BELOW, {"ids": list(ids)}):
        found[root].append(member)
    return {one: (one, *found.get(one, ())) for one in ids}


async def roots(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Where each of the ids is shown: the end of its links, or itself."""
    if not ids:
        return {}
    above = {row[0]: row[1] for row in await connection.execute(ABOVE, {"ids": list(ids)})}
    return {one: above.get(one, one) for one in ids}


async def families_of(connection: AsyncConnection, ids: Sequence[UUID]) -> Families:
    """The whole family of each of the ids, in one statement: everybody who is one with it, the survivor first."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    if not ids:
        return found
    for asked, member in await connection.execute(AROUND, {"ids": list(ids)}):
        found[asked].append(member)
    return {one: found.get(one, (one,)) for one in ids}


async def family_of(connection: AsyncConnection, customer_id: UUID) -> Sequence[UUID]:
    """Everybody who is one with this customer, the survivor first."""
    return (await families_of(connection, [customer_id]))[customer_id]
