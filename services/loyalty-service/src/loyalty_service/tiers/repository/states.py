"""Where families stand, and the floors that people set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import Families
from loyalty_service.tiers.domain import Held
from loyalty_service.tiers.state import Floor, State

__all__ = [
    "StoredFloor",
    "claim_due",
    "due",
    "find_floor",
    "floors",
    "forget_apart",
    "next_due",
    "save",
    "save_floor",
    "sleep",
    "states",
]

_TYPES: Final = {
    "customer_id": "uuid",
    "tier": "text",
    "since": "date",
    "ends_on": "date",
    "base_tier": "text",
    "base_since": "date",
    "base_ends_on": "date",
    "base_on": "date",
    "warned_on": "date",
    "told": "text",
    "told_until": "timestamptz",
    "told_at": "timestamptz",
    "due_at": "timestamptz",
    "version": "integer",
}
COLUMNS: Final = ", ".join(_TYPES)

STATES: Final = text(
    f"SELECT {COLUMNS} FROM tier_states "  # noqa: S608
    "WHERE program_id = :program_id AND customer_id = ANY(CAST(:ids AS uuid[])) AND apart = :apart"
)
SAVE: Final = text(
    f"""
    INSERT INTO tier_states (program_id, apart, {COLUMNS})
    SELECT :program_id, :apart, {COLUMNS}
    FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _TYPES.items())}) AS t({COLUMNS})
    ON CONFLICT (program_id, customer_id, apart) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in _TYPES if name != "customer_id")}
    """  # noqa: S608
)
FORGET_APART: Final = text(
    "DELETE FROM tier_states WHERE program_id = :program_id AND customer_id = :customer_id AND apart"
)
DUE: Final = text("SELECT program_id, customer_id FROM tier_states WHERE due_at <= :now ORDER BY due_at LIMIT :limit")
CLAIM_DUE: Final = text(
    """
    SELECT s.program_id, s.customer_id FROM tier_states AS s
    JOIN unnest(CAST(:programs AS uuid[]), CAST(:customers AS uuid[])) AS t(program_id, customer_id)
         USING (program_id, customer_id)
    WHERE s.due_at <= :now AND NOT s.apart ORDER BY s.program_id, s.customer_id FOR UPDATE OF s SKIP LOCKED
    """
)
SLEEP: Final = text(
    """
    UPDATE tier_states SET due_at = NULL
    WHERE program_id = :program_id AND customer_id = ANY(CAST(:ids AS uuid[])) AND due_at IS NOT NULL
    """
)
NEXT_DUE: Final = text("SELECT min(due_at) FROM tier_states WHERE due_at IS NOT NULL")

FLOORS: Final = text(
    """
    SELECT customer_id, tier, until FROM tier_floors
    WHERE program_id = :program_id AND customer_id = ANY(CAST(:ids AS uuid[])) AND until > :now
    """
)
FIND_FLOOR: Final = text(
    """
    SELECT program_id, customer_id, tier, until, reason, set_by, set_at, version FROM tier_floors
    WHERE program_id = :program_id AND customer_id = :customer_id
    """
)
SAVE_FLOOR: Final = text(
    """
    INSERT INTO tier_floors (program_id, customer_id, tier, until, reason, set_by, set_at, version)
    VALUES (:program_id, :customer_id, :tier, :until, :reason, :set_by, :set_at, :version)
    ON CONFLICT (program_id, customer_id) DO UPDATE
    SET tier = excluded.tier, until = excluded.until, reason = excluded.reason, set_by = excluded.set_by,
        set_at = excluded.set_at, version = excluded.version
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFloor:
    """A floor as it is kept; of a customer, not of a family, so that an un-merge parts them."""

    program_id: UUID
    customer_id: UUID
    tier: str
    until: datetime
    reason: str
    set_by: str
    set_at: datetime
    version: int


async def states(
    connection: AsyncConnection, program_id: UUID, ids: Iterable[UUID], *, apart: bool = False
) -> dict[UUID, State]:
    """The states kept under these ids; missing: nobody has looked yet. Under an id that is linked to another it is that
    of before the link; `apart` ones are those that roots had before somebody was linked to them."""
    values = {"program_id": program_id, "ids": list(ids), "apart": apart}
    return {row.customer_id: _state(row) for row in await connection.execute(STATES, values)}


async def save(
    connection: AsyncConnection, program_id: UUID, given: Mapping[UUID, State], *, apart: bool = False
) -> None:
    """Keeps the states of customers whose streams are locked."""
    if not given:
        return
    rows = [_row(customer_id, given[customer_id]) for customer_id in sorted(given)]
    columns = {name: [row[name] for row in rows] for name in _TYPES}
    await connection.execute(SAVE, columns | {"program_id": program_id, "apart": apart})


async def forget_apart(connection: AsyncConnection, program_id: UUID, customer_id: UUID) -> None:
    """The root is alone again."""
    await connection.execute(FORGET_APART, {"program_id": program_id, "customer_id": customer_id})


async def due(connection: AsyncConnection, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(programme, customer) of the states with something to be decided or told, soonest first; nothing is locked."""
    return [(row[0], row[1]) for row in await connection.execute(DUE, {"now": now, "limit": limit})]


async def claim_due(
    connection: AsyncConnection, now: datetime, found: Sequence[tuple[UUID, UUID]]
) -> list[tuple[UUID, UUID]]:
    """Those of them that are still due, locked; what another worker holds is left to it."""
    values = {"now": now, "programs": [one for one, _ in found], "customers": [one for _, one in found]}
    return [(row[0], row[1]) for row in await connection.execute(CLAIM_DUE, values)]


async def sleep(connection: AsyncConnection, program_id: UUID, ids: Sequence[UUID]) -> None:
    """Nothing is due of these any more."""
    if ids:
        await connection.execute(SLEEP, {"program_id": program_id, "ids": list(ids)})


async def next_due(connection: AsyncConnection) -> datetime | None:
    """When the next thing is due."""
    found: datetime | None = (await connection.execute(NEXT_DUE)).scalar()
    return found


async def floors(
    connection: AsyncConnection, program_id: UUID, families: Families, now: datetime
) -> dict[UUID, list[Floor]]:
    """The floors of each family that last; empty where it has none."""
    ids = [member for family in families.values() for member in family]
    values = {"program_id": program_id, "ids": ids, "now": now}
    found = {row[0]: Floor(row[1], row[2]) for row in await connection.execute(FLOORS, values)}
    return {root: [found[one] for one in family if one in found] for root, family in families.items()}


async def find_floor(connection: AsyncConnection, program_id: UUID, customer_id: UUID) -> StoredFloor | None:
    """The floor of a customer, also when it has passed."""
    row = (await connection.execute(FIND_FLOOR, {"program_id": program_id, "customer_id": customer_id})).first()
    return None if row is None else StoredFloor(**row._mapping)


async def save_floor(connection: AsyncConnection, floor: StoredFloor) -> None:
    """Keeps a floor in place of the one before."""
    await connection.execute(SAVE_FLOOR, {name: getattr(floor, name) for name in StoredFloor.__slots__})


def _state(row: Row[Any]) -> State:
    return State(
        held=Held(row.tier, row.since, row.ends_on),
        base=Held(row.base_tier, row.base_since, row.base_ends_on),
        base_on=row.base_on,
        warned_on=row.warned_on,
        told=row.told,
        told_until=row.told_until,
        told_at=row.told_at,
        due_at=row.due_at,
        version=row.version,
    )


def _row(customer_id: UUID, state: State) -> dict[str, Any]:
    held = {"tier": state.held.tier, "since": state.held.since, "ends_on": state.held.ends_on}
    base = {"base_tier": state.base.tier, "base_since": state.base.since, "base_ends_on": state.base.ends_on}
    said = ("base_on", "warned_on", "told", "told_until", "told_at", "due_at", "version")
    return {"customer_id": customer_id} | held | base | {name: getattr(state, name) for name in said}
