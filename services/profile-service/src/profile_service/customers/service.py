"""Use cases of the customer record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.profile import CustomerCreated, CustomerUpdated, IdentifierAdded
from hamdel.database import UnitOfWork
from hamdel.http import Conflict, FieldError, InvalidValue, NotFound, check_version
from hamdel.ids import new_id
from profile_service.customers import repository
from profile_service.customers.domain import (
    Change,
    Customer,
    Document,
    Identifier,
    birth_date_is_possible,
    changes,
    filled,
    merge_patch,
)
from profile_service.history import repository as history
from profile_service.history.domain import Entry
from profile_service.identifiers import repository as identifier_rows
from profile_service.identifiers.domain import Wanted

__all__ = ["add_all", "change", "create", "known", "load"]


async def create(unit: UnitOfWork, document: Document, wanted: Sequence[Wanted]) -> Customer:
    """A new customer. Raises Conflict `identifier-taken` (409) naming every identifier that is somebody's already,
    and InvalidValue for an impossible birth date or an identifier given twice."""
    _check_birth_date(document, unit.now)
    _check_given_once(wanted)
    customer_id = new_id()
    claimed = await identifier_rows.claim(
        unit.connection, [(customer_id, identifier) for identifier in wanted], unit.now
    )
    taken = [index for index, identifier in enumerate(wanted) if identifier.key not in claimed]
    if taken:
        raise Conflict("identifier-taken", "another customer has it", errors=[_taken(index) for index in taken])
    found = [Identifier(claimed[identifier.key], identifier.type, identifier.value) for identifier in wanted]
    return (await add_all(unit, [(customer_id, document, found)]))[0]


async def add_all(unit: UnitOfWork, new: Sequence[tuple[UUID, Document, Sequence[Identifier]]]) -> list[Customer]:
    """Stores new customers whose identifiers are claimed in this transaction, with history and events.

    Their streams are locked only now: nobody else knows the ids yet, so there is no order to keep before this.
    """
    await unit.lock_streams(customer_id for customer_id, _, _ in new)
    customers = [
        Customer(customer_id, 1, unit.now, unit.now, document, tuple(sorted(found)))
        for customer_id, document, found in new
    ]
    await repository.add(unit.connection, customers)
    await _write_down(unit, [_birth_of(customer) for customer in customers])
    for customer in customers:
        _announce(unit, customer)
    return customers


async def change(
    unit: UnitOfWork,
    customer_id: UUID,
    expected_version: int,
    patch: Document,
    check: Callable[[Document], Document],
) -> Customer:
    """The customer with a merge patch applied; `check` holds the outcome to the rules of the record.

    A patch that changes nothing leaves version, history and events alone. Raises NotFound, and PreconditionFailed
    (412) naming the fields that changed since `expected_version`.
    """
    await unit.lock_streams([customer_id])
    current = await load(unit.connection, customer_id)
    if current.version != expected_version:
        conflicts = await history.changed_since(unit.connection, customer_id, expected_version)
        check_version(current.version, expected_version, [pointer.removeprefix("/") for pointer in conflicts])
    document = check(merge_patch(current.document, patch))
    _check_birth_date(document, unit.now)
    changed = changes(current.document, document)
    if not changed:
        return current
    return await _save(unit, current, document, changed)


async def load(connection: AsyncConnection, customer_id: UUID) -> Customer:
    """One customer. Raises NotFound `unknown-customer`."""
    customer = await repository.find(connection, customer_id)
    if customer is None:
        raise NotFound("unknown-customer")
    return customer


async def known(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the ids that are customers, each once, in the order they were asked."""
    found = await repository.known(connection, customer_ids)
    return [customer_id for customer_id in dict.fromkeys(customer_ids) if customer_id in found]


async def _save(unit: UnitOfWork, current: Customer, document: Document, changed: Sequence[Change]) -> Customer:
    updated = replace(current, version=current.version + 1, updated_at=unit.now, document=document)
    await repository.save(unit.connection, updated)
    await _write_down(
        unit,
        [Entry(current.id, updated.version, each.field, each.old, each.new) for each in changed],
    )
    pointers = [each.field for each in changed]
    unit.record(current.id, CustomerUpdated(customer_id=current.id, changed=pointers, version=updated.version))
    return updated


async def _write_down(unit: UnitOfWork, entries: Sequence[Entry]) -> None:
    context = unit.context
    await history.append(unit.connection, entries, actor=context.actor, source=context.source, now=unit.now)


def _birth_of(customer: Customer) -> Entry:
    """A customer's first line: one for the whole record, so that an import of many writes one line each."""
    identifiers = [{"id": str(each.id), "type": each.type, "value": each.value} for each in customer.identifiers]
    return Entry(customer.id, 1, "", None, {**filled(customer.document), "identifiers": identifiers})


def _announce(unit: UnitOfWork, customer: Customer) -> None:
    document = customer.document
    created = CustomerCreated(
        customer_id=customer.id,
        kind=document["kind"],
        language=document.get("language"),
        timezone=document.get("timezone"),
        version=customer.version,
    )
    unit.record(customer.id, created)
    for each in customer.identifiers:
        unit.record(customer.id, IdentifierAdded(customer_id=customer.id, identifier_id=each.id, type=each.type))


def _check_birth_date(document: Document, now: datetime) -> None:
    born = document.get("birth_date")
    if born and not birth_date_is_possible(date.fromisoformat(born), now):
        raise InvalidValue(errors=[FieldError("/birth_date", "lies in the future")])


def _check_given_once(wanted: Sequence[Wanted]) -> None:
    keys = [identifier.key for identifier in wanted]
    again = [index for index, key in enumerate(keys) if key in keys[:index]]
    if again:
        raise InvalidValue(errors=[FieldError(f"/identifiers/{index}", "is given twice") for index in again])


def _taken(index: int) -> FieldError:
    return FieldError(f"/identifiers/{index}", "another customer has it", "identifier_taken")
