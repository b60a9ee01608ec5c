"""A broker that keeps everything in memory forgets it when it restarts; then what was published is published again.

Published rows are kept in `outbox_published` for some days, with the next offset of each partition. Where the broker
holds less than that, it has forgotten. Each such finding starts a new *epoch*: an acknowledgement that was got in an
older one counts for nothing, so a late settlement cannot hide a row from the new broker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from hamdel.messaging.transport import Acks, Partition, SendFailedError

if TYPE_CHECKING:
    from asyncpg import Connection

__all__ = [
    "ForgottenError",
    "forgot",
    "join_epoch",
    "load_positions",
    "prune_published",
    "restore",
    "settle_kept",
    "still_epoch",
]

LOCK: Final = 0x68616D64656C02  # "hamdel", 2: one relay at a time restores

POSITIONS = "SELECT topic, partition, next_offset FROM relay_positions WHERE topic <> ''"
EPOCH = "SELECT next_offset FROM relay_positions WHERE topic = '' AND partition = 0"
FIRST_EPOCH = """
    INSERT INTO relay_positions (topic, partition, next_offset) VALUES ('', 0, 1)
    ON CONFLICT (topic, partition) DO NOTHING
"""
NEXT_EPOCH = """
    INSERT INTO relay_positions AS p (topic, partition, next_offset) VALUES ('', 0, 1)
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = p.next_offset + 1
"""
COLUMNS = "seq, id, aggregatetype, aggregateid, type, payload, headers, shard, created_at"
BRING_BACK = f"""
    WITH back AS (DELETE FROM outbox_published RETURNING {COLUMNS})
    INSERT INTO outbox ({COLUMNS}) SELECT {COLUMNS} FROM back ON CONFLICT (seq) DO NOTHING
"""  # noqa: S608 - the columns are a constant
FORGET_POSITIONS = "DELETE FROM relay_positions WHERE topic <> ''"
ALL_DIRTY = """
    WITH published AS (
        SELECT customer_id FROM event_streams WHERE section_published > 0 ORDER BY customer_id FOR NO KEY UPDATE
    )
    UPDATE event_streams AS s SET section_published = 0 FROM published WHERE s.customer_id = published.customer_id
"""
MOVE = f"""
    WITH sent AS (
        DELETE FROM outbox WHERE shard = ANY($2::smallint[]) AND seq = ANY($1::bigint[]) RETURNING {COLUMNS}
    )
    INSERT INTO outbox_published ({COLUMNS}) SELECT {COLUMNS} FROM sent ON CONFLICT (seq) DO NOTHING
"""  # noqa: S608 - the columns are a constant
ADVANCE = """
    INSERT INTO relay_positions AS p (topic, partition, next_offset)
    SELECT topic, partition, next_offset
    FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS t(topic, partition, next_offset)
    ORDER BY topic, partition
    ON CONFLICT (topic, partition) DO UPDATE SET next_offset = greatest(p.next_offset, excluded.next_offset)
"""
PRUNE = """
    DELETE FROM outbox_published WHERE seq IN (
        SELECT seq FROM outbox_published WHERE created_at < now() - $1::interval ORDER BY created_at LIMIT $2
    )
"""


class ForgottenError(SendFailedError):
    """The broker lost what it had acknowledged, or somebody else found that out first."""


async def load_positions(connection: Connection) -> dict[Partition, int]:
    """The next offset of each partition, as far as acknowledged."""
    return {Partition(row[0], row[1]): row[2] for row in await connection.fetch(POSITIONS)}


async def join_epoch(connection: Connection) -> int:
    """The number of the present epoch; makes the first one."""
    await connection.execute(FIRST_EPOCH)
    return int(await connection.fetchval(EPOCH))


def forgot(positions: Mapping[Partition, int], ends: Mapping[Partition, int]) -> bool:
    """Whether a partition that had been written to is missing or empty now."""
    return any(offset > 0 and ends.get(place, 0) == 0 for place, offset in positions.items())


async def restore(connection: Connection, ends: Mapping[Partition, int]) -> bool:
    """In one transaction: everything published is to be published again. False when another relay has done it.

    `ends` are the end offsets of the broker, read before; the positions are read again under the lock.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        if not forgot(await load_positions(connection), ends):
            return False
        await connection.execute(NEXT_EPOCH)
        await connection.execute(BRING_BACK)
        await connection.execute(FORGET_POSITIONS)
        await connection.execute(ALL_DIRTY)
    return True


async def still_epoch(connection: Connection, epoch: int) -> None:
    """Keeps the epoch from changing until the end of this transaction; raises ForgottenError when it has."""
    if await connection.fetchval(EPOCH + " FOR SHARE") != epoch:
        raise ForgottenError("the broker has been refilled since this was sent")


async def settle_kept(
    connection: Connection, sequences: Sequence[int], shards: Sequence[int], acks: Acks, epoch: int
) -> None:
    """Moves acknowledged rows to `outbox_published` and advances the positions. Raises ForgottenError."""
    places = sorted(acks)
    async with connection.transaction():
        await still_epoch(connection, epoch)
        await connection.execute(MOVE, sequences, shards)
        await connection.execute(
            ADVANCE,
            [place.topic for place in places],
            [place.partition for place in places],
            [acks[place].next_offset for place in places],
        )


async def prune_published(connection: Connection, keep_days: int, most: int = 10_000) -> int:
    """Deletes published rows older than so many days, at most so many; returns how many."""
    status = await connection.execute(PRUNE, timedelta(days=keep_days), most)
    return int(status.rsplit(" ", 1)[1])
