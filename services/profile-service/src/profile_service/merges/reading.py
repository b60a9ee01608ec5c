"""Customers as they are shown: a family's golden record under the survivor's id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import Families, families_of
from hamdel.http import NotFound
from profile_service.customers.domain import Customer, Document, Identifier, Link
from profile_service.customers.repository import find_many
from profile_service.history.repository import provenance
from profile_service.merges import repository
from profile_service.merges.domain import Record, golden

__all__ = ["golden_customers", "shown", "shown_many"]


async def shown(connection: AsyncConnection, customer_id: UUID) -> Customer:
    """The customer an id stands for: an absorbed id answers with its survivor. Raises NotFound `unknown-customer`."""
    found = (await shown_many(connection, [customer_id])).get(customer_id)
    if found is None:
        raise NotFound("unknown-customer")
    return found


async def shown_many(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, Customer]:
    """`shown` for many, by the id that was asked; unknown ones are absent."""
    around = await families_of(connection, ids)
    customers = await golden_customers(connection, {family[0]: family for family in around.values()})
    return {asked: customers[family[0]] for asked, family in around.items() if family[0] in customers}


async def golden_customers(connection: AsyncConnection, families: Families) -> dict[UUID, Customer]:
    """The record of every family, by its root; who is alone costs no statement more than the customers' own."""
    found = await find_many(connection, [member for members in families.values() for member in members])
    merged = {root: members for root, members in families.items() if len(members) > 1 and root in found}
    alone = {root: found[root] for root in families if root in found and root not in merged}
    if not merged:
        return alone
    everyone = [member for members in merged.values() for member in members]
    links = await repository.links(connection, everyone)
    origins = await provenance(connection, everyone)
    for root, members in merged.items():
        made = tuple(links[member] for member in members if member in links)
        records = [Record(member, found[member].document, origins[member]) for member in members if member in found]
        since = min((link.merged_at for link in made), default=None)
        alone[root] = _together([found[record.id] for record in records], golden(records, since), made)
    return alone


def _together(members: Sequence[Customer], document: Document, links: tuple[Link, ...]) -> Customer:
    verified = [each.last_verified_at for each in members if each.last_verified_at]
    return replace(
        members[0],
        document=document,
        identifiers=_distinct(each for member in members for each in member.identifiers),
        created_at=min(each.created_at for each in members),
        updated_at=max(each.updated_at for each in members),
        last_verified_at=max(verified, default=None),
        merged=links,
    )


def _distinct(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Two members may have the same phone: it is shown once, as the oldest of them says it."""
    first: dict[tuple[str, str], Identifier] = {}
    for each in sorted(identifiers):
        first.setdefault((each.type, each.value), each)
    return tuple(first.values())
