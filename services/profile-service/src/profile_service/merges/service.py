"""Use cases of merges: link two customers, show beforehand what that would do, and take the link away again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.contracts.profile import CustomersMerged, CustomersUnmerged
from hamdel.database import UnitOfWork, families_of
from hamdel.http import Conflict, FieldError, InvalidValue, NotFound, Paging, cut_page, decode_cursor
from hamdel.ids import new_id
from profile_service.customers import service as customers
from profile_service.customers.domain import Customer, Link
from profile_service.customers.repository import find_many
from profile_service.duplicates import repository as duplicates
from profile_service.history import repository as history
from profile_service.history.domain import Entry
from profile_service.identifiers.domain import type_of
from profile_service.merges import repository
from profile_service.merges.domain import Record, Veto, conflicts, crowded, veto
from profile_service.merges.reading import golden_customers, shown
from profile_service.merges.repository import Merge

__all__ = ["Preview", "merge", "page_of_merges", "preview", "unmerge"]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would show: `fields` (field, survivor's value, absorbed's value, outcome), `conflicts` those of them
    in which both say something else, and types of identifiers of which they have too many together (two numbers),
    `veto` what forbids the merge, `rows` this service's rows of the absorbed."""

    survivor: Customer
    absorbed: Customer
    fields: Sequence[tuple[str, Any, Any, Any]]
    conflicts: Sequence[tuple[str, Any, Any]]
    veto: Veto | None
    rows: int


async def merge(unit: UnitOfWork, survivor_id: UUID, absorbed_id: UUID) -> tuple[Link, bool]:
    """Shows `absorbed_id` as part of `survivor_id` (of its survivor, if it is absorbed itself) from now on.

    A merge that holds already is answered as it is, with False. Raises NotFound `unknown-customer`, InvalidValue
    `self-merge`, and Conflict: `already-merged` (elsewhere, or the other way round) or `identifier-conflict`.
    """
    _check_two(survivor_id, absorbed_id)
    await repository.alone(unit.connection)
    await unit.lock_streams([survivor_id, absorbed_id])
    await _check_known(unit.connection, [survivor_id, absorbed_id])
    root = unit.survivor(survivor_id)
    held = await repository.open_merge(unit.connection, absorbed_id)
    if held is not None and unit.survivor(absorbed_id) == root:
        return Link(held.id, held.survivor_id, absorbed_id, held.merged_at, held.merged_by), False
    if held is not None or root == absorbed_id:
        raise Conflict("already-merged", "one of them is merged already: undo that merge first")
    _refuse(await _veto(unit.connection, root, absorbed_id))
    link = Link(new_id(), root, absorbed_id, unit.now, unit.context.actor)
    await repository.add(unit.connection, link)
    for one, other in await _across(unit.connection, root, absorbed_id):
        await duplicates.mark_merged(unit.connection, one, other)
    await unit.link_stream(absorbed_id, root)
    await _tell(unit, link.merge_id, root, absorbed_id, undone=False)
    return link, True


async def unmerge(unit: UnitOfWork, customer_id: UUID, merge_id: UUID) -> None:
    """Takes a link away; both stand for themselves again, with everything that was recorded under each meanwhile.

    A merge that is undone already stays so. Raises NotFound `unknown-merge`, also for one that this customer has no
    part in.
    """
    await repository.alone(unit.connection)
    found = await repository.find(unit.connection, merge_id)
    if found is None or customer_id not in (found.survivor_id, found.absorbed_id):
        raise NotFound("unknown-merge")
    if found.unmerged_at is not None:
        return
    await unit.lock_streams([found.survivor_id, found.absorbed_id])
    await repository.close(unit.connection, merge_id, unit.now, unit.context.actor)
    await unit.link_stream(found.absorbed_id, None)
    for one, other in await _across(unit.connection, found.survivor_id, found.absorbed_id):
        await duplicates.reopen(unit.connection, one, other)
    await _tell(unit, merge_id, found.survivor_id, found.absorbed_id, undone=True)


async def preview(connection: AsyncConnection, survivor_id: UUID, absorbed_id: UUID) -> Preview:
    """What `merge` would do, without doing it; a veto is part of the answer. Raises what `merge` raises beside it."""
    _check_two(survivor_id, absorbed_id)
    around = await families_of(connection, [survivor_id, absorbed_id])
    root, other = around[survivor_id][0], around[absorbed_id][0]
    survivor, absorbed = [await shown(connection, each) for each in (root, other)]
    if root == other or other != absorbed_id:
        raise Conflict("already-merged", "one of them is merged already: undo that merge first")
    together = [*around[survivor_id], *around[absorbed_id]]
    outcome = (await golden_customers(connection, {root: together}))[root].document
    before, after = (Record(each.id, each.document, {}) for each in (survivor, absorbed))
    fields = [
        (field, before.document.get(field), after.document.get(field), value)
        for field, value in outcome.items()
        if before.document.get(field) != after.document.get(field)
    ]
    rows = await repository.count_rows(connection, around[absorbed_id])
    found = await _veto(connection, root, other)
    many = crowded(_identifiers(survivor), _identifiers(absorbed), lambda type_: type_of(type_).maximum)
    return Preview(survivor, absorbed, fields, [*conflicts(before, after), *many], found, rows)


async def page_of_merges(
    connection: AsyncConnection, customer_id: UUID, paging: Paging
) -> tuple[list[Merge], str | None]:
    """A page of the merges a customer or its family had a part in, newest first. Raises NotFound, Malformed."""
    before = decode_cursor(paging.cursor, UUID)
    family = (await families_of(connection, [customer_id]))[customer_id]
    found = await repository.history(connection, family, before[0] if before else None, paging.limit + 1)
    if not found:
        await customers.load(connection, customer_id)
    return cut_page(found, paging.limit, lambda row: (row.id,))


def _identifiers(customer: Customer) -> list[tuple[str, str]]:
    return [(each.type, each.value) for each in customer.identifiers]


def _check_two(survivor_id: UUID, absorbed_id: UUID) -> None:
    if survivor_id == absorbed_id:
        raise InvalidValue("self-merge", errors=[FieldError("/absorb", "is the customer itself", "self_merge")])


async def _check_known(connection: AsyncConnection, ids: Sequence[UUID]) -> None:
    if len(await find_many(connection, ids)) < len(ids):
        raise NotFound("unknown-customer")


async def _veto(connection: AsyncConnection, *roots: UUID) -> Veto | None:
    around = await families_of(connection, roots)
    everyone = [member for family in around.values() for member in family]
    found = await find_many(connection, everyone)
    kinds = (customer.document["kind"] for customer in found.values())
    return veto(kinds, await repository.strong_identifiers(connection, everyone))


async def _across(connection: AsyncConnection, one: UUID, other: UUID) -> list[tuple[UUID, UUID]]:
    """Everybody of the one family with everybody of the other: a merge answers the question of all these pairs."""
    around = await families_of(connection, [one, other])
    return list(product(around[one], around[other]))


def _refuse(found: Veto | None) -> None:
    if found is not None:
        fault = FieldError("/absorb", f"they have different values of {found.field}", "different_strong_identifiers")
        raise Conflict("identifier-conflict", f"two values of {found.field} are two customers", errors=[fault])


async def _tell(unit: UnitOfWork, merge_id: UUID, survivor_id: UUID, absorbed_id: UUID, *, undone: bool) -> None:
    fact = CustomersUnmerged if undone else CustomersMerged
    for customer_id, other in ((survivor_id, absorbed_id), (absorbed_id, survivor_id)):
        told = fact(customer_id=customer_id, merge_id=merge_id, survivor_id=survivor_id, absorbed_id=absorbed_id)
        unit.record(customer_id, told)
        line = {"with": str(other), "survivor": str(survivor_id), "at": rfc3339(unit.now)}
        entry = Entry(customer_id, 0, f"/merges/{merge_id}", line if undone else None, None if undone else line)
        await history.append_beside(unit.connection, entry, unit.context, unit.now)
