"""Use cases of memberships. Only the person's record and section tell them, so only the person's version counts up."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork, family_of
from hamdel.http import Conflict, FieldError, NotFound, Paging, cut_page, decode_cursor
from hamdel.ids import new_id
from profile_service.customers import service as customers
from profile_service.customers.domain import Change, Customer
from profile_service.memberships import repository
from profile_service.memberships.domain import (
    MOST_AT_ONCE,
    Membership,
    Terms,
    may_be_member,
    may_have_members,
    recorded,
)

__all__ = ["add", "end", "page_of_members", "page_of_memberships"]

Pages = tuple[list[Membership], str | None]


async def add(unit: UnitOfWork, person_id: UUID, terms: Terms) -> tuple[Membership, bool]:
    """The membership and whether it is new: the same person in the same role once. Raises NotFound, and Conflict
    `customer-archived`, `not-a-person`, `not-an-organization` or `too-many-memberships`.

    Both streams are locked, so that neither changes its kind meanwhile; sorted, so that two of these never deadlock.
    """
    await unit.lock_streams([person_id, terms.organization_id])
    person = await customers.load_active(unit, person_id, own=True)
    await _check_kinds(unit, person, terms.organization_id)
    standing = await repository.standing(unit.connection, [person_id])
    for each in standing:
        if (each.terms.organization_id, each.terms.role) == (terms.organization_id, terms.role):
            return each, False
    if len(standing) >= MOST_AT_ONCE:
        raise Conflict("too-many-memberships", f"a person has at most {MOST_AT_ONCE} at once")
    made = Membership(new_id(), person_id, terms, unit.now)
    await repository.add(unit.connection, made)
    await customers.store(unit, person, [Change(f"/memberships/{made.id}", None, recorded(terms))])
    return made, True


async def end(unit: UnitOfWork, person_id: UUID, membership_id: UUID) -> None:
    """Ends a membership; its row stays. Idempotent. Raises NotFound."""
    await unit.lock_streams([person_id])
    person = await customers.load(unit.connection, person_id)
    found = await repository.find(unit.connection, [person_id], membership_id)
    if found is None:
        raise NotFound("unknown-membership")
    if found.ended_at is None:
        await repository.end(unit.connection, membership_id, unit.now)
        await customers.store(unit, person, [Change(f"/memberships/{membership_id}", recorded(found.terms), None)])


async def page_of_memberships(connection: AsyncConnection, person_id: UUID, paging: Paging) -> Pages:
    """A page of what a person belongs or belonged to, and the next one's cursor. Raises NotFound, Malformed."""
    after = _after(paging)
    await customers.load(connection, person_id)
    family = await family_of(connection, person_id)
    return _page(await repository.of_people(connection, family, after, paging.limit + 1), paging)


async def page_of_members(connection: AsyncConnection, organization_id: UUID, paging: Paging) -> Pages:
    """A page of who belongs to an organization now, and the next one's cursor. Raises NotFound, Malformed."""
    after = _after(paging)
    await customers.load(connection, organization_id)
    family = await family_of(connection, organization_id)
    return _page(await repository.of_organizations(connection, family, after, paging.limit + 1), paging)


async def _check_kinds(unit: UnitOfWork, person: Customer, organization_id: UUID) -> None:
    if not may_be_member(person.document["kind"]):
        raise Conflict("not-a-person", "only a person can be a member")
    place = FieldError("/organization_id", "there is no such organization", "unknown_organization")
    known = await customers.known(unit.connection, [organization_id])
    if not known:
        raise NotFound("unknown-customer", errors=[place])
    organization = await customers.load_active(unit, organization_id, own=True)
    if not may_have_members(organization.document["kind"]):
        raise Conflict("not-an-organization", "only an organization or a supplier has members", errors=[place])


def _after(paging: Paging) -> UUID | None:
    keys = decode_cursor(paging.cursor, UUID)
    return keys[0] if keys else None


def _page(found: list[Membership], paging: Paging) -> Pages:
    return cut_page(found, paging.limit, lambda row: (row.id,))
