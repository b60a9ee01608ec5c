"""How PostgreSQL reads a page: off the indexes, and no further than the page, however deep it lies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.ids import new_id
from interaction_service.timeline import repository
from interaction_service.timeline.domain import Filters

LIMIT = 50
START = datetime(2026, 1, 1, tzinfo=UTC)
FILL = """
    INSERT INTO {table} (id, customer_id, {columns}occurred_at, {moments})
    SELECT gen_random_uuid(), customer, {values}timestamptz '2026-01-01 00:00Z' + n * interval '1 min', {nows}
    FROM (SELECT CAST(:busy AS uuid), 3000 UNION ALL SELECT gen_random_uuid(), 5 FROM generate_series(1, 300))
         AS c(customer, touches), generate_series(1, touches) AS n
"""
RECORDED = {"moments": "fingerprint, summary, recorded_at", "nows": "gen_random_uuid(), '{}', now()"}
TABLES: list[dict[str, str]] = [
    {
        "table": "interactions",
        "columns": "source, channel, direction, kind, attributes, ",
        "values": "'t', 'web', 'inbound', 'support', '{}', ",
        **RECORDED,
    },
    {
        "table": "purchases",
        "columns": "source, external_id, total, currency, items, item_count, ",
        "values": "'t', customer || '-' || n, 1, 'USD', '[]', 0, ",
        **RECORDED,
    },
    {
        "table": "timeline_entries",
        "columns": "type, kind, ",
        "values": "'points', 'points_earned', ",
        "moments": "received_at, summary",
        "nows": "now(), '{}'",
    },
]


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes of a plan that read a table."""
    if "Relation Name" in plan:
        yield plan
    for below in plan.get("Plans", []):
        yield from scans(below)


@pytest.mark.parametrize("minute", [None, 1500, 10])
async def test_a_page_reads_its_own_entries_alone_however_deep_it_lies(engine: AsyncEngine, minute: int | None) -> None:
    busy = new_id()
    asked: dict[str, Any] = {"family": [busy], "limit": LIMIT}
    given = frozenset[str]()
    if minute is not None:
        asked |= {"at": START.replace(hour=minute // 60 % 24, day=1 + minute // 1440, minute=minute % 60)}
        asked |= {"id": UUID(int=0)}
        given = frozenset({"at"})
    statement = repository._statement(given, Filters().type, True)
    async with engine.begin() as connection:
        for one in TABLES:
            await connection.execute(text(FILL.format(**one)), {"busy": busy})
        await connection.execute(text("ANALYZE"))
        (plan,) = (await connection.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"), asked)).scalar_one()
    read = list(scans(plan["Plan"]))
    assert [node["Node Type"] for node in read] == ["Index Only Scan"] * 3
    assert {node["Index Name"] for node in read} == {f"{one['table']}_timeline" for one in TABLES}
    assert max(node["Actual Rows"] for node in read) <= LIMIT
    assert max(node.get("Rows Removed by Filter", 0) for node in read) == 0
