"""The SQL of the customer record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    JSON,
    Row,
    RowMapping,
    Text,
    bindparam,
    cast,
    column,
    exists,
    func,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from profile_service.customers.domain import Customer, Document, Identifier
from profile_service.tables import customers, identifiers, merges

__all__ = ["add", "find", "find_many", "known", "owner_of_code", "save", "stale"]

SAME_NAME = (
    "kind", "gender", "occupation", "income_band", "address", "language", "timezone",
    "interests", "preferences", "special_needs", "attributes", "tags",
)  # fmt: skip
NAME_PARTS = ("given", "family", "display")

SEEN = func.coalesce(customers.c.last_verified_at, customers.c.created_at)

ABSORBED = exists().where(merges.c.absorbed_id == customers.c.id, merges.c.unmerged_at.is_(None))

IDENTIFIERS = (
    select(
        func.jsonb_agg(
            func.jsonb_build_array(identifiers.c.id, identifiers.c.type, identifiers.c.raw),
            type_=JSONB,
        ).label("found")
    )
    .where(identifiers.c.customer_id == customers.c.id)
    .scalar_subquery()
    .label("identifiers")
)


async def add(connection: AsyncConnection, new: Sequence[Customer]) -> dict[UUID, str]:
    """Stores new customers in one statement and gives the codes they got; their identifiers are not stored here."""
    rows = [{"id": customer.id, "created_at": customer.created_at, **_row(customer)} for customer in new]
    statement = _insert_of(tuple(rows[0]))
    stored = await connection.execute(statement, {"rows": orjson.dumps(rows).decode()})
    return {row.id: row.code for row in stored}


async def save(connection: AsyncConnection, customer: Customer) -> None:
    """Stores a customer that has changed; its stream is locked by the caller."""
    await connection.execute(update(customers).where(customers.c.id == customer.id).values(_row(customer)))


async def find(connection: AsyncConnection, customer_id: UUID) -> Customer | None:
    """One customer with its identifiers, oldest first; None where there is none."""
    return (await find_many(connection, [customer_id])).get(customer_id)


async def find_many(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """Those of the customers that exist, in one statement."""
    rows = await connection.execute(
        select(customers, IDENTIFIERS).where(customers.c.id == func.any(list(customer_ids)))
    )
    return {row.id: _customer(row) for row in rows}


async def owner_of_code(connection: AsyncConnection, code: str) -> UUID | None:
    """Whose code it is; None where it is nobody's."""
    return (await connection.execute(select(customers.c.id).where(customers.c.code == code))).scalar()


async def stale(
    connection: AsyncConnection, before: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> list[Customer]:
    """Customers last verified (or, if never, created) before a moment and not archived, the oldest first; `after` is
    that moment and the id of the last one seen."""
    wanted = [before > SEEN, customers.c.archived_at.is_(None), ~ABSORBED]
    if after is not None:
        wanted.append(tuple_(SEEN, customers.c.id) > tuple_(*map(literal, after)))
    rows = await connection.execute(
        select(customers, IDENTIFIERS).where(*wanted).order_by(SEEN, customers.c.id).limit(limit)
    )
    return [_customer(row) for row in rows]


async def known(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the ids are customers."""
    rows = await connection.execute(select(customers.c.id).where(customers.c.id == func.any(list(customer_ids))))
    return set(rows.scalars())


@cache
def _insert_of(names: tuple[str, ...]) -> ReturningInsert[tuple[UUID, str]]:
    """The statement that inserts rows with these columns, which come as one JSON array: however many there are, it is
    one statement with one parameter, and the codes come back with it."""
    rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON(none_as_null=True))).table_valued(
        *(column(name, customers.c[name].type) for name in names)
    )
    source = select(rows.render_derived(name="new", with_types=True))
    return insert(customers).from_select(list(names), source).returning(customers.c.id, customers.c.code)


def _row(customer: Customer) -> dict[str, Any]:
    return {
        "version": customer.version,
        "updated_at": customer.updated_at,
        "last_verified_at": customer.last_verified_at,
        "archived_at": customer.archived_at,
        **_columns(customer.document),
    }


def _columns(document: Document) -> dict[str, Any]:
    other = document["name"].get("other_script") or {}
    location = document.get("location") or {}
    born = document.get("birth_date")
    return {
        **{field: document.get(field) for field in SAME_NAME},
        **{f"{part}_name": document["name"].get(part) for part in NAME_PARTS},
        **{f"{part}_name_other": other.get(part) for part in NAME_PARTS},
        "birth_date": date.fromisoformat(born) if born else None,
        "latitude": location.get("lat"),
        "longitude": location.get("lon"),
    }


def _customer(row: Row[Any]) -> Customer:
    columns = row._mapping
    found = {
        **{field: columns[field] for field in SAME_NAME},
        "birth_date": row.birth_date.isoformat() if row.birth_date else None,
        "location": None if row.latitude is None else {"lat": row.latitude, "lon": row.longitude},
    }
    document = {field: value for field, value in found.items() if value is not None}
    document["name"] = _parts(columns, "{}_name")
    if other := _parts(columns, "{}_name_other"):
        document["name"]["other_script"] = other
    known_as = sorted(Identifier(UUID(id_), type_, value) for id_, type_, value in row.identifiers or ())
    return Customer(
        row.id,
        row.version,
        row.created_at,
        row.updated_at,
        document,
        tuple(known_as),
        code=row.code,
        last_verified_at=row.last_verified_at,
        archived_at=row.archived_at,
    )


def _parts(columns: RowMapping, pattern: str) -> Document:
    found = {part: columns[pattern.format(part)] for part in NAME_PARTS}
    return {part: value for part, value in found.items() if value is not None}
