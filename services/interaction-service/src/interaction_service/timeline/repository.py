"""The timeline's one statement: a branch per source and customer, each read off its index and cut, then merged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.timeline.domain import PURCHASE, Entry, Filters

__all__ = ["page"]

CONDITIONS: Final = {
    "channel": "channel = :channel",
    "kind": "kind = :kind",
    "since": "occurred_at >= CAST(:since AS timestamptz)",
    "until": "occurred_at < CAST(:until AS timestamptz)",
    "at": "(occurred_at, id) < (CAST(:at AS timestamptz), CAST(:id AS uuid))",
}


@cache
def _branch(type_: str, table: str, given: frozenset[str]) -> str:
    wanted = "".join(f" AND {CONDITIONS[name]}" for name in sorted(given))
    return (
        f"SELECT '{type_}' AS type, t.id, t.occurred_at FROM unnest(CAST(:family AS uuid[])) AS f(member), "  # noqa: S608
        f"LATERAL (SELECT id, occurred_at FROM {table} WHERE customer_id = f.member{wanted} "
        "ORDER BY occurred_at DESC, id DESC LIMIT :limit) AS t"
    )


@cache
def _statement(given: frozenset[str], purchases: bool) -> TextClause:
    """The statement for these conditions; the parts are constants of this module, never what a client sent."""
    branches = [_branch("interaction", "interactions", given)]
    if purchases:
        branches.append(_branch("purchase", "purchases", given - {"kind"}))
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
    statement = _statement(frozenset(given) - {"id"}, filters.kind in (None, PURCHASE))
    rows = await connection.execute(statement, given | {"family": list(family), "limit": limit})
    return [Entry._make(row) for row in rows]
