"""Every statement on the words of texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.timeline.domain import INTERACTION, Entry

__all__ = ["Text", "claim", "matching", "matching_newest", "store"]

# What waits is in the transaction that wrote the text: it can neither be missed nor be seen too early.
CLAIM: Final = text(
    """
    WITH claimed AS (
        DELETE FROM search_waiting
        WHERE ctid = ANY(ARRAY(SELECT ctid FROM search_waiting LIMIT :most FOR UPDATE SKIP LOCKED))
        RETURNING id
    )
    SELECT i.id, i.customer_id, i.occurred_at, i.kind, i.subject, i.body, CAST(i.attributes AS text)
    FROM claimed JOIN interactions AS i ON i.id = claimed.id
    """
)

STORE: Final = text(
    """
    INSERT INTO search_entries (id, type, customer_id, occurred_at, words)
    SELECT id, type, customer_id, occurred_at, array_to_tsvector(words)
    FROM json_to_recordset(CAST(CAST(:entries AS text) AS json))
         AS t(id uuid, type text, customer_id uuid, occurred_at timestamptz, words text[])
    ON CONFLICT (id) DO NOTHING
    """
)

BEFORE: Final = """
    (CAST(:at AS timestamptz) IS NULL OR (occurred_at, id) < (CAST(:at AS timestamptz), CAST(:id AS uuid)))
"""

# Materialised, so that the words are looked up in their index first: whoever walks by time looks for a rare word long.
MATCHING: Final = text(
    f"""
    WITH found AS MATERIALIZED (
        SELECT type, id, occurred_at FROM search_entries WHERE words @@ CAST(:question AS tsquery) AND {BEFORE}
    )
    SELECT type, id, occurred_at FROM found ORDER BY occurred_at DESC, id DESC LIMIT :limit
    """  # noqa: S608
)

# A common word is in so many texts that collecting all of them would be the work; some of the newest have it.
MATCHING_NEWEST: Final = text(
    """
    WITH newest AS MATERIALIZED (
        SELECT type, id, occurred_at, words FROM search_entries
        WHERE (occurred_at, id) < (CAST(:at AS timestamptz), CAST(:id AS uuid))
        ORDER BY occurred_at DESC, id DESC LIMIT :among
    )
    SELECT type, id, occurred_at FROM newest WHERE words @@ CAST(:question AS tsquery)
    ORDER BY occurred_at DESC, id DESC LIMIT :limit
    """
)

_AFTER_ALL: Final = (datetime(9999, 12, 31, tzinfo=UTC), UUID(int=2**128 - 1))


class Text(NamedTuple):
    """What has words: `attributes` is a JSON object as text."""

    id: UUID
    customer_id: UUID
    occurred_at: datetime
    kind: str
    subject: str | None
    body: str | None
    attributes: str


async def claim(connection: AsyncConnection, most: int) -> list[Text]:
    """At most so many of the texts that wait, which wait no longer when the transaction ends; what another replica is
    at is left to it."""
    return [Text._make(row) for row in await connection.execute(CLAIM, {"most": most})]


async def store(connection: AsyncConnection, words: Sequence[tuple[Text, list[str]]]) -> None:
    """Makes texts findable by these words."""
    entries = [
        {
            "id": found.id,
            "type": INTERACTION,
            "customer_id": found.customer_id,
            "occurred_at": found.occurred_at,
            "words": each,
        }
        for found, each in words
    ]
    await connection.execute(STORE, {"entries": orjson.dumps(entries, default=str).decode()})


async def matching(
    connection: AsyncConnection, question: str, before: tuple[datetime, UUID] | None, limit: int
) -> list[Entry]:
    """The newest texts that answer a tsquery."""
    at, id_ = before or (None, None)
    asked: dict[str, Any] = {"question": question, "at": at, "id": id_, "limit": limit}
    return [Entry._make(row) for row in await connection.execute(MATCHING, asked)]


async def matching_newest(
    connection: AsyncConnection, question: str, before: tuple[datetime, UUID] | None, limit: int, among: int
) -> list[Entry]:
    """The newest texts that answer a tsquery, among so many of the newest of all."""
    at, id_ = before or _AFTER_ALL
    asked: dict[str, Any] = {"question": question, "at": at, "id": id_, "limit": limit, "among": among}
    return [Entry._make(row) for row in await connection.execute(MATCHING_NEWEST, asked)]
