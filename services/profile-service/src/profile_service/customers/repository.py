"""The SQL of the customer record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.customers.domain import Customer, Document, Identifier
from profile_service.tables import customers, identifiers

__all__ = ["add", "find", "find_many", "known", "save"]

SAME_NAME = (
    "kind", "gender", "occupation", "income_band", "address", "language", "timezone",
    "interests", "preferences", "special_needs", "attributes", "tags",
)  # fmt: skip
NAME_PARTS = ("given", "family", "display")

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


async def add(connection: AsyncConnection, new: Sequence[Customer]) -> None:
    """Stores new customers; their identifiers are not stored here."""
    rows = [
        {
            "id": customer.id,
            "version": customer.version,
            "created_at": customer.created_at,
            "updated_at": customer.updated_at,
            **_columns(customer.document),
        }
        for customer in new
    ]
    await connection.execute(insert(customers), rows)


async def save(connection: AsyncConnection, customer: Customer) -> None:
    """Stores a customer that has changed; its stream is locked by the caller."""
    values = {
        "version": customer.version,
        "updated_at": customer.updated_at,
        **_columns(customer.document),
    }
    await connection.execute(update(customers).where(customers.c.id == customer.id).values(values))


async def find(connection: AsyncConnection, customer_id: UUID) -> Customer | None:
    """One customer with its identifiers, oldest first; None where there is none."""
    return (await find_many(connection, [customer_id])).get(customer_id)


async def find_many(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """Those of the customers that exist, in one statement."""
    rows = await connection.execute(
        select(customers, IDENTIFIERS).where(customers.c.id == func.any(list(customer_ids)))
    )
    return {row.id: _customer(row) for row in rows}


async def known(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the ids are customers."""
    rows = await connection.execute(select(customers.c.id).where(customers.c.id == func.any(list(customer_ids))))
    return set(rows.scalars())


def _columns(document: Document) -> dict[str, Any]:
    location = document.get("location") or {}
    born = document.get("birth_date")
    return {
        **{field: document.get(field) for field in SAME_NAME},
        **{f"{part}_name": document["name"].get(part) for part in NAME_PARTS},
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
    names = {part: columns[f"{part}_name"] for part in NAME_PARTS}
    document = {field: value for field, value in found.items() if value is not None}
    document["name"] = {part: value for part, value in names.items() if value is not None}
    known_as = sorted(Identifier(UUID(id_), type_, value) for id_, type_, value in row.identifiers or ())
    return Customer(row.id, row.version, row.created_at, row.updated_at, document, tuple(known_as))
