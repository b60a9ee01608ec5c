"""The timeline's one statement: a branch per source and customer, each read off its index and cut, then merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.timeline.domain import INTERACTION, PURCHASE, Entry, Filters, TimelineEntry

__all__ = ["add", "by_ids", "page"]

ADD: Final = text(
    """
    INSERT INTO timeline_entries (id, customer_id, type, kind, channel, occurred_at, received_at, summary)
    VALUES (:id, :customer_id, :type, :kind, :channel, :occurred_at, :received_at, CAST(:summary AS json))
    ON CONFLICT (id) DO NOTHING
    """
)

BY_IDS: Final = text(
    """
    SELECT id, customer_id, type, kind, channel, occurred_at, received_at, CAST(summary AS text) AS summary
    FROM timeline_entries WHERE id = ANY(CAST(:ids AS uuid[]))
    """
)

CONDITIONS: Final = {
    "channel": "channel = :channel",
    "kind": "kind = :kind",
    "since": "occurred_at >= CAST(:since AS timestamptz)",
    "until": "occurred_at < CAST(:until AS timestamptz)",
    "at": "(occurred_at, id) < (CAST(:at AS timestamptz), CAST(:id AS uuid))",
}
ENTRY_CONDITIONS: Final = CONDITIONS | {"kind": "(kind = :kind OR type = :kind)", "type": "type = :type"}


@cache
def _branch(type_: str, table: str, wanted: tuple[str, ...]) -> str:
    conditions = "".join(f" AND {condition}" for condition in wanted)
    return (
        "SELECT t.type, t.id, t.occurred_at FROM unnest(CAST(:family AS uuid[])) AS f(member), "  # noqa: S608
        f"LATERAL (SELECT {type_} AS type, id, occurred_at FROM {table} WHERE customer_id = f.member{conditions} "
        "ORDER BY occurred_at DESC, id DESC LIMIT :limit) AS t"
    )


def _wanted(conditions: Mapping[str, str], given: Iterable[str]) -> tuple[str, ...]:
    return tuple(conditions[name] for name in sorted(given))


@cache
def _statement(given: frozenset[str], type_: str | None, purchases: bool) -> TextClause:
    """The statement for these conditions; the parts are constants of this module, never what a client sent."""
    branches = []
    if type_ in (None, INTERACTION):
        branches.append(_branch(f"'{INTERACTION}'", "interactions", _wanted(CONDITIONS, given - {"type"})))
    if type_ in (None, PURCHASE) and purchases:
        branches.append(_branch(f"'{PURCHASE}'", "purchases", _wanted(CONDITIONS, given - {"type", "kind"})))
    if type_ not in (INTERACTION, PURCHASE):
        branches.append(_branch("type", "timeline_entries", _wanted(ENTRY_CONDITIONS, given)))
    merged = " UNION ALL ".join(branches)
    return text(f"SELECT * FROM ({merged}) AS entries ORDER BY occurred_at DESC, id DESC LIMIT :limit")  # noqa: S608


async def page(
    connection: AsyncConnection,
    family: Sequence[UUID],
    filters: Filters,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Entry]:
    """At most `limit` entries of these customers, older than `before` (all of them when None), newest first."""
    given: dict[str, Any] = {name: value for name, value in filters._asdict().items() if value is not None}
    if before is not None:
        given["at"], given["id"] = before
    statement = _statement(frozenset(given) - {"id"}, filters.type, filters.kind in (None, PURCHASE))
    rows = await connection.execute(statement, given | {"family": list(family), "limit": limit})
    return [Entry._make(row) for row in rows]


async def add(connection: AsyncConnection, entry: TimelineEntry) -> None:
    """Stores an entry unless its id is there."""
    summary = orjson.dumps(entry.summary, option=orjson.OPT_UTC_Z).decode()
    await connection.execute(ADD, {**asdict(entry), "summary": summary})


async def by_ids(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, TimelineEntry]:
    """The entries of the timeline's own table among the ids."""
    rows = await connection.execute(BY_IDS, {"ids": list(ids)})
    return {row.id: TimelineEntry(**{**row._mapping, "summary": orjson.loads(row.summary)}) for row in rows}
