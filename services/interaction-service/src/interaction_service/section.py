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
from interaction_service.purchases.domain import CurrencyTotal, main_total

__all__ = ["InteractionsSection"]

INTERACTION_COUNTERS: Final = text(
    """
    SELECT customer_id, string_agg('"' || channel || '"\\:' || interactions, ',' ORDER BY channel),
           sum(interactions), max(last_at)
    FROM interaction_counters WHERE customer_id = ANY(CAST(:ids AS uuid[])) GROUP BY customer_id
    """
)

PURCHASE_COUNTERS: Final = text(
    """
    SELECT customer_id, currency, purchases, total, first_at, last_at FROM purchase_counters
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) ORDER BY customer_id, currency
    """
)

RECENT_INTERACTIONS: Final = text(
    """
    SELECT c.id, r.items
    FROM unnest(CAST(:ids AS uuid[])) AS c(id) CROSS JOIN LATERAL (
        SELECT string_agg(summary, ',' ORDER BY occurred_at DESC, id DESC) AS items
        FROM (SELECT id, occurred_at, summary FROM interactions
              WHERE customer_id = c.id ORDER BY occurred_at DESC, id DESC LIMIT 20) AS newest
    ) AS r WHERE r.items IS NOT NULL
    """
)

RECENT_PURCHASES: Final = text(
    """
    SELECT c.id, r.items
    FROM unnest(CAST(:ids AS uuid[])) AS c(id) CROSS JOIN LATERAL (
        SELECT string_agg(summary, ',' ORDER BY occurred_at DESC, id DESC) AS items
        FROM (SELECT id, occurred_at, summary FROM purchases
              WHERE customer_id = c.id ORDER BY occurred_at DESC, id DESC LIMIT 10) AS newest
    ) AS r WHERE r.items IS NOT NULL
    """
)


@dataclass
class _Counters:
    by_channel: str = ""
    interactions: int = 0
    totals: list[CurrencyTotal] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)
    bought: list[datetime] = field(default_factory=list)


class InteractionsSection:
    """`total` and `by_channel` count interactions; `last_at` is the latest touchpoint, purchases included.

    `purchases.total` is in the currency with the most purchases; `purchases.totals` has every currency.
    """

    section = "interactions"
    service = "interaction"

    async def render(self, connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, bytes | None]:
        """The section of each customer as JSON; a customer without anything gets the empty one."""
        ids = {"ids": list(customer_ids)}
        counters = await _counters(connection, ids)
        interactions = {row[0]: row[1] for row in await connection.execute(RECENT_INTERACTIONS, ids)}
        purchases = {row[0]: row[1] for row in await connection.execute(RECENT_PURCHASES, ids)}
        return {
            customer: _document(counters[customer], interactions.get(customer, ""), purchases.get(customer, ""))
            for customer in customer_ids
        }


async def _counters(connection: AsyncConnection, ids: dict[str, Any]) -> defaultdict[UUID, _Counters]:
    counters: defaultdict[UUID, _Counters] = defaultdict(_Counters)
    for customer, by_channel, interactions, last_at in await connection.execute(INTERACTION_COUNTERS, ids):
        counters[customer] = _Counters(by_channel, int(interactions), moments=[last_at])
    for customer, currency, count, total, first, last in await connection.execute(PURCHASE_COUNTERS, ids):
        counters[customer].totals.append(CurrencyTotal(currency, count, total))
        counters[customer].moments.append(last)
        counters[customer].bought += (first, last)
    return counters


def _document(counters: _Counters, interactions: str, purchases: str) -> bytes:
    main = main_total(counters.totals)
    return orjson.dumps(
        {
            "total": counters.interactions,
            "by_channel": orjson.Fragment(f"{{{counters.by_channel}}}"),
            "last_at": _moment(max(counters.moments, default=None)),
            "recent": orjson.Fragment(f"[{interactions}]"),
            "open_cases": [],
            "purchases": {
                "count": sum(total.purchases for total in counters.totals),
                "total": _money(main) if main else None,
                "totals": [_money(total) for total in counters.totals],
                "first_at": _moment(min(counters.bought, default=None)),
                "last_at": _moment(max(counters.bought, default=None)),
                "recent": orjson.Fragment(f"[{purchases}]"),
            },
            "next_tasks": [],
        }
    )


def _money(total: CurrencyTotal) -> dict[str, str]:
    return {"amount": format(total.total, "f"), "currency": total.currency}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
