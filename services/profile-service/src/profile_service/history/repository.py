"""The SQL of the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.history.domain import Entry, Line

__all__ = ["append", "changed_since", "lines"]

NAMED_AT_MOST = 100
BEFORE_EVERYTHING = (2**63 - 1, 0)

APPEND = text(
    """
    INSERT INTO customer_history (customer_id, version, ordinal, field, old, new, actor, source, changed_at)
    SELECT customer_id, version, ordinal, field, CAST(old AS jsonb), CAST(new AS jsonb), :actor, :source, :now
    FROM unnest(CAST(:customer_ids AS uuid[]), CAST(:versions AS bigint[]), CAST(:fields AS text[]),
                CAST(:olds AS text[]), CAST(:news AS text[]))
         WITH ORDINALITY AS t(customer_id, version, field, old, new, ordinal)
    """
)

LINES = text(
    """
    SELECT version, ordinal, field, CAST(old AS text) AS old, CAST(new AS text) AS new, actor, source, changed_at
    FROM customer_history
    WHERE customer_id = :customer_id AND (version, ordinal) < (CAST(:version AS bigint), CAST(:ordinal AS integer))
    ORDER BY version DESC, ordinal DESC
    LIMIT :limit
    """
)

CHANGED_SINCE = text(
    """
    SELECT DISTINCT field FROM customer_history
    WHERE customer_id = :customer_id AND version > :version ORDER BY field LIMIT :limit
    """
)


async def append(
    connection: AsyncConnection, entries: Sequence[Entry], *, actor: str, source: str, now: datetime
) -> None:
    """Writes changes down, in their order."""
    values: dict[str, Any] = {
        "actor": actor,
        "source": source,
        "now": now,
        "customer_ids": [entry.customer_id for entry in entries],
        "versions": [entry.version for entry in entries],
        "fields": [entry.field for entry in entries],
        "olds": [_stored(entry.old) for entry in entries],
        "news": [_stored(entry.new) for entry in entries],
    }
    await connection.execute(APPEND, values)


async def lines(
    connection: AsyncConnection, customer_id: UUID, before: tuple[int, int] | None, limit: int
) -> list[Line]:
    """The changes of a customer, newest first; `before` is (version, ordinal) of the last line seen."""
    version, ordinal = before or BEFORE_EVERYTHING
    values = {"customer_id": customer_id, "version": version, "ordinal": ordinal, "limit": limit}
    return [
        Line(row.version, row.ordinal, row.field, _read(row.old), _read(row.new), *row[5:])
        for row in await connection.execute(LINES, values)
    ]


async def changed_since(connection: AsyncConnection, customer_id: UUID, version: int) -> list[str]:
    """The pointers changed after a version, sorted, at most 100 of them."""
    values = {"customer_id": customer_id, "version": version, "limit": NAMED_AT_MOST}
    return list((await connection.execute(CHANGED_SINCE, values)).scalars())


def _stored(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _read(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)
