"""The SQL of identifiers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.ids import new_id
from profile_service.customers.domain import Identifier
from profile_service.identifiers.canonical import CANONICAL_VERSION
from profile_service.identifiers.domain import Wanted

__all__ = ["MOST_OWNERS", "Key", "Old", "claim", "held", "lock", "older_than_the_rules", "owners", "remove", "renew"]

Key = tuple[str, str]

MOST_OWNERS = 21
"""Of a shared identifier that many have: a firm's switchboard may have thousands, and nobody reads more."""

LOCKS = 256
"""So that a thousand identifiers at once do not fill the lock table of the server."""

CLAIM = text(
    """
    INSERT INTO identifiers (id, customer_id, type, raw, canonical, exclusive, normaliser_version, created_at)
    SELECT id, customer_id, type, raw, canonical, exclusive, :normaliser_version, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customer_ids AS uuid[]), CAST(:types AS text[]),
                CAST(:raws AS text[]), CAST(:canonicals AS text[]), CAST(:exclusives AS boolean[]))
         AS t(id, customer_id, type, raw, canonical, exclusive)
    ORDER BY type, canonical
    ON CONFLICT (type, canonical) WHERE exclusive DO NOTHING
    RETURNING id, type, canonical
    """
)

OWNERS = text(
    """
    SELECT t.type, t.canonical, i.customer_id
    FROM unnest(CAST(:types AS text[]), CAST(:canonicals AS text[])) AS t(type, canonical)
    CROSS JOIN LATERAL (
        SELECT DISTINCT customer_id FROM identifiers
        WHERE type = t.type AND canonical = t.canonical
        ORDER BY customer_id LIMIT :most
    ) AS i
    """
)

LOCK = text(
    """
    SELECT pg_advisory_xact_lock(hashtext('identifiers'), bucket)
    FROM (SELECT DISTINCT abs(hashtext(type || ' ' || canonical) % :locks) AS bucket
          FROM unnest(CAST(:types AS text[]), CAST(:canonicals AS text[])) AS t(type, canonical)
          ORDER BY bucket) AS sorted
    """
)

HELD = text("SELECT id, type, raw, canonical FROM identifiers WHERE customer_id = :customer_id AND type = :type")

REMOVE = text("DELETE FROM identifiers WHERE id = :id AND customer_id = :customer_id RETURNING id, type, raw")

OLDER = text(
    """
    SELECT id, type, raw, canonical FROM identifiers
    WHERE normaliser_version < :normaliser_version AND id > :after ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    """
)

RENEW = text(
    """
    UPDATE identifiers AS i SET canonical = t.canonical, normaliser_version = :normaliser_version
    FROM unnest(CAST(:ids AS uuid[]), CAST(:canonicals AS text[])) AS t(id, canonical)
    WHERE i.id = t.id AND NOT EXISTS (
        SELECT FROM identifiers AS other
        WHERE i.exclusive AND other.exclusive AND other.type = i.type AND other.canonical = t.canonical
          AND other.id <> i.id
    )
    RETURNING i.id
    """
)


@dataclass(frozen=True, slots=True)
class Old:
    """A row whose canonical form was made by older rules."""

    id: UUID
    type: str
    raw: str
    canonical: str


async def claim(
    connection: AsyncConnection, wanted: Sequence[tuple[UUID, Wanted]], now: datetime
) -> Mapping[Key, UUID]:
    """Gives the customers named with them those identifiers that they can have: shared ones, and unique ones that are
    free. Answers their new ids by key.

    Waits for others that are taking the same unique ones; keys are taken in sorted order, so two of these never
    deadlock. The customers' rows may follow later in the same transaction.
    """
    if not wanted:
        return {}
    values: dict[str, Any] = {
        "normaliser_version": CANONICAL_VERSION,
        "now": now,
        "ids": [new_id() for _ in wanted],
        "customer_ids": [customer_id for customer_id, _ in wanted],
        "types": [identifier.type for _, identifier in wanted],
        "raws": [identifier.value for _, identifier in wanted],
        "canonicals": [identifier.canonical for _, identifier in wanted],
        "exclusives": [identifier.exclusive for _, identifier in wanted],
    }
    rows = await connection.execute(CLAIM, values)
    return {(row.type, row.canonical): row.id for row in rows}


async def owners(connection: AsyncConnection, keys: Collection[Key]) -> dict[Key, list[UUID]]:
    """The customers that identifiers point at, by key, oldest first and at most MOST_OWNERS of them; those that point
    at nobody are absent."""
    if not keys:
        return {}
    found: dict[Key, list[UUID]] = {}
    for row in await connection.execute(OWNERS, {**_arrays(keys), "most": MOST_OWNERS}):
        found.setdefault((row.type, row.canonical), []).append(row.customer_id)
    return found


async def lock(connection: AsyncConnection, keys: Collection[Key]) -> None:
    """Holds the right to decide about shared identifiers until the end of the transaction: the database does not keep
    them unique, so whoever makes a customer for one nobody has must be alone. Taken in sorted order."""
    if keys:
        await connection.execute(LOCK, {**_arrays(keys), "locks": LOCKS})


async def held(connection: AsyncConnection, customer_id: UUID, type_: str) -> dict[str, Identifier]:
    """A customer's identifiers of one type, by canonical form."""
    rows = await connection.execute(HELD, {"customer_id": customer_id, "type": type_})
    return {row.canonical: Identifier(row.id, row.type, row.raw) for row in rows}


async def remove(connection: AsyncConnection, customer_id: UUID, identifier_id: UUID) -> Identifier | None:
    """Takes an identifier from a customer; None where the customer does not have it."""
    row = (await connection.execute(REMOVE, {"id": identifier_id, "customer_id": customer_id})).one_or_none()
    return None if row is None else Identifier(row.id, row.type, row.raw)


async def older_than_the_rules(connection: AsyncConnection, after: UUID, limit: int) -> list[Old]:
    """Rows made by older rules, by id, locked; those that somebody else is changing are left out."""
    values = {"normaliser_version": CANONICAL_VERSION, "after": after, "limit": limit}
    return [Old(*row) for row in await connection.execute(OLDER, values)]


async def renew(connection: AsyncConnection, forms: Mapping[UUID, str]) -> set[UUID]:
    """Gives rows a canonical form of the present rules; answers which. One that is another customer's already stays."""
    values = {"normaliser_version": CANONICAL_VERSION, "ids": list(forms), "canonicals": list(forms.values())}
    return set((await connection.execute(RENEW, values)).scalars())


def _arrays(keys: Collection[Key]) -> dict[str, Any]:
    return {"types": [type_ for type_, _ in keys], "canonicals": [canonical for _, canonical in keys]}
