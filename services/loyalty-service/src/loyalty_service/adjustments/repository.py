"""Every statement on adjustments."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.adjustments.domain import Adjustment

__all__ = ["Filters", "add", "find", "hold", "page", "store"]

FIELDS: Final = tuple(field.name for field in fields(Adjustment))
COLUMNS: Final = ", ".join(FIELDS)
DECISION: Final = ("status", "decided_by", "decided_at", "entry_id", "version")

ADD: Final = text(f"INSERT INTO adjustments ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in FIELDS)})")  # noqa: S608
STORE: Final = text(f"UPDATE adjustments SET {', '.join(f'{name} = :{name}' for name in DECISION)} WHERE id = :id")  # noqa: S608
FIND: Final = text(f"SELECT {COLUMNS} FROM adjustments WHERE id = :id")  # noqa: S608
HOLD: Final = text(f"SELECT {COLUMNS} FROM adjustments WHERE id = :id FOR UPDATE")  # noqa: S608

CONDITIONS: Final = {
    "status": "status = :status",
    "program_id": "program_id = :program_id",
    "customer_ids": "customer_id = ANY(CAST(:customer_ids AS uuid[]))",
    "before": "id < :before",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is asked for; None = whatever. `before` is an id: ids sort by the time they were made."""

    status: str | None = None
    program_id: UUID | None = None
    customer_ids: tuple[UUID, ...] | None = None
    before: UUID | None = None


@cache
def _page_statement(given: frozenset[str]) -> TextClause:
    """The parts are constants of this module, never what a client sent."""
    wanted = " AND ".join(CONDITIONS[name] for name in sorted(given)) or "true"
    return text(f"SELECT {COLUMNS} FROM adjustments WHERE {wanted} ORDER BY id DESC LIMIT :limit")  # noqa: S608


async def add(connection: AsyncConnection, adjustment: Adjustment) -> None:
    """Stores a new adjustment."""
    await connection.execute(ADD, asdict(adjustment))


async def store(connection: AsyncConnection, adjustment: Adjustment) -> None:
    """Stores what was decided about an adjustment that the caller holds."""
    await connection.execute(STORE, asdict(adjustment))


async def find(connection: AsyncConnection, adjustment_id: UUID) -> Adjustment | None:
    """One adjustment."""
    return _one((await connection.execute(FIND, {"id": adjustment_id})).first())


async def hold(connection: AsyncConnection, adjustment_id: UUID) -> Adjustment | None:
    """One adjustment, locked until the end of the transaction; the customer's stream comes first."""
    return _one((await connection.execute(HOLD, {"id": adjustment_id})).first())


async def page(connection: AsyncConnection, filters: Filters, limit: int) -> list[Adjustment]:
    """Adjustments, newest first."""
    given: dict[str, Any] = {name: value for name in CONDITIONS if (value := getattr(filters, name)) is not None}
    if "customer_ids" in given:
        given["customer_ids"] = list(given["customer_ids"])
    rows = await connection.execute(_page_statement(frozenset(given)), given | {"limit": limit})
    return [Adjustment(**row._mapping) for row in rows]


def _one(row: Row[Any] | None) -> Adjustment | None:
    return None if row is None else Adjustment(**row._mapping)
