"""Use cases of enrolment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork
from loyalty_service.enrolment.cards.domain import Card
from loyalty_service.enrolment.cards.service import issue
from loyalty_service.ledger.service import lock_families, open_book
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import program_of

__all__ = ["Membership", "enrol", "join"]


@dataclass(frozen=True, slots=True)
class Membership:
    """That a customer takes part: `customer_id` is who enrolled, one of those who are one with the customer asked for;
    `card` the number issued with it just now."""

    program_id: UUID
    customer_id: UUID
    enrolled_at: datetime
    version: int
    card: str | None = None


async def enrol(unit: UnitOfWork, program: Program, customer_ids: Collection[UUID]) -> list[Card]:
    """Makes those of the customers members who are none, each under its own id; gives the cards issued with it.

    Their streams are locked by the caller. Raises Conflict `no-card-numbers`.
    """
    book = await open_book(unit, program, customer_ids, lots=False, enrol=True)
    new = list(book.changes.joined)
    await book.save()
    return await issue(unit, program, new)


async def join(
    unit: UnitOfWork, directory: CustomerDirectory, customer_id: UUID, program_id: UUID
) -> tuple[Membership, bool]:
    """The membership, and whether it is new. Who was merged with a member is one: they have one wallet.

    Raises NotFound `unknown-customer` and `unknown-program`, Unavailable, and Conflict `no-card-numbers`.
    """
    await directory.require(unit.connection, customer_id)
    await lock_families(unit, [customer_id])
    program = await program_of(unit.connection, program_id)
    found = await _membership(unit, program, customer_id)
    if found is not None:
        return found, False
    cards = await enrol(unit, program, [customer_id])
    number = cards[0].number if cards else None
    return Membership(program_id, customer_id, unit.now, 1, number), True


async def _membership(unit: UnitOfWork, program: Program, customer_id: UUID) -> Membership | None:
    wallet = (await open_book(unit, program, [customer_id], lots=False)).wallet(customer_id)
    if wallet is None:
        return None
    member = wallet.members.get(customer_id) or next(iter(wallet.members.values()))
    return Membership(program.id, member.customer_id, member.enrolled_at, member.version)
