"""Renders this service's section of the customer view.

Counters are read as they are kept, at most one row per channel and per currency; the recent lists are joined by
PostgreSQL from the summaries kept with the records. The same rows give the same bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.database import Families
from interaction_service.cases.summary import open_cases
from interaction_service.purchases.domain import CurrencyTotal, main_total
from interaction_service.tasks.summary import next_tasks

__all__ = ["InteractionsSection"]

# The newest of each member come from its index; only a merged customer has more than one to choose from.
RECENT: Final = """
    SELECT root, string_agg(summary, ',' ORDER BY occurred_at DESC, id DESC) AS recent
    FROM (SELECT f.root, r.id, r.occurred_at, r.summary,
                 row_number() OVER (PARTITION BY f.root ORDER BY r.occurred_at DESC, r.id DESC) AS place
          FROM f CROSS JOIN LATERAL (
              SELECT id, occurred_at, summary FROM {table}
              WHERE customer_id = f.member ORDER BY occurred_at DESC, id DESC LIMIT {most}
          ) AS r) AS newest
    WHERE place <= {most} GROUP BY root
    """

FAMILY: Final = "f AS (SELECT * FROM unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS t(root, member))"

# What everybody has, and whether the rest is worth a statement: most customers have no case and no task, and a small
# batch costs what its round trips cost.
TOUCHES: Final = text(
    f"""
    WITH {FAMILY}
    SELECT has.root, c.by_channel, c.interactions, c.last_at, r.recent, has.purchases, has.cases, has.tasks
    FROM (SELECT root,
                 bool_or(EXISTS (SELECT FROM purchase_counters AS c WHERE c.customer_id = f.member)) AS purchases,
                 bool_or(EXISTS (SELECT FROM cases AS c
                                 WHERE c.customer_id = f.member AND c.status IN ('open', 'waiting'))) AS cases,
                 bool_or(EXISTS (SELECT FROM tasks AS t WHERE t.customer_id = f.member AND t.status = 'open')) AS tasks
          FROM f GROUP BY root) AS has
    LEFT JOIN (
        SELECT root, string_agg('"' || channel || '"\\:' || interactions, ',' ORDER BY channel) AS by_channel,
               sum(interactions) AS interactions, max(last_at) AS last_at
        FROM (SELECT f.root, c.channel, sum(c.interactions) AS interactions, max(c.last_at) AS last_at
              FROM f JOIN interaction_counters AS c ON c.customer_id = f.member GROUP BY f.root, c.channel) AS t
        GROUP BY root
    ) AS c USING (root)
    LEFT JOIN ({RECENT.format(table="interactions", most=20)}) AS r USING (root)
    """  # noqa: S608
)

PURCHASE_COUNTERS: Final = text(
    f"""
    WITH {FAMILY}
    SELECT f.root, c.currency, CAST(sum(c.purchases) AS bigint), sum(c.total), sum(c.refunded),
           min(c.first_at), max(c.last_at)
    FROM f JOIN purchase_counters AS c ON c.customer_id = f.member
    GROUP BY f.root, c.currency ORDER BY f.root, c.currency
    """  # noqa: S608
)

RECENT_PURCHASES: Final = text(f"WITH {FAMILY} {RECENT.format(table='purchases', most=10)}")

ROWS: Final = text(
    """
    SELECT (SELECT coalesce(sum(interactions), 0) FROM interaction_counters
            WHERE customer_id = ANY(CAST(:ids AS uuid[])))
         + (SELECT coalesce(sum(purchases), 0) FROM purchase_counters WHERE customer_id = ANY(CAST(:ids AS uuid[])))
    """
)

Pairs = Sequence[tuple[UUID, UUID]]
"""(root, member) of the families that are rendered."""


@dataclass
class _Touches:
    by_channel: str
    interactions: int
    recent: str
    moments: list[datetime]


@dataclass
class _Purchases:
    recent: str = ""
    totals: list[CurrencyTotal] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)


class InteractionsSection:
    """`total` and `by_channel` count interactions; `last_at` is the latest touchpoint, purchases included.

    `purchases.total` is in the currency with the most purchases; `purchases.totals` has every currency. An amount is
    what was paid and not refunded: `gross` less `refunded`.
    """

    section = "interactions"
    service = "interaction"

    async def render(self, connection: AsyncConnection, families: Families) -> dict[UUID, bytes | None]:
        """The section of each family as JSON; one without anything gets the empty one."""
        pairs = [(root, member) for root, members in families.items() for member in members]
        rows = (await connection.execute(TOUCHES, _ids(pairs))).all()
        purchases = await _purchases(connection, _of(pairs, {row.root for row in rows if row.purchases}))
        cases = await open_cases(connection, _of(pairs, {row.root for row in rows if row.cases}))
        tasks = await next_tasks(connection, _of(pairs, {row.root for row in rows if row.tasks}))
        return {
            row.root: _document(_touches(row), purchases[row.root], cases[row.root], tasks[row.root]) for row in rows
        }

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        """Interactions and purchases, as the counters have them."""
        return int((await connection.execute(ROWS, {"ids": list(customer_ids)})).scalar_one())


def _of(pairs: Pairs, roots: set[UUID]) -> Pairs:
    return [pair for pair in pairs if pair[0] in roots] if roots else []


def _ids(pairs: Pairs) -> dict[str, list[UUID]]:
    return {"roots": [root for root, _ in pairs], "members": [member for _, member in pairs]}


def _touches(row: Row[Any]) -> _Touches:
    moments = [row.last_at] if row.last_at else []
    return _Touches(row.by_channel or "", int(row.interactions or 0), row.recent or "", moments)


async def _purchases(connection: AsyncConnection, pairs: Pairs) -> defaultdict[UUID, _Purchases]:
    found: defaultdict[UUID, _Purchases] = defaultdict(_Purchases)
    if not pairs:
        return found
    ids = _ids(pairs)
    for root, currency, count, total, refunded, first, last in await connection.execute(PURCHASE_COUNTERS, ids):
        found[root].totals.append(CurrencyTotal(currency, count, total, refunded))
        found[root].moments += (first, last)
    for root, recent in await connection.execute(RECENT_PURCHASES, ids):
        found[root].recent = recent
    return found


def _document(
    touches: _Touches, purchases: _Purchases, cases: Sequence[dict[str, Any]], tasks: Sequence[dict[str, Any]]
) -> bytes:
    main = main_total(purchases.totals)
    return orjson.dumps(
        {
            "total": touches.interactions,
            "by_channel": orjson.Fragment(f"{{{touches.by_channel}}}"),
            "last_at": _moment(max(touches.moments + purchases.moments, default=None)),
            "recent": orjson.Fragment(f"[{touches.recent}]"),
            "open_cases": cases,
            "purchases": {
                "count": sum(total.purchases for total in purchases.totals),
                "total": _money(main) if main else None,
                "totals": [_money(total) | _parts(total) for total in purchases.totals],
                "first_at": _moment(min(purchases.moments, default=None)),
                "last_at": _moment(max(purchases.moments, default=None)),
                "recent": orjson.Fragment(f"[{purchases.recent}]"),
            },
            "next_tasks": tasks,
        }
    )


def _money(total: CurrencyTotal) -> dict[str, str]:
    return {"amount": format(total.net, "f"), "currency": total.currency}


def _parts(total: CurrencyTotal) -> dict[str, str]:
    # as many decimals as the net amount has, so that the three add up on paper
    return {"gross": format(total.total, "f"), "refunded": format(total.total - total.net, "f")}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
