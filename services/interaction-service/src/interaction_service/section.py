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
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.database import Families
from interaction_service.cases.summary import open_cases
from interaction_service.purchases.domain import CurrencyTotal, main_total
from interaction_service.tasks.summary import next_tasks

__all__ = ["InteractionsSection"]

FAMILY: Final = "unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS f(root, member)"

INTERACTION_COUNTERS: Final = text(
    f"""
    SELECT root, string_agg('"' || channel || '"\\:' || interactions, ',' ORDER BY channel),
           sum(interactions), max(last_at)
    FROM (SELECT f.root, c.channel, sum(c.interactions) AS interactions, max(c.last_at) AS last_at
          FROM {FAMILY} JOIN interaction_counters AS c ON c.customer_id = f.member GROUP BY f.root, c.channel) AS t
    GROUP BY root
    """  # noqa: S608
)

PURCHASE_COUNTERS: Final = text(
    f"""
    SELECT f.root, c.currency, CAST(sum(c.purchases) AS bigint), sum(c.total), sum(c.refunded),
           min(c.first_at), max(c.last_at)
    FROM {FAMILY} JOIN purchase_counters AS c ON c.customer_id = f.member
    GROUP BY f.root, c.currency ORDER BY f.root, c.currency
    """  # noqa: S608
)

ROWS: Final = text(
    """
    SELECT (SELECT coalesce(sum(interactions), 0) FROM interaction_counters
            WHERE customer_id = ANY(CAST(:ids AS uuid[])))
         + (SELECT coalesce(sum(purchases), 0) FROM purchase_counters WHERE customer_id = ANY(CAST(:ids AS uuid[])))
    """
)

# The newest of each member come from its index; only a merged customer has more than one to choose from.
RECENT: Final = """
    SELECT root, string_agg(summary, ',' ORDER BY occurred_at DESC, id DESC)
    FROM (SELECT f.root, r.id, r.occurred_at, r.summary,
                 row_number() OVER (PARTITION BY f.root ORDER BY r.occurred_at DESC, r.id DESC) AS place
          FROM {family} CROSS JOIN LATERAL (
              SELECT id, occurred_at, summary FROM {table}
              WHERE customer_id = f.member ORDER BY occurred_at DESC, id DESC LIMIT {most}
          ) AS r) AS newest
    WHERE place <= {most} GROUP BY root
    """

RECENT_INTERACTIONS: Final = text(RECENT.format(family=FAMILY, table="interactions", most=20))
RECENT_PURCHASES: Final = text(RECENT.format(family=FAMILY, table="purchases", most=10))


@dataclass
class _Counters:
    by_channel: str = ""
    interactions: int = 0
    totals: list[CurrencyTotal] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    bought: list[datetime] = field(default_factory=list)


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
        ids = {"roots": [root for root, _ in pairs], "members": [member for _, member in pairs]}
        counters = await _counters(connection, ids)
        interactions = {row[0]: row[1] for row in await connection.execute(RECENT_INTERACTIONS, ids)}
        purchases = {row[0]: row[1] for row in await connection.execute(RECENT_PURCHASES, ids)}
        cases = await open_cases(connection, pairs)
        tasks = await next_tasks(connection, pairs)
        return {
            customer: _document(
                counters[customer],
                interactions.get(customer, ""),
                purchases.get(customer, ""),
                cases[customer],
                tasks[customer],
            )
            for customer in families
        }

    async def count_rows(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> int:
        """Interactions and purchases, as the counters have them."""
        return int((await connection.execute(ROWS, {"ids": list(customer_ids)})).scalar_one())


async def _counters(connection: AsyncConnection, ids: dict[str, Any]) -> defaultdict[UUID, _Counters]:
    counters: defaultdict[UUID, _Counters] = defaultdict(_Counters)
    for customer, by_channel, interactions, last_at in await connection.execute(INTERACTION_COUNTERS, ids):
        counters[customer] = _Counters(by_channel, int(interactions), moments=[last_at])
    for customer, currency, count, total, refunded, first, last in await connection.execute(PURCHASE_COUNTERS, ids):
        counters[customer].totals.append(CurrencyTotal(currency, count, total, refunded))
        counters[customer].moments.append(last)
        counters[customer].bought += (first, last)
    return counters


def _document(
    counters: _Counters,
    interactions: str,
    purchases: str,
    cases: Sequence[dict[str, Any]],
    tasks: Sequence[dict[str, Any]],
) -> bytes:
    main = main_total(counters.totals)
    return orjson.dumps(
        {
            "total": counters.interactions,
            "by_channel": orjson.Fragment(f"{{{counters.by_channel}}}"),
            "last_at": _moment(max(counters.moments, default=None)),
            "recent": orjson.Fragment(f"[{interactions}]"),
            "open_cases": cases,
            "purchases": {
                "count": sum(total.purchases for total in counters.totals),
                "total": _money(main) if main else None,
                "totals": [_money(total) | _parts(total) for total in counters.totals],
                "first_at": _moment(min(counters.bought, default=None)),
                "last_at": _moment(max(counters.bought, default=None)),
                "recent": orjson.Fragment(f"[{purchases}]"),
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
