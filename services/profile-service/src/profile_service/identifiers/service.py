"""Use cases of identifiers: whom does one point at, who is behind a thousand of them, and giving one or taking it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.profile import IdentifierAdded, IdentifierRemoved
from hamdel.database import UnitOfWork, roots
from hamdel.http import Conflict, FieldError, NotFound
from hamdel.ids import new_id
from profile_service.customers import service as customers
from profile_service.customers.domain import Change, Customer, Identifier, empty_document
from profile_service.identifiers import repository
from profile_service.identifiers.domain import Wanted, type_of
from profile_service.identifiers.repository import MOST_OWNERS, Key
from profile_service.merges.reading import shown

__all__ = ["Resolved", "add", "customer_by", "remove", "resolve"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an identifier points at."""

    customer_id: UUID | None
    status: Literal["found", "created", "missing", "ambiguous"]


async def customer_by(connection: AsyncConnection, wanted: Wanted) -> Customer:
    """The one customer an identifier points at. Raises NotFound `unknown-customer`, and Conflict
    `ambiguous-identifier` (409), with at most 20 `customer_ids`, where several share it."""
    found = (await _owners(connection, [wanted.key])).get(wanted.key)
    if not found:
        raise NotFound("unknown-customer")
    if len(found) > 1:
        named = [str(customer_id) for customer_id in found[: MOST_OWNERS - 1]]
        raise Conflict("ambiguous-identifier", "several customers share it", members={"customer_ids": named})
    return await shown(connection, found[0])


async def resolve(unit: UnitOfWork, wanted: Sequence[Wanted], *, create_missing: bool) -> list[Resolved]:
    """Whom each identifier points at, in order; with `create_missing` a new customer for each that points at nobody.

    The number of statements does not depend on the number of identifiers. Two of these at once never make two
    customers for one identifier: the later one waits and finds the other's.
    """
    first = {identifier.key: identifier for identifier in wanted}
    found = await _owners(unit.connection, first.keys())
    created: Mapping[Key, UUID] = {}
    if create_missing:
        created, late = await _create(unit, [identifier for key, identifier in first.items() if key not in found])
        found |= late
    return [_resolved(identifier.key, found, created) for identifier in wanted]


async def add(unit: UnitOfWork, customer_id: UUID, wanted: Wanted) -> tuple[Identifier, bool]:
    """Gives a customer an identifier; one it has already stays as it is, and the second answer is False.

    Raises NotFound `unknown-customer`, and Conflict (409): `customer-archived`, `too-many-identifiers` of the type, or
    `identifier-taken`.
    """
    customer = await customers.load_active(unit, customer_id, own=True)
    held = await repository.held(unit.connection, customer_id, wanted.type)
    if wanted.canonical in held:
        return held[wanted.canonical], False
    maximum = type_of(wanted.type).maximum
    if len(held) >= maximum:
        raise Conflict("too-many-identifiers", f"a customer has at most {maximum} of the type")
    claimed = await repository.claim(unit.connection, [(customer_id, wanted)], unit.now)
    if wanted.key not in claimed:
        taken = FieldError("/value", "another customer has it", "identifier_taken")
        raise Conflict("identifier-taken", "another customer has it", errors=[taken])
    added = Identifier(claimed[wanted.key], wanted.type, wanted.value)
    await customers.store(unit, customer, [Change(_pointer(added), None, _told(added))])
    unit.record(customer_id, IdentifierAdded(customer_id=customer_id, identifier_id=added.id, type=added.type))
    return added, True


async def remove(unit: UnitOfWork, customer_id: UUID, identifier_id: UUID) -> None:
    """Takes an identifier from a customer. Raises NotFound `unknown-customer` or `unknown-identifier`, and Conflict
    `customer-archived`."""
    customer = await customers.load_active(unit, customer_id, own=True)
    removed = await repository.remove(unit.connection, customer_id, identifier_id)
    if removed is None:
        raise NotFound("unknown-identifier")
    await customers.store(unit, customer, [Change(_pointer(removed), _told(removed), None)])
    unit.record(customer_id, IdentifierRemoved(customer_id=customer_id, identifier_id=removed.id, type=removed.type))


async def _create(unit: UnitOfWork, missing: Sequence[Wanted]) -> tuple[dict[Key, UUID], dict[Key, list[UUID]]]:
    """New customers for those that nobody else was faster with, and the owners of the others."""
    shared = [identifier.key for identifier in missing if not identifier.exclusive]
    await repository.lock(unit.connection, shared)
    late = await _owners(unit.connection, shared)
    owners = {identifier.key: (new_id(), identifier) for identifier in missing if identifier.key not in late}
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
    late |= await _owners(unit.connection, owners.keys() - claimed.keys())
    return {wanted.key: customer_id for customer_id, wanted, _ in mine}, late


async def _owners(connection: AsyncConnection, keys: Collection[Key]) -> dict[Key, list[UUID]]:
    """Whom identifiers point at, each customer under the id it is shown by: two that were merged are one."""
    found = await repository.owners(connection, keys)
    shown_as = await roots(connection, list({owner for owners in found.values() for owner in owners}))
    return {key: list(dict.fromkeys(shown_as[owner] for owner in owners)) for key, owners in found.items()}


def _resolved(key: Key, found: Mapping[Key, Sequence[UUID]], created: Mapping[Key, UUID]) -> Resolved:
    if key in created:
        return Resolved(created[key], "created")
    owners = found.get(key, ())
    if len(owners) > 1:
        return Resolved(None, "ambiguous")
    return Resolved(owners[0], "found") if owners else Resolved(None, "missing")


def _pointer(identifier: Identifier) -> str:
    return f"/identifiers/{identifier.id}"


def _told(identifier: Identifier) -> dict[str, str]:
    return {"type": identifier.type, "value": identifier.value}
