"""Use cases of identifiers: whom does one point at, and who is behind a thousand of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import NotFound
from hamdel.ids import new_id
from profile_service.customers import service as customers
from profile_service.customers.domain import Customer, Identifier, empty_document
from profile_service.identifiers import repository
from profile_service.identifiers.domain import Wanted

__all__ = ["Resolved", "customer_by", "resolve"]

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an identifier points at."""

    customer_id: UUID | None
    status: Literal["found", "created", "missing"]


async def customer_by(connection: AsyncConnection, wanted: Wanted) -> Customer:
    """The customer an identifier points at. Raises NotFound `unknown-customer`."""
    found = await repository.owners(connection, [wanted.key])
    if wanted.key not in found:
        raise NotFound("unknown-customer")
    return await customers.load(connection, found[wanted.key])


async def resolve(unit: UnitOfWork, wanted: Sequence[Wanted], *, create_missing: bool) -> list[Resolved]:
    """Whom each identifier points at, in order; with `create_missing` a new customer for each that points at nobody.

    The number of statements does not depend on the number of identifiers. Two of these at once never make two
    customers for one identifier: the later one waits and finds the other's.
    """
    first = {identifier.key: identifier for identifier in wanted}
    found = await repository.owners(unit.connection, first)
    missing = [identifier for key, identifier in first.items() if key not in found]
    created: Mapping[Key, UUID] = {}
    if create_missing and missing:
        created = await _create(unit, missing)
        overtaken = [identifier.key for identifier in missing if identifier.key not in created]
        found |= await repository.owners(unit.connection, overtaken)
    return [_resolved(identifier.key, found, created) for identifier in wanted]


async def _create(unit: UnitOfWork, missing: Iterable[Wanted]) -> dict[Key, UUID]:
    owners = {identifier.key: (new_id(), identifier) for identifier in missing}
    claimed = await repository.claim(unit.connection, list(owners.values()), unit.now)
    mine = [(*owners[key], identifier_id) for key, identifier_id in claimed.items()]
    if mine:
        await customers.add_all(
            unit,
            [
                (customer_id, empty_document(), [Identifier(identifier_id, wanted.type, wanted.value)])
                for customer_id, wanted, identifier_id in mine
            ],
        )
    return {wanted.key: customer_id for customer_id, wanted, _ in mine}


def _resolved(key: Key, found: Mapping[Key, UUID], created: Mapping[Key, UUID]) -> Resolved:
    if key in created:
        return Resolved(created[key], "created")
    return Resolved(found[key], "found") if key in found else Resolved(None, "missing")
