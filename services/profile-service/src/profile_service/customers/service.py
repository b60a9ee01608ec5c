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
from profile_service.attribute_schema import service as attribute_schema
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
from profile_service.duplicates import repository as duplicates
from profile_service.history import repository as history
from profile_service.history.domain import Entry
from profile_service.identifiers import repository as identifier_rows
from profile_service.identifiers.domain import Wanted, beyond_maximum
from profile_service.memberships import repository as memberships
from profile_service.search import indexing as search

__all__ = [
    "add_all",
    "apply",
    "by_code",
    "change",
    "create",
    "known",
    "load",
    "load_active",
    "load_for_change",
    "load_locked",
    "store",
]


async def create(unit: UnitOfWork, document: Document, wanted: Sequence[Wanted]) -> Customer:
    """A new customer. Raises Conflict `identifier-taken` (409) naming every identifier that is somebody's already,
    and InvalidValue for an impossible birth date, an identifier given twice, too many of a type
    (`too-many-identifiers`), or attributes that break the schema."""
    _check_birth_date(document, unit.now)
    _check_given_once(wanted)
    _check_maximum(wanted)
    await attribute_schema.check(unit.connection, document["attributes"])
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
    """Stores new customers whose identifiers are claimed in this transaction, with history and events. Their attributes
    are not held to the schema: of somebody an importer only knows the number of, they are not known yet.

    Their streams are locked only now: nobody else knows the ids yet, so there is no order to keep before this.
    """
    await unit.lock_streams(customer_id for customer_id, _, _ in new)
    customers = [
        Customer(customer_id, 1, unit.now, unit.now, document, tuple(sorted(found)))
        for customer_id, document, found in new
    ]
    codes = await repository.add(unit.connection, customers)
    customers = [replace(customer, code=codes[customer.id]) for customer in customers]
    await search.refresh(unit.connection, list(codes))
    await duplicates.mark_dirty(unit.connection, codes)
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

    A patch that changes nothing leaves version, history and events alone. Raises what `load_for_change` and `apply` do.
    """
    current = await load_for_change(unit, customer_id, expected_version)
    return await apply(unit, current, check(merge_patch(current.document, patch)))


async def apply(unit: UnitOfWork, current: Customer, document: Document, *, source: str | None = None) -> Customer:
    """The customer with another document, which keeps the rules of the record; `source` instead of the call's own.

    Attributes are held to the schema when they change, so that an older record can still be corrected elsewhere. Raises
    InvalidValue for them and for an impossible birth date, Conflict `has-memberships` for a kind that they forbid.
    """
    _check_birth_date(document, unit.now)
    changed = changes(current.document, document)
    if not changed:
        return current
    if any(each.field.startswith("/attributes") for each in changed):
        await attribute_schema.check(unit.connection, document["attributes"])
    if current.document["kind"] != document["kind"] and await memberships.has_any(unit.connection, current.id):
        raise Conflict("has-memberships", "its memberships go with its kind: end them first")
    return await store(unit, replace(current, document=document), changed, source=source)


async def store(
    unit: UnitOfWork,
    customer: Customer,
    changed: Sequence[Change],
    *,
    beside: Sequence[Change] = (),
    source: str | None = None,
) -> Customer:
    """A changed customer as its next version, with history and event; its stream is locked.

    For changes of any kind, those outside the record (an identifier, a membership) included; `beside` are lines for the
    history alone.
    """
    updated = replace(customer, version=customer.version + 1, updated_at=unit.now)
    await repository.save(unit.connection, updated)
    await search.refresh(unit.connection, [updated.id])
    await duplicates.mark_dirty(unit.connection, [updated.id])
    entries = [Entry(updated.id, updated.version, each.field, each.old, each.new) for each in (*changed, *beside)]
    await _write_down(unit, entries, source)
    pointers = [each.field for each in changed]
    unit.record(updated.id, CustomerUpdated(customer_id=updated.id, changed=pointers, version=updated.version))
    return updated


async def load_locked(unit: UnitOfWork, customer_id: UUID, *, own: bool = False) -> Customer:
    """One customer, locked until the end of the transaction: the survivor of one that was absorbed, because that is
    whom a reader was shown, or with `own` the customer itself. Raises NotFound."""
    await unit.lock_streams([customer_id])
    return await load(unit.connection, customer_id if own else unit.survivor(customer_id))


async def load_active(unit: UnitOfWork, customer_id: UUID, *, own: bool = False) -> Customer:
    """`load_locked` for one that may be changed. Raises NotFound, and Conflict `customer-archived`."""
    current = await load_locked(unit, customer_id, own=own)
    if current.archived_at is not None:
        raise Conflict("customer-archived", "restore it first")
    return current


async def load_for_change(unit: UnitOfWork, customer_id: UUID, expected_version: int) -> Customer:
    """`load_active`; raises PreconditionFailed (412) as well, naming the fields that changed since the version."""
    current = await load_active(unit, customer_id)
    if current.version != expected_version:
        conflicts = await history.changed_since(unit.connection, current.id, expected_version)
        check_version(current.version, expected_version, [pointer.removeprefix("/") for pointer in conflicts])
    return current


async def load(connection: AsyncConnection, customer_id: UUID) -> Customer:
    """One customer. Raises NotFound `unknown-customer`."""
    customer = await repository.find(connection, customer_id)
    if customer is None:
        raise NotFound("unknown-customer")
    return customer


async def by_code(connection: AsyncConnection, code: str) -> UUID:
    """Whose code it is. Raises NotFound `unknown-customer`."""
    customer_id = await repository.owner_of_code(connection, code)
    if customer_id is None:
        raise NotFound("unknown-customer")
    return customer_id


async def known(connection: AsyncConnection, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the ids that are customers, each once, in the order they were asked."""
    found = await repository.known(connection, customer_ids)
    return [customer_id for customer_id in dict.fromkeys(customer_ids) if customer_id in found]


async def _write_down(unit: UnitOfWork, entries: Sequence[Entry], source: str | None = None) -> None:
    context = unit.context
    await history.append(unit.connection, entries, actor=context.actor, source=source or context.source, now=unit.now)


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
        faults = [FieldError(f"/identifiers/{index}", "is given twice", "given_twice") for index in again]
        raise InvalidValue(errors=faults)


def _check_maximum(wanted: Sequence[Wanted]) -> None:
    over = beyond_maximum(wanted)
    if over:
        faults = [FieldError(f"/identifiers/{index}", "is one too many", "one_too_many") for index in over]
        raise InvalidValue("too-many-identifiers", errors=faults)


def _taken(index: int) -> FieldError:
    return FieldError(f"/identifiers/{index}", "another customer has it", "identifier_taken")
