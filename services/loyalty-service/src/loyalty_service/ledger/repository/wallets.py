"""Every statement on members, entries, lots and their uses that requests and handlers need: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database.arrays import spelled_array
from loyalty_service.ledger.domain import Changes, Hold, Kind, Lot, Member

__all__ = [
    "add_members",
    "due_lots_of",
    "held",
    "known_keys",
    "lapsed_of",
    "locked_members",
    "members_of",
    "open_lots",
    "store",
]

LOCK_MEMBERS: Final = text(
    """
    SELECT customer_id, enrolled_at, available, pending, reserved, debt, lifetime, version
    FROM members WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND program_id = :program_id
    ORDER BY customer_id FOR UPDATE
    """
)

OPTIONAL: Final = ("reverses", "redemptions", "purchases", "rules", "rewards", "reasons", "available", "expires")
"""The parameters of STORE for the last fields of `Entry`, in their order."""

MEMBERS_OF: Final = text(
    """
    SELECT program_id, customer_id, enrolled_at, available, pending, reserved, debt, lifetime, version
    FROM members WHERE customer_id = ANY(CAST(:customers AS uuid[])) ORDER BY program_id, customer_id
    """
)

LOT: Final = """
    l.id, l.customer_id, l.points, l.remaining, l.earned_at, l.available_at, l.expires_at, l.matured, l.purchase_id,
    l.lapsed
"""

OPEN_LOTS: Final = text(
    f"""
    SELECT {LOT} FROM lots AS l
    WHERE l.open AND l.customer_id = ANY(CAST(:customers AS uuid[])) AND l.program_id = :program_id
    """  # noqa: S608 - the columns are a constant of this module
)

DUE_LOTS_OF: Final = text(
    f"""
    SELECT l.program_id, {LOT} FROM lots AS l
    WHERE l.open AND l.customer_id = ANY(CAST(:customers AS uuid[]))
      AND (l.expires_at <= :now OR (NOT l.matured AND l.available_at <= :now))
    """  # noqa: S608 - the columns are a constant of this module
)

HELD: Final = text(
    f"""
    SELECT u.redemption_id, u.points, {LOT}
    FROM (SELECT redemption_id, lot_id, CAST(sum(points) AS bigint) AS points FROM lot_uses
          WHERE redemption_id = ANY(CAST(:ids AS uuid[])) GROUP BY redemption_id, lot_id HAVING sum(points) > 0) AS u
    JOIN lots AS l ON l.id = u.lot_id
    WHERE l.program_id = :program_id
    ORDER BY u.redemption_id, l.expires_at, l.earned_at, l.id
    """  # noqa: S608 - the columns are a constant of this module
)

KNOWN_KEYS: Final = text(
    "SELECT business_key FROM entries "
    "WHERE business_key = ANY(CAST(:keys AS text[])) AND kind = :kind AND program_id = :program_id"
)

LAPSED: Final = text(
    "SELECT id, purchase_id, lapsed FROM lots "
    "WHERE purchase_id = ANY(CAST(:purchases AS uuid[])) AND program_id = :program_id"
)

ADD_MEMBERS: Final = text(
    """
    INSERT INTO members (program_id, customer_id, enrolled_at, available, pending, reserved, debt, lifetime)
    SELECT :program_id, customer_id, enrolled_at, coalesce(available, (CAST(:available AS bigint[]))[1]),
           coalesce(pending, (CAST(:pending AS bigint[]))[1]), coalesce(reserved, (CAST(:reserved AS bigint[]))[1]),
           coalesce(debt, (CAST(:debt AS bigint[]))[1]), coalesce(lifetime, (CAST(:lifetime AS bigint[]))[1])
    FROM unnest(CAST(:customers AS uuid[]), CAST(:enrolled AS timestamptz[]), CAST(:available AS bigint[]),
                CAST(:pending AS bigint[]), CAST(:reserved AS bigint[]), CAST(:debt AS bigint[]),
                CAST(:lifetime AS bigint[]))
         AS t(customer_id, enrolled_at, available, pending, reserved, debt, lifetime)
    """
)

STORE: Final = text(
    """
    WITH made AS (
        SELECT id, customer_id, coalesce(kind, (CAST(:kinds AS text[]))[1]) AS kind,
               coalesce(debit, (CAST(:debits AS text[]))[1]) AS debit,
               coalesce(credit, (CAST(:credits AS text[]))[1]) AS credit,
               points, key, coalesce(occurred_at, (CAST(CAST(:occurred AS text) AS timestamptz[]))[1]) AS occurred_at,
               reverses, redemption_id, purchase_id, rule_code, reward_code, reason, available_at, expires_at,
               coalesce(actor, (CAST(:actors AS text[]))[1]) AS actor, cause, remaining, matured, lapsed, ordinal
        FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:kinds AS text[]), CAST(:debits AS text[]),
                    CAST(:credits AS text[]), CAST(CAST(:points AS text) AS bigint[]), CAST(:keys AS text[]),
                    CAST(CAST(:occurred AS text) AS timestamptz[]), CAST(:reverses AS uuid[]),
                    CAST(:redemptions AS uuid[]), CAST(:purchases AS uuid[]), CAST(:rules AS text[]),
                    CAST(:rewards AS text[]), CAST(:reasons AS text[]), CAST(CAST(:available AS text) AS timestamptz[]),
                    CAST(CAST(:expires AS text) AS timestamptz[]),
                    CAST(:actors AS text[]), CAST(:causes AS text[]), CAST(CAST(:remaining AS text) AS bigint[]),
                    CAST(CAST(:matured AS text) AS boolean[]), CAST(CAST(:lapsed AS text) AS bigint[]))
             WITH ORDINALITY AS t(id, customer_id, kind, debit, credit, points, key, occurred_at, reverses,
                                  redemption_id, purchase_id, rule_code, reward_code, reason, available_at, expires_at,
                                  actor, cause, remaining, matured, lapsed, ordinal)
    ), granted AS (
        INSERT INTO lots (program_id, id, customer_id, purchase_id, points, remaining, lapsed, earned_at, available_at,
                          expires_at, matured)
        SELECT :program_id, id, customer_id, purchase_id, points, remaining, lapsed, occurred_at,
               coalesce(available_at, occurred_at), expires_at, matured
        FROM made WHERE remaining IS NOT NULL
    ), changed_members AS (
        UPDATE members AS m
        SET available = coalesce(t.available, (CAST(:member_available AS bigint[]))[1]),
            pending = coalesce(t.pending, (CAST(:member_pending AS bigint[]))[1]),
            reserved = coalesce(t.reserved, (CAST(:member_reserved AS bigint[]))[1]),
            debt = coalesce(t.debt, (CAST(:member_debt AS bigint[]))[1]),
            lifetime = coalesce(t.lifetime, (CAST(:member_lifetime AS bigint[]))[1]), version = m.version + 1
        FROM unnest(CAST(:member_customers AS uuid[]), CAST(:member_available AS bigint[]),
                    CAST(:member_pending AS bigint[]), CAST(:member_reserved AS bigint[]),
                    CAST(:member_debt AS bigint[]), CAST(:member_lifetime AS bigint[]))
             AS t(customer_id, available, pending, reserved, debt, lifetime)
        WHERE m.customer_id = t.customer_id AND m.program_id = :program_id
    ), changed_lots AS (
        UPDATE lots AS l SET remaining = t.remaining, matured = t.matured, lapsed = t.lapsed
        FROM unnest(CAST(:lot_ids AS uuid[]), CAST(:lot_remaining AS bigint[]), CAST(:lot_matured AS boolean[]),
                    CAST(:lot_lapsed AS bigint[])) AS t(id, remaining, matured, lapsed)
        WHERE l.id = t.id
    ), noted_uses AS (
        INSERT INTO lot_uses (lot_id, entry_id, points, redemption_id)
        SELECT * FROM unnest(CAST(:use_lots AS uuid[]), CAST(:use_entries AS uuid[]), CAST(:use_points AS bigint[]),
                             CAST(:use_redemptions AS uuid[]))
    )
    INSERT INTO entries (program_id, recorded_at, id, customer_id, kind, debit, credit, points, business_key,
                         occurred_at, reverses, redemption_id, purchase_id, rule_code, reward_code, reason,
                         available_at, expires_at, actor, cause)
    SELECT :program_id, :recorded_at, id, customer_id, kind, debit, credit, points, key, occurred_at, reverses,
           redemption_id, purchase_id, rule_code, reward_code, reason, available_at, expires_at, actor, cause
    FROM made ORDER BY ordinal
    """
)
"""Entries, the lots of those that have something `remaining` here, and what changed of members, of lots that were there
before, and of uses: one statement, since each costs more than the rows of a request. Where a value is the same for all,
or NULL for all, it is sent once (`_once`, `_unless_void`): an array costs the driver half a microsecond per element."""


async def locked_members(
    connection: AsyncConnection, program_id: UUID, customer_ids: Iterable[UUID]
) -> dict[UUID, Member]:
    """The rows of these customers in the programme, locked in order of id until the end of the transaction."""
    values = {"program_id": program_id, "customers": list(customer_ids)}
    return {row[0]: Member(*row) for row in await connection.execute(LOCK_MEMBERS, values)}


async def open_lots(connection: AsyncConnection, program_id: UUID, customer_ids: Iterable[UUID]) -> list[Lot]:
    """The lots of these customers that have something left."""
    values = {"program_id": program_id, "customers": list(customer_ids)}
    return [Lot(*row) for row in await connection.execute(OPEN_LOTS, values)]


async def members_of(connection: AsyncConnection, customer_ids: Iterable[UUID]) -> list[tuple[UUID, Member]]:
    """Every membership of these customers with its programme, not locked."""
    rows = await connection.execute(MEMBERS_OF, {"customers": list(customer_ids)})
    return [(row[0], Member(*row[1:])) for row in rows]


async def due_lots_of(
    connection: AsyncConnection, customer_ids: Iterable[UUID], now: datetime
) -> list[tuple[UUID, Lot]]:
    """The lots of these customers that have to become available or to expire by `now`, with their programmes."""
    rows = await connection.execute(DUE_LOTS_OF, {"customers": list(customer_ids), "now": now})
    return [(row[0], Lot(*row[1:])) for row in rows]


async def held(connection: AsyncConnection, program_id: UUID, ids: Iterable[UUID]) -> dict[UUID, list[Hold]]:
    """Which lots these redemptions hold points of, and how many; soonest-expiring first. A lot that several of them
    hold is one and the same object."""
    found: dict[UUID, list[Hold]] = {}
    lots: dict[UUID, Lot] = {}
    for redemption_id, points, *values in await connection.execute(HELD, {"program_id": program_id, "ids": list(ids)}):
        lot = lots.setdefault(values[0], Lot(*values))
        found.setdefault(redemption_id, []).append(Hold(lot, points))
    return found


async def known_keys(connection: AsyncConnection, program_id: UUID, kind: Kind, keys: Collection[str]) -> set[str]:
    """Those of the business keys that an entry of this kind has."""
    values = {"program_id": program_id, "kind": kind.value, "keys": list(keys)}
    return set((await connection.execute(KNOWN_KEYS, values)).scalars())


async def lapsed_of(
    connection: AsyncConnection, program_id: UUID, purchase_ids: Iterable[UUID]
) -> list[tuple[UUID, UUID, int]]:
    """The lots of these purchases: id, purchase, points that expired of it."""
    values = {"program_id": program_id, "purchases": list(purchase_ids)}
    return [(row[0], row[1], row[2]) for row in await connection.execute(LAPSED, values)]


async def add_members(connection: AsyncConnection, program_id: UUID, members: Collection[Member]) -> None:
    """Stores new members as they are."""
    values = _sums(members) | {"program_id": program_id, "enrolled": [one.enrolled_at for one in members]}
    await connection.execute(ADD_MEMBERS, values)


async def store(
    connection: AsyncConnection,
    program_id: UUID,
    recorded_at: datetime,
    changes: Changes,
    authors: Sequence[tuple[str, str | None]],
) -> None:
    """Stores the movements (at least one) in their order, each with its author: actor and cause; the lots that they
    grant; members, lots and uses as they are now. Members who joined are stored before."""
    moved = [one for one in changes.moved.values() if one.customer_id not in changes.joined]
    values = _entries(changes, authors) | {f"member_{name}": value for name, value in _sums(moved).items()}
    lots = [lot for lot in changes.used.values() if lot.id not in changes.born]
    values |= {
        "program_id": program_id,
        "recorded_at": recorded_at,
        "lot_ids": [lot.id for lot in lots],
        "lot_remaining": [lot.remaining for lot in lots],
        "lot_matured": [lot.matured for lot in lots],
        "lot_lapsed": [lot.lapsed for lot in lots],
        "use_lots": [use.lot_id for use in changes.uses],
        "use_entries": [use.entry_id for use in changes.uses],
        "use_points": [use.points for use in changes.uses],
        "use_redemptions": [use.redemption_id for use in changes.uses],
    }
    await connection.execute(STORE, values)


def _entries(changes: Changes, authors: Sequence[tuple[str, str | None]]) -> dict[str, Any]:
    columns = map(list, zip(*(one.entry for one in changes.movements), strict=True))
    ids, customers, kinds, debits, credits_, points, keys, occurred, *optional = columns
    actors, causes = map(list, zip(*authors, strict=True))
    values: dict[str, Any] = {"ids": ids, "customers": customers, "keys": keys}
    values |= dict(zip(OPTIONAL, map(_unless_void, optional), strict=True))
    values |= {"available": spelled_array(values["available"]), "expires": spelled_array(values["expires"])}
    values |= {"kinds": _once(kinds), "debits": _once(debits), "credits": _once(credits_), "actors": _once(actors)}
    values |= {"points": spelled_array(points), "occurred": spelled_array(_once(occurred))}
    values["causes"] = _unless_void(causes)
    granted = [changes.born.get(one) for one in ids]
    return values | {
        "remaining": spelled_array([lot.remaining if lot else None for lot in granted]),
        "matured": spelled_array([lot.matured if lot else None for lot in granted]),
        "lapsed": spelled_array([lot.lapsed if lot else None for lot in granted]),
    }


def _sums(members: Collection[Member]) -> dict[str, Any]:
    names = ("available", "pending", "reserved", "debt", "lifetime")
    sums = {name: _once([getattr(one, name) for one in members]) for name in names}
    return sums | {"customers": [one.customer_id for one in members]}


def _once(values: list[Any]) -> list[Any]:
    """One of the values where all are equal; none of them is None."""
    return values[:1] if values and values.count(values[0]) == len(values) else values


def _unless_void(values: list[Any]) -> list[Any]:
    """Nothing where all are None."""
    return values if values.count(None) < len(values) else []
