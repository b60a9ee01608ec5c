"""The SQL of the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.context import CallContext
from profile_service.customers.domain import FIELDS
from profile_service.history.domain import Entry, Line

__all__ = ["Origin", "append", "append_beside", "changed_since", "lines", "lines_of_change", "provenance"]

Origin = tuple[str, datetime]

NAMED_AT_MOST = 100
BEFORE_EVERYTHING = (2**63 - 1, 0)

APPEND = text(
    """
    INSERT INTO customer_history (customer_id, version, ordinal, field, old, new, actor, source, changed_at)
    SELECT customer_id, version, :after + ordinal, field, CAST(old AS jsonb), CAST(new AS jsonb), :actor, :source, :now
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

APPEND_BESIDE = text(
    """
    INSERT INTO customer_history (customer_id, version, ordinal, field, old, new, actor, source, changed_at)
    SELECT c.id, c.version, 1 + coalesce((SELECT max(ordinal) FROM customer_history AS h
                                          WHERE h.customer_id = c.id AND h.version = c.version), 0),
           :field, CAST(:old AS jsonb), CAST(:new AS jsonb), :actor, :source, :now
    FROM customers AS c WHERE c.id = :customer_id
    """
)

CHANGED_SINCE = text(
    """
    SELECT DISTINCT field FROM customer_history
    WHERE customer_id = :customer_id AND version > :version ORDER BY field LIMIT :limit
    """
)


LINES_OF_CHANGE = text(
    """
    SELECT version, ordinal, field, CAST(old AS text) AS old, CAST(new AS text) AS new, actor, source, changed_at
    FROM customer_history
    WHERE customer_id = :customer_id AND version = :version AND (field = :field OR starts_with(field, :below))
    ORDER BY ordinal
    """
)

PROVENANCE = text(
    """
    SELECT DISTINCT ON (h.customer_id, p.pointer) h.customer_id, p.pointer, h.source, h.changed_at
    FROM customer_history AS h
    CROSS JOIN LATERAL (SELECT CASE WHEN h.field = '' THEN h.new END AS record) AS born
    CROSS JOIN LATERAL (
        SELECT regexp_substr(h.field, '^(/name|/address)?/[^/]+') AS pointer WHERE h.field <> ''
        UNION ALL
        SELECT '/' || key FROM jsonb_object_keys(born.record) AS key WHERE key NOT IN ('name', 'address')
        UNION ALL
        SELECT '/name/' || key FROM jsonb_object_keys(born.record -> 'name') AS key
        UNION ALL
        SELECT '/address/' || key FROM jsonb_object_keys(born.record -> 'address') AS key
    ) AS p
    WHERE h.customer_id = ANY(CAST(:customer_ids AS uuid[]))
      AND split_part(p.pointer, '/', 2) = ANY(CAST(:fields AS text[]))
    ORDER BY h.customer_id, p.pointer, h.version DESC, h.ordinal DESC
    """
)


async def append(
    connection: AsyncConnection, entries: Sequence[Entry], *, actor: str, source: str, now: datetime, after: int = 0
) -> None:
    """Writes changes down, in their order; `after` lines of the same version that are there already."""
    values: dict[str, Any] = {
        "actor": actor,
        "source": source,
        "now": now,
        "after": after,
        "customer_ids": [entry.customer_id for entry in entries],
        "versions": [entry.version for entry in entries],
        "fields": [entry.field for entry in entries],
        "olds": [_stored(entry.old) for entry in entries],
        "news": [_stored(entry.new) for entry in entries],
    }
    await connection.execute(APPEND, values)


async def append_beside(connection: AsyncConnection, entry: Entry, context: CallContext, now: datetime) -> None:
    """Writes down what happened to a customer without changing its record: a line more of the present version."""
    values = {
        "customer_id": entry.customer_id,
        "field": entry.field,
        "old": _stored(entry.old),
        "new": _stored(entry.new),
        "actor": context.actor,
        "source": context.source,
        "now": now,
    }
    await connection.execute(APPEND_BESIDE, values)


async def lines(
    connection: AsyncConnection, customer_id: UUID, before: tuple[int, int] | None, limit: int
) -> list[Line]:
    """The changes of a customer, newest first; `before` is (version, ordinal) of the last line seen."""
    version, ordinal = before or BEFORE_EVERYTHING
    values = {"customer_id": customer_id, "version": version, "ordinal": ordinal, "limit": limit}
    return [_line(row) for row in await connection.execute(LINES, values)]


async def changed_since(connection: AsyncConnection, customer_id: UUID, version: int) -> list[str]:
    """The pointers changed after a version, sorted, at most 100 of them."""
    values = {"customer_id": customer_id, "version": version, "limit": NAMED_AT_MOST}
    return list((await connection.execute(CHANGED_SINCE, values)).scalars())


async def lines_of_change(connection: AsyncConnection, customer_id: UUID, version: int, field: str) -> list[Line]:
    """What one version changed of a field: its own line, or those of its parts."""
    values = {"customer_id": customer_id, "version": version, "field": field, "below": field + "/"}
    return [_line(row) for row in await connection.execute(LINES_OF_CHANGE, values)]


async def provenance(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, dict[str, Origin]]:
    """Where each field of the record has its present value from, by JSON pointer: the source and the time (UTC) of its
    last change, or of the customer's creation. Fields as a whole, names and addresses by their parts."""
    values = {"customer_ids": list(customer_ids), "fields": list(FIELDS)}
    found: dict[UUID, dict[str, Origin]] = {customer_id: {} for customer_id in customer_ids}
    for row in await connection.execute(PROVENANCE, values):
        found[row.customer_id][row.pointer] = (row.source, row.changed_at)
    return found


def _line(row: Row[Any]) -> Line:
    old, new = _read(row.old), _read(row.new)
    return Line(row.version, row.ordinal, row.field, old, new, row.actor, row.source, row.changed_at)


def _stored(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _read(value: str | None) -> Any:
    return None if value is None else orjson.loads(value)
