"""Every statement on interactions and the counters kept beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.summary import summary_of
from interaction_service.recording.domain import Existing, Key

__all__ = ["by_ids", "insert", "owners"]

_INSERTED: Final = Interaction._fields[: Interaction._fields.index("version")]
"""What the insert stores; a message gets its contact and its place when its conversation is known."""

# One JSON document and not an array per column: encoding 17 arrays costs the driver ten times as much. Half of the
# statement's time is the reading of that document, so what is null is left out of it.
INSERT_AND_COUNT: Final = text(
    """
    WITH created AS (
        INSERT INTO interactions (id, customer_id, source, external_id, occurred_at, channel, direction, kind, subject,
                                  body, agent_id, duration_seconds, outcome, attributes, fingerprint, recorded_at,
                                  summary, attachments)
        SELECT id, customer_id, source, external_id, occurred_at, channel, direction, kind, subject,
               body, agent_id, duration_seconds, outcome, attributes, fingerprint, recorded_at, summary, attachments
        FROM json_to_recordset(CAST(CAST(:records AS text) AS json))
             AS t(id uuid, customer_id uuid, source text, external_id text, occurred_at timestamptz, channel text,
                  direction text, kind text, subject text, body text, agent_id text, duration_seconds integer,
                  outcome text, attributes json, fingerprint uuid, recorded_at timestamptz, summary text,
                  attachments json)
        ON CONFLICT (source, external_id) WHERE external_id IS NOT NULL DO NOTHING
        RETURNING id, customer_id, channel, occurred_at, kind = 'interview' OR num_nonnulls(subject, body) > 0 AS words
    ), searchable AS (
        INSERT INTO search_waiting (id) SELECT id FROM created WHERE words
    ), counted AS (
        INSERT INTO interaction_counters AS c (customer_id, channel, interactions, last_at)
        SELECT customer_id, channel, count(*), max(occurred_at) FROM created GROUP BY customer_id, channel
        ON CONFLICT (customer_id, channel) DO UPDATE
        SET interactions = c.interactions + excluded.interactions, last_at = greatest(c.last_at, excluded.last_at)
    )
    SELECT id FROM created
    """
)

OWNERS: Final = text(
    """
    SELECT i.source, i.external_id, i.id, i.fingerprint
    FROM unnest(CAST(:sources AS text[]), CAST(:external_ids AS text[])) AS t(source, external_id)
    JOIN interactions AS i ON i.source = t.source AND i.external_id = t.external_id
    """
)

BY_IDS: Final = text(
    """
    SELECT id, customer_id, source, external_id, occurred_at, channel, direction, kind, subject, body, agent_id,
           duration_seconds, outcome, CAST(attributes AS text) AS attributes, fingerprint, recorded_at, version,
           contact, conversation_id, position, coalesce(CAST(attachments AS text), '[]') AS attachments
    FROM interactions WHERE id = ANY(CAST(:ids AS uuid[]))
    """
)


async def insert(connection: AsyncConnection, records: Sequence[Interaction]) -> set[UUID]:
    """Stores the interactions whose key is free and counts those alone, in one statement; gives their ids."""
    document = orjson.dumps([_row(record) for record in records], option=orjson.OPT_UTC_Z).decode()
    return set((await connection.execute(INSERT_AND_COUNT, {"records": document})).scalars())


async def owners(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, Existing]:
    """The stored interactions that own the keys."""
    sources, external_ids = zip(*keys, strict=True)
    rows = await connection.execute(OWNERS, {"sources": sources, "external_ids": external_ids})
    return {(row.source, row.external_id): Existing(row.id, row.fingerprint) for row in rows}


async def by_ids(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Interaction]:
    """The interactions among the ids."""
    rows = await connection.execute(BY_IDS, {"ids": list(ids)})
    return {row.id: Interaction._make(row) for row in rows}


def _row(record: Interaction) -> dict[str, Any]:
    told = zip(_INSERTED, record, strict=False)
    row: dict[str, Any] = {name: value for name, value in told if value is not None}
    row["attributes"] = orjson.Fragment(record.attributes)
    row["summary"] = summary_of(record)
    if record.attachments != "[]":
        row["attachments"] = orjson.Fragment(record.attachments)
    return row
