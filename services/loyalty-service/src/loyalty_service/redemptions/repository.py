"""Every statement on redemptions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.redemptions.domain import Redemption

__all__ = ["Due", "Since", "add", "claim_due", "counted", "due", "find", "next_due", "of_orders", "page", "store"]

_TYPES: Final = {
    "id": "uuid",
    "program_id": "uuid",
    "customer_id": "uuid",
    "points": "bigint",
    "status": "text",
    "created_at": "timestamptz",
    "created_by": "text",
    "reward_id": "uuid",
    "reward_code": "text",
    "reward_kind": "text",
    "money_amount": "numeric",
    "currency": "text",
    "took_stock": "boolean",
    "order_id": "text",
    "reserved_until": "timestamptz",
    "captured_at": "timestamptz",
    "released_at": "timestamptz",
    "released_because": "text",
    "version": "integer",
}
_ARRAYS: Final = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _TYPES.items())
_CHANGING: Final = ("id", "status", "captured_at", "released_at", "released_because", "version")
_CHANGED: Final = ", ".join(f"CAST(:{name} AS {_TYPES[name]}[])" for name in _CHANGING)

ADD: Final = text(f"INSERT INTO redemptions ({', '.join(_TYPES)}) SELECT * FROM unnest({_ARRAYS})")  # noqa: S608
STORE: Final = text(
    f"""
    UPDATE redemptions AS r SET {", ".join(f"{name} = t.{name}" for name in _CHANGING[1:])}
    FROM unnest({_CHANGED}) AS t({", ".join(_CHANGING)}) WHERE r.id = t.id
    """  # noqa: S608
)
_SELECT: Final = f"""
    SELECT {", ".join(f"r.{name}" for name in _TYPES)}, v.last4 AS code_last4, v.expires_at AS code_expires_at
    FROM redemptions AS r LEFT JOIN vouchers AS v ON v.redemption_id = r.id
"""  # noqa: S608
FIND: Final = text(f"{_SELECT} WHERE r.id = :id AND r.customer_id = ANY(CAST(:customers AS uuid[]))")
PAGE: Final = text(
    f"""
    {_SELECT} WHERE r.customer_id = ANY(CAST(:customers AS uuid[]))
      AND (CAST(:before AS uuid) IS NULL OR r.id < :before)
    ORDER BY r.id DESC LIMIT :limit
    """
)
OF_ORDERS: Final = text(
    f"""
    {_SELECT} WHERE r.status <> 'released'
      AND (r.program_id, r.order_id) IN (SELECT * FROM unnest(CAST(:programs AS uuid[]), CAST(:orders AS text[])))
    """  # noqa: S608 - the columns are a constant of this module
)
COUNTED: Final = text(
    """
    SELECT r.reward_id, r.customer_id, count(*) AS times
    FROM unnest(CAST(:rewards AS uuid[]), CAST(:since AS timestamptz[])) AS t(reward_id, since)
    JOIN redemptions AS r ON r.reward_id = t.reward_id AND r.created_at >= t.since
    WHERE r.customer_id = ANY(CAST(:customers AS uuid[])) AND r.status <> 'released'
    GROUP BY r.reward_id, r.customer_id
    """
)
DUE: Final = text(
    """
    SELECT id, customer_id FROM redemptions
    WHERE status = 'reserved' AND reserved_until <= :now ORDER BY reserved_until LIMIT :limit
    """
)
CLAIM_DUE: Final = text(
    f"""
    {_SELECT} WHERE r.id = ANY(CAST(:ids AS uuid[])) AND r.status = 'reserved' AND r.reserved_until <= :now
    ORDER BY r.id FOR UPDATE OF r SKIP LOCKED
    """
)
NEXT_DUE: Final = text("SELECT min(reserved_until) FROM redemptions WHERE status = 'reserved'")


@dataclass(frozen=True, slots=True)
class Since:
    """Redemptions of a reward count from a moment on."""

    reward_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A reservation that has timed out."""

    id: UUID
    customer_id: UUID


async def add(connection: AsyncConnection, redemptions: Sequence[Redemption]) -> None:
    """Stores new redemptions."""
    if redemptions:
        await connection.execute(ADD, _columns(redemptions, _TYPES))


async def store(connection: AsyncConnection, redemptions: Sequence[Redemption]) -> None:
    """Stores what became of redemptions whose customers' streams are locked."""
    if redemptions:
        await connection.execute(STORE, _columns(redemptions, _CHANGING))


async def find(connection: AsyncConnection, family: Sequence[UUID], redemption_id: UUID) -> Redemption | None:
    """A redemption of somebody of the family."""
    row = (await connection.execute(FIND, {"id": redemption_id, "customers": list(family)})).first()
    return _redemption(row) if row else None


async def page(
    connection: AsyncConnection, family: Sequence[UUID], before: UUID | None, limit: int
) -> list[Redemption]:
    """Redemptions of the family that were made before another one, the newest first."""
    rows = await connection.execute(PAGE, {"customers": list(family), "before": before, "limit": limit})
    return [_redemption(row) for row in rows]


async def of_orders(
    connection: AsyncConnection, orders: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Redemption]:
    """What these orders (programme, id) redeemed and did not give back."""
    if not orders:
        return {}
    programs, ids = zip(*orders, strict=True)
    rows = await connection.execute(OF_ORDERS, {"programs": list(programs), "orders": list(ids)})
    return {(row.program_id, row.order_id): _redemption(row) for row in rows}


async def counted(
    connection: AsyncConnection, since: Sequence[Since], customer_ids: Collection[UUID]
) -> Mapping[tuple[UUID, UUID], int]:
    """How often each of the customers redeemed each of the rewards and kept it, by (reward, customer)."""
    if not since:
        return {}
    values = {"rewards": [each.reward_id for each in since], "since": [each.at for each in since]}
    rows = await connection.execute(COUNTED, values | {"customers": list(customer_ids)})
    return {(row.reward_id, row.customer_id): row.times for row in rows}


async def due(connection: AsyncConnection, now: datetime, limit: int) -> list[Due]:
    """Reservations that have timed out, the oldest first; not locked."""
    return [Due(row.id, row.customer_id) for row in await connection.execute(DUE, {"now": now, "limit": limit})]


async def claim_due(connection: AsyncConnection, ids: Sequence[UUID], now: datetime) -> list[Redemption]:
    """Those of the reservations that are still to be released, locked. Their streams are locked already."""
    return [_redemption(row) for row in await connection.execute(CLAIM_DUE, {"ids": list(ids), "now": now})]


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When the next reservation times out."""
    moment: datetime | None = (await connection.execute(NEXT_DUE)).scalar()
    return moment


def _columns(redemptions: Sequence[Redemption], names: Collection[str]) -> dict[str, list[Any]]:
    """A column of nothing but NULL is empty: `unnest` fills it up, and an array costs the driver by its elements."""
    columns = {name: [getattr(each, name) for each in redemptions] for name in names}
    return {name: values if any(one is not None for one in values) else [] for name, values in columns.items()}


def _redemption(row: Row[Any]) -> Redemption:
    return Redemption(**row._mapping)
