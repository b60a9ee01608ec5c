"""Statements on purchases and on what each of them earned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database.arrays import spelled_array
from loyalty_service.earning.engine import Purchase
from loyalty_service.programs.domain import EARLIEST, Program

__all__ = [
    "Accrual",
    "Given",
    "add",
    "add_accruals",
    "find",
    "given_before",
    "given_tiers",
    "hindsight",
    "who_bought_before",
]

T = TypeVar("T")

PIECE: Final = 2_000

ADD: Final = text(
    """
    INSERT INTO purchases (id, customer_id, source, external_id, occurred_at, channel, currency, total,
                           paid_with_points, items, told_at)
    SELECT id, customer_id, coalesce(source, (CAST(:sources AS text[]))[1]), external_id, occurred_at,
           CASE cardinality(CAST(:channels AS text[])) WHEN 1 THEN (CAST(:channels AS text[]))[1] ELSE channel END,
           coalesce(currency, (CAST(:currencies AS text[]))[1]), total, paid, CAST(items AS json), :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:sources AS text[]),
                CAST(:external_ids AS text[]), CAST(CAST(:moments AS text) AS timestamptz[]), CAST(:channels AS text[]),
                CAST(:currencies AS text[]), CAST(CAST(:totals AS text) AS numeric[]),
                CAST(CAST(:paid AS text) AS numeric[]), CAST(:items AS text[]))
         WITH ORDINALITY
         AS t(id, customer_id, source, external_id, occurred_at, channel, currency, total, paid, items, ordinal)
    ORDER BY ordinal
    ON CONFLICT (id) DO NOTHING RETURNING id
    """
)
ADD_ACCRUALS: Final = text(
    """
    INSERT INTO accruals (program_id, purchase_id, rule_code, rule_id, rule_version, customer_id, entry_id, day,
                          points, tier, multiplier)
    SELECT :program, purchase_id, coalesce(rule_code, (CAST(:codes AS text[]))[1]),
           coalesce(rule_id, (CAST(:rules AS uuid[]))[1]), coalesce(rule_version, (CAST(:versions AS integer[]))[1]),
           customer_id, entry_id, coalesce(day, (CAST(:days AS date[]))[1]), points,
           CASE cardinality(CAST(:tiers AS text[])) WHEN 1 THEN (CAST(:tiers AS text[]))[1] ELSE tier END,
           CAST(coalesce(multiplier, (CAST(:multipliers AS text[]))[1]) AS numeric)
    FROM unnest(CAST(:purchases AS uuid[]), CAST(:codes AS text[]), CAST(:rules AS uuid[]),
                CAST(:versions AS integer[]), CAST(:customers AS uuid[]), CAST(:entries AS uuid[]),
                CAST(:days AS date[]), CAST(CAST(:points AS text) AS bigint[]), CAST(:tiers AS text[]),
                CAST(:multipliers AS text[]))
         AS t(purchase_id, rule_code, rule_id, rule_version, customer_id, entry_id, day, points, tier, multiplier)
    """
)
STORED: Final = "id, customer_id, source, external_id, occurred_at, channel, currency, total, paid_with_points, items"
FIND: Final = text(f"SELECT {STORED} FROM purchases WHERE id = ANY(CAST(:ids AS uuid[]))")  # noqa: S608

# Those of the ids that are stored were told in this order; one that is not, a quote's, comes after all others.
BOUGHT_BEFORE: Final = text(
    """
    SELECT DISTINCT customer_id FROM purchases
    WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND currency = :currency AND occurred_at >= :earliest
      AND number < coalesce((SELECT min(number) FROM purchases WHERE id = ANY(CAST(:ids AS uuid[]))),
                            9223372036854775807)
    """
)
GIVEN_BEFORE: Final = text(
    """
    SELECT p.customer_id, a.rule_code, CASE WHEN a.day = ANY(CAST(:days AS date[])) THEN a.day END AS day,
           CAST(sum(a.points - a.reversed) AS bigint) AS points
    FROM purchases AS p
    JOIN accruals AS a ON a.purchase_id = p.id AND a.program_id = :program AND a.rule_code = ANY(CAST(:codes AS text[]))
    WHERE p.customer_id = ANY(CAST(:customers AS uuid[])) AND p.id <> ALL(CAST(:ids AS uuid[]))
    GROUP BY p.customer_id, a.rule_code, 3
    """
)
GIVEN_TIERS: Final = text(
    """
    SELECT DISTINCT ON (purchase_id) purchase_id, tier, multiplier FROM accruals
    WHERE program_id = :program AND purchase_id = ANY(CAST(:ids AS uuid[])) ORDER BY purchase_id, rule_code
    """
)
HINDSIGHT: Final = text(
    f"""
    SELECT {STORED},
           NOT EXISTS (SELECT 1 FROM purchases AS q
                       WHERE q.customer_id = p.customer_id AND q.currency = p.currency
                         AND q.occurred_at >= :earliest AND (q.occurred_at, q.id) < (p.occurred_at, p.id)) AS first
    FROM purchases AS p
    WHERE occurred_at >= :since AND occurred_at < :until AND currency = :currency
      AND (:everybody OR EXISTS (SELECT 1 FROM members AS m
                                 WHERE m.program_id = :program AND m.customer_id = p.customer_id))
    ORDER BY occurred_at, id
    """  # noqa: S608
)


class Accrual(NamedTuple):
    """What a rule gave for a purchase; `day` is that of the programme's zone."""

    purchase_id: UUID
    code: str
    rule_id: UUID
    version: int
    customer_id: UUID
    entry_id: UUID
    day: date
    points: int
    tier: str | None
    multiplier: str


class Given(NamedTuple):
    """What a rule gave a customer and was not taken back: on `day`, or (None) on all other days together."""

    customer_id: UUID
    code: str
    day: date | None
    points: int


async def add(connection: AsyncConnection, purchases: Sequence[Purchase], now: datetime) -> set[UUID]:
    """Stores the purchases that are not there yet, in one statement, as told `now`; gives their ids."""
    values = {
        "now": now,
        "ids": [one.id for one in purchases],
        "customers": [one.customer_id for one in purchases],
        "sources": _once([one.source for one in purchases]),
        "external_ids": [one.external_id for one in purchases],
        "moments": spelled_array([one.occurred_at for one in purchases]),
        "channels": _once([one.channel for one in purchases]),
        "currencies": _once([one.currency for one in purchases]),
        "totals": spelled_array([one.total for one in purchases]),
        "paid": spelled_array([one.paid_with_points for one in purchases]),
        "items": [orjson.dumps(one.lines).decode() if one.lines else "[]" for one in purchases],
    }
    return set((await connection.execute(ADD, values)).scalars())


async def add_accruals(connection: AsyncConnection, program_id: UUID, accruals: Sequence[Accrual]) -> None:
    """Stores what purchases earned, in one statement."""
    if not accruals:
        return
    names = "purchases", "codes", "rules", "versions", "customers", "entries", "days", "points", "tiers", "multipliers"
    columns = zip(*accruals, strict=True)
    values: dict[str, Any] = {name: list(column) for name, column in zip(names, columns, strict=True)}
    values |= {name: _once(values[name]) for name in ("codes", "rules", "versions", "days", "tiers", "multipliers")}
    values["points"] = spelled_array(values["points"])
    await connection.execute(ADD_ACCRUALS, values | {"program": program_id})


async def find(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Purchase]:
    """The stored purchases among the ids, as they hold now."""
    return {row.id: _purchase(row) for row in await connection.execute(FIND, {"ids": list(ids)})}


async def who_bought_before(
    connection: AsyncConnection, customers: Collection[UUID], currency: str, ids: Collection[UUID]
) -> set[UUID]:
    """The customers who had bought something in the currency before the first of these purchases was told."""
    values = {"customers": list(customers), "currency": currency, "ids": list(ids), "earliest": EARLIEST}
    return set((await connection.execute(BOUGHT_BEFORE, values)).scalars())


async def given_before(
    connection: AsyncConnection,
    program_id: UUID,
    customers: Collection[UUID],
    codes: Collection[str],
    days: Collection[date],
    ids: Collection[UUID],
) -> list[Given]:
    """What rules gave customers for other purchases than these, the named days one by one."""
    values = {"program": program_id, "customers": list(customers), "codes": list(codes), "days": list(days)}
    rows = await connection.execute(GIVEN_BEFORE, values | {"ids": list(ids)})
    return [Given._make(row) for row in rows]


async def given_tiers(
    connection: AsyncConnection, program_id: UUID, ids: Collection[UUID]
) -> dict[UUID, tuple[str | None, Decimal]]:
    """In which tier, and with which multiplier, purchases that earned something did so."""
    rows = await connection.execute(GIVEN_TIERS, {"program": program_id, "ids": list(ids)})
    return {row.purchase_id: (row.tier, row.multiplier) for row in rows}


async def hindsight(
    connection: AsyncConnection, program: Program, since: datetime, until: datetime
) -> AsyncIterator[list[tuple[Purchase, bool]]]:
    """Stored purchases of those who would take part, in the order they happened and in pieces; each with whether it was
    the customer's first. Needs a transaction."""
    values = {
        "currency": program.currency,
        "since": since,
        "until": until,
        "earliest": EARLIEST,
        "everybody": program.enrolment == "automatic",
        "program": program.id,
    }
    rows = await connection.stream(HINDSIGHT, values)
    async for some in rows.partitions(PIECE):
        yield [(_purchase(row), row.first) for row in some]


def _once(values: list[T]) -> list[T]:
    """One of the values where all are equal: an array costs the driver half a microsecond per element."""
    return values[:1] if values.count(values[0]) == len(values) else values


def _purchase(row: Row[Any]) -> Purchase:
    return Purchase(
        row.id,
        row.customer_id,
        row.source,
        row.external_id,
        row.occurred_at,
        row.channel,
        row.currency,
        row.total,
        row.paid_with_points,
        row.items,
    )
