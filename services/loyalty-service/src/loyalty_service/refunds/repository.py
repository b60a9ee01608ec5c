"""Every statement on refunds and corrections."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.refunds.domain import Share

__all__ = [
    "Accrued",
    "Reversed",
    "Told",
    "accrued",
    "add_reversals",
    "correct",
    "lapsed_before",
    "note",
    "refund",
    "store_shares",
    "told",
]

TOLD: Final = text("SELECT id, refunded_total, told_at FROM purchases WHERE id = ANY(CAST(:ids AS uuid[]))")

NOTE: Final = text(
    """
    INSERT INTO purchase_changes (id, purchase_id, applied_at)
    SELECT id, purchase_id, :now FROM unnest(CAST(:ids AS uuid[]), CAST(:purchases AS uuid[])) AS t(id, purchase_id)
    ORDER BY id ON CONFLICT (id) DO NOTHING RETURNING id
    """
)

REFUND: Final = text(
    """
    UPDATE purchases SET refunded_total = CAST(t.refunded AS numeric)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:refunded AS text[])) AS t(id, refunded)
    WHERE purchases.id = t.id
    """
)

CORRECT: Final = text(
    "UPDATE purchases SET total = CAST(CAST(:total AS text) AS numeric), items = CAST(:items AS json) WHERE id = :id"
)

ACCRUED: Final = text(
    """
    SELECT purchase_id, rule_code, points, reversed, entry_id FROM accruals
    WHERE program_id = :program_id AND purchase_id = ANY(CAST(:ids AS uuid[])) ORDER BY purchase_id, rule_code
    """
)

STORE_SHARES: Final = text(
    """
    UPDATE accruals SET points = t.points, reversed = t.reversed
    FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]), CAST(:points AS bigint[]), CAST(:reversed AS bigint[]))
         AS t(purchase_id, rule_code, points, reversed)
    WHERE accruals.program_id = :program_id
      AND accruals.purchase_id = t.purchase_id AND accruals.rule_code = t.rule_code
    """
)

LAPSED_BEFORE: Final = text(
    """
    SELECT purchase_id, CAST(sum(lapsed) AS bigint) FROM reversals
    WHERE program_id = :program_id AND purchase_id = ANY(CAST(:ids AS uuid[])) GROUP BY purchase_id
    """
)

ADD_REVERSALS: Final = text(
    """
    INSERT INTO reversals (program_id, change_id, purchase_id, customer_id, owed, lapsed, taken, shortfall, at)
    SELECT :program_id, change_id, purchase_id, customer_id, owed, lapsed, taken, shortfall, at
    FROM unnest(CAST(:changes AS uuid[]), CAST(:purchases AS uuid[]), CAST(:customers AS uuid[]),
                CAST(:owed AS bigint[]), CAST(:lapsed AS bigint[]), CAST(:taken AS bigint[]),
                CAST(:shortfalls AS bigint[]), CAST(:moments AS timestamptz[]))
         AS t(change_id, purchase_id, customer_id, owed, lapsed, taken, shortfall, at)
    """
)


class Told(NamedTuple):
    """Of a stored purchase: what was given back of it so far, and when it was told."""

    refunded: Decimal
    at: datetime


class Accrued(NamedTuple):
    """What the rules gave for a purchase, and the entries that granted it."""

    shares: Sequence[Share]
    entries: Sequence[UUID]


class Reversed(NamedTuple):
    """What a refund or a correction took back in a programme: `owed` = `lapsed` + `taken` + `shortfall`."""

    change_id: UUID
    purchase_id: UUID
    customer_id: UUID
    owed: int
    lapsed: int
    taken: int
    shortfall: int
    at: datetime


async def told(connection: AsyncConnection, purchase_ids: Iterable[UUID]) -> dict[UUID, Told]:
    """Those of the purchases that are stored."""
    rows = await connection.execute(TOLD, {"ids": list(purchase_ids)})
    return {row[0]: Told(*row[1:]) for row in rows}


async def note(connection: AsyncConnection, changes: Mapping[UUID, UUID], now: datetime) -> set[UUID]:
    """Notes that these changes (each with its purchase) are applied; gives those that were not before."""
    values = {"ids": list(changes), "purchases": list(changes.values()), "now": now}
    return set((await connection.execute(NOTE, values)).scalars())


async def refund(connection: AsyncConnection, refunded: Mapping[UUID, Decimal]) -> None:
    """So much was given back of these purchases."""
    await connection.execute(REFUND, {"ids": list(refunded), "refunded": [str(one) for one in refunded.values()]})


async def correct(connection: AsyncConnection, purchase_id: UUID, total: Decimal, lines: Sequence[Any]) -> None:
    """The purchase was one of so much, and of these lines."""
    values = {"id": purchase_id, "total": str(total), "items": orjson.dumps(lines).decode()}
    await connection.execute(CORRECT, values)


async def accrued(connection: AsyncConnection, program_id: UUID, purchase_ids: Iterable[UUID]) -> dict[UUID, Accrued]:
    """What purchases earned in the programme; those without anything are absent."""
    found: dict[UUID, tuple[list[Share], dict[UUID, None]]] = {}
    for row in await connection.execute(ACCRUED, {"program_id": program_id, "ids": list(purchase_ids)}):
        shares, entries = found.setdefault(row.purchase_id, ([], {}))
        shares.append(Share(row.rule_code, row.points, row.reversed))
        entries[row.entry_id] = None
    return {one: Accrued(shares, list(entries)) for one, (shares, entries) in found.items()}


async def store_shares(connection: AsyncConnection, program_id: UUID, shares: Iterable[tuple[UUID, Share]]) -> None:
    """Stores the shares of purchases whose rules gave something before."""
    rows = list(shares)
    values = {
        "program_id": program_id,
        "ids": [purchase_id for purchase_id, _ in rows],
        "codes": [share.code for _, share in rows],
        "points": [share.earned for _, share in rows],
        "reversed": [share.reversed for _, share in rows],
    }
    await connection.execute(STORE_SHARES, values)


async def lapsed_before(
    connection: AsyncConnection, program_id: UUID, purchase_ids: Collection[UUID]
) -> dict[UUID, int]:
    """How many of their lapsed points earlier refunds have counted as given back; absent: none."""
    rows = await connection.execute(LAPSED_BEFORE, {"program_id": program_id, "ids": list(purchase_ids)})
    return {row[0]: row[1] for row in rows}


async def add_reversals(connection: AsyncConnection, program_id: UUID, rows: Sequence[Reversed]) -> None:
    """Writes down what was taken back, in one statement."""
    names = ("changes", "purchases", "customers", "owed", "lapsed", "taken", "shortfalls", "moments")
    columns = zip(*rows, strict=True)
    values: dict[str, Any] = {name: list(column) for name, column in zip(names, columns, strict=True)}
    await connection.execute(ADD_REVERSALS, values | {"program_id": program_id})
