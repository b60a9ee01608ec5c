"""Use cases of cards: a number for everybody who enrols, and one more for who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from secrets import randbelow
from typing import Final
from uuid import UUID

from hamdel.database import UnitOfWork
from hamdel.http import Conflict
from hamdel.ids import new_id
from loyalty_service.enrolment.cards import repository
from loyalty_service.enrolment.cards.domain import MOST_CARDS, Card, card_number, free_digits
from loyalty_service.ledger.service import lock_families, open_book
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import program_of

__all__ = ["draw", "issue", "issue_one"]

TRIES: Final = 20

Draw = Callable[[str], str]
"""A number that nobody can guess, behind a prefix."""


def draw(prefix: str) -> str:
    """A card number whose free digits come from the system's randomness."""
    count = free_digits(prefix)
    return card_number(prefix, str(randbelow(10**count)).zfill(count))


async def issue(unit: UnitOfWork, program: Program, customer_ids: Iterable[UUID], numbers: Draw = draw) -> list[Card]:
    """A card for each of these members, in their order; none where the programme has no cards.

    Raises Conflict `no-card-numbers` when so many numbers behind the prefix are taken that none was found.
    """
    prefix = program.card_prefix
    if prefix is None:
        return []
    issued: dict[UUID, Card] = {}
    wanted = list(dict.fromkeys(customer_ids))
    for _ in range(TRIES):
        missing = [one for one in wanted if one not in issued]
        if not missing:
            return [issued[one] for one in wanted]
        drawn = [Card(new_id(), program.id, one, prefix, numbers(prefix), unit.now) for one in missing]
        stored = await repository.add(unit.connection, drawn)
        issued |= {card.customer_id: card for card in drawn if card.id in stored}
    raise Conflict("no-card-numbers", "no free number was found behind the programme's prefix")


async def issue_one(unit: UnitOfWork, customer_id: UUID, program_id: UUID) -> Card:
    """One more card for a member. Raises NotFound `unknown-program`, Conflict `not-a-member`, `no-cards`,
    `too-many-cards`, `no-card-numbers`."""
    await lock_families(unit, [customer_id])
    program = await program_of(unit.connection, program_id)
    if program.card_prefix is None:
        raise Conflict("no-cards", "the programme has no cards")
    wallet = (await open_book(unit, program, [customer_id], lots=False)).wallet(customer_id)
    if wallet is None:
        raise Conflict("not-a-member", "the customer takes no part in this programme")
    holder = customer_id if customer_id in wallet.members else next(iter(wallet.members))
    if await repository.numbers_of(unit.connection, holder) >= MOST_CARDS:
        raise Conflict("too-many-cards", f"a customer has at most {MOST_CARDS} cards")
    return (await issue(unit, program, [holder]))[0]
