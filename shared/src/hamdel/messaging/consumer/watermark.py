"""What has been applied: per (consumer, source, subject) the highest sequence, without any time window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.messaging.consumer.delivery import Key

__all__ = ["Watermarks", "lock_partition", "pass_by", "read_watermarks", "write_watermarks"]

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
READ = text(
    """
    SELECT w.source, w.subject, w.applied
    FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS uuid[])) AS t(source, subject)
    JOIN consumer_watermarks AS w ON w.consumer = :consumer AND w.source = t.source AND w.subject = t.subject
    """
)
WRITE = text(
    """
    INSERT INTO consumer_watermarks AS w (consumer, source, subject, applied)
    SELECT :consumer, source, subject, applied
    FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS uuid[]), CAST(:applied AS bigint[]))
         AS t(source, subject, applied)
    ORDER BY source, subject
    ON CONFLICT (consumer, source, subject) DO UPDATE SET applied = greatest(w.applied, excluded.applied)
    """
)
# A key's first event of the batch tells whether something is missing before it.
PASS_BY = text(
    """
    WITH t AS (
        SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:subjects AS uuid[]), CAST(:firsts AS bigint[]),
                             CAST(:lasts AS bigint[])) AS t(source, subject, first, last)
    ), missing AS (
        SELECT count(*) FROM t LEFT JOIN consumer_watermarks AS w
          ON w.consumer = :consumer AND w.source = t.source AND w.subject = t.subject
        WHERE t.first > coalesce(w.applied, 0) + 1
    ), moved AS (
        INSERT INTO consumer_watermarks AS w (consumer, source, subject, applied)
        SELECT :consumer, source, subject, last FROM t ORDER BY source, subject
        ON CONFLICT (consumer, source, subject) DO UPDATE SET applied = greatest(w.applied, excluded.applied)
    )
    SELECT * FROM missing
    """
)


@dataclass
class Watermarks:
    """The rules. `gaps` counts events whose predecessor was neither applied before nor skipped here."""

    applied: dict[Key, int]
    changed: dict[Key, int] = field(default_factory=dict)
    gaps: int = 0

    def is_new(self, key: Key, sequence: int) -> bool:
        """Whether this event was not applied yet."""
        return sequence > self.applied.get(key, 0)

    def advance(self, key: Key, sequence: int) -> None:
        """This event is done with: applied, ignored, or a dead letter."""
        if sequence > self.applied.get(key, 0) + 1:
            self.gaps += 1
        self.applied[key] = self.changed[key] = sequence


async def lock_partition(connection: AsyncConnection, consumer: str, topic: str, partition: int) -> None:
    """Keeps every other member of the group out of this partition's keys until the end of the transaction.

    During a rebalance two members can hold the same records; a subject is always on the same partition.
    """
    await connection.execute(LOCK, {"name": f"{consumer}/{topic}/{partition}"})


async def read_watermarks(connection: AsyncConnection, consumer: str, keys: Iterable[Key]) -> Watermarks:
    """The watermarks of these keys; a key never seen has none."""
    wanted = list(dict.fromkeys(keys))
    rows = await connection.execute(
        READ, {"consumer": consumer, "sources": [k[0] for k in wanted], "subjects": [k[1] for k in wanted]}
    )
    return Watermarks({(row[0], row[1]): row[2] for row in rows})


async def write_watermarks(connection: AsyncConnection, consumer: str, changed: Mapping[Key, int]) -> None:
    """Moves them forward, never back."""
    if not changed:
        return
    await connection.execute(
        WRITE,
        {
            "consumer": consumer,
            "sources": [key[0] for key in changed],
            "subjects": [key[1] for key in changed],
            "applied": list(changed.values()),
        },
    )


async def pass_by(connection: AsyncConnection, consumer: str, ignored: Iterable[tuple[Key, int]]) -> int:
    """Moves the watermarks over events that are ignored, given in the order of each key; gives how many of them have a
    predecessor that was never seen."""
    firsts: dict[Key, int] = {}
    lasts: dict[Key, int] = {}
    gaps = 0
    for key, sequence in ignored:
        firsts.setdefault(key, sequence)
        last = lasts.get(key, sequence)
        gaps += sequence > last + 1
        lasts[key] = max(last, sequence)
    sources, subjects = zip(*firsts, strict=True)
    found = {"sources": sources, "subjects": subjects, "firsts": list(firsts.values()), "lasts": list(lasts.values())}
    return gaps + int((await connection.execute(PASS_BY, {"consumer": consumer, **found})).scalar_one())
