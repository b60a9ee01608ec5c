"""What has to be read and held before redemptions are decided, and storing what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol
from uuid import UUID

from hamdel.database import Families, UnitOfWork
from hamdel.http import NotFound
from loyalty_service.ledger.service import Book, open_book
from loyalty_service.programs.service import program_of
from loyalty_service.redemptions import repository
from loyalty_service.redemptions.desk import Desk
from loyalty_service.redemptions.domain import Wish
from loyalty_service.redemptions.periods import began
from loyalty_service.redemptions.repository import Since
from loyalty_service.rewards import repository as rewards
from loyalty_service.rewards.domain import Reward
from loyalty_service.tiers.service import tier_of
from loyalty_service.vouchers import repository as vouchers

__all__ = ["close_desk", "open_books", "open_desk"]


class Membership(Protocol):
    """What concerns one customer in one programme."""

    @property
    def program_id(self) -> UUID:
        """Which programme."""

    @property
    def customer_id(self) -> UUID:
        """Which customer."""


async def open_books(
    unit: UnitOfWork,
    concerned: Collection[Membership],
    redemptions: Sequence[UUID] = (),
    families: Families | None = None,
) -> dict[UUID, Book]:
    """The books of these customers by programme; a programme that does not exist is left out. The families' streams
    are locked by the caller."""
    books = {}
    for program_id in sorted({each.program_id for each in concerned}):
        try:
            program = await program_of(unit.connection, program_id)
        except NotFound:
            continue
        customers = [each.customer_id for each in concerned if each.program_id == program_id]
        books[program_id] = await open_book(unit, program, customers, redemptions=redemptions, families=families)
    return books


async def open_desk(unit: UnitOfWork, wishes: Sequence[Wish], families: Families, minutes: int) -> Desk:
    """Everything that deciding these wishes needs, in a handful of statements whatever their number. `families` are
    those that `lock_families` gave."""
    desk = Desk(unit, minutes, await open_books(unit, wishes, families=families))
    orders = {(wish.program_id, wish.order_id) for wish in wishes if wish.order_id}
    desk.orders = await repository.of_orders(unit.connection, orders)
    asked = {(wish.program_id, wish.reward_code) for wish in wishes if wish.reward_code is not None}
    desk.rewards = await rewards.by_codes(unit.connection, asked)
    if desk.rewards:
        await _look_up_tiers(desk, wishes)
        await _look_up_times(desk, wishes)
        limited = sorted(each.id for each in desk.rewards.values() if each.stock is not None)
        desk.stock = await rewards.hold_stock(unit.connection, limited)
    return desk


async def close_desk(desk: Desk) -> None:
    """Stores what was decided."""
    connection = desk.unit.connection
    for book in desk.books.values():
        await book.save()
    await rewards.take(connection, {one: pieces for one, pieces in desk.taken.items() if pieces})
    await repository.add(connection, desk.made)
    await vouchers.add(connection, [(each.voucher, each.code_hash) for each in desk.issued])


async def _look_up_tiers(desk: Desk, wishes: Sequence[Wish]) -> None:
    choosy = {key for key, reward in desk.rewards.items() if reward.tiers}
    for program_id in {program_id for program_id, _ in choosy}:
        asking = [wish.customer_id for wish in wishes if (wish.program_id, wish.reward_code) in choosy]
        found = await tier_of(desk.unit.connection, program_id, asking)
        desk.tiers.update({(program_id, customer_id): tier for customer_id, tier in found.items()})


async def _look_up_times(desk: Desk, wishes: Sequence[Wish]) -> None:
    limited = [each for each in desk.rewards.values() if each.limit_per_member is not None]
    families = list(_families(desk, wishes, {(each.program_id, each.code) for each in limited}))
    people = {member for _, members in families for member in members}
    counted = await repository.counted(desk.unit.connection, [_since(desk, each) for each in limited], people)
    desk.times = Counter()
    for reward_id, members in families:
        desk.times[reward_id, members[0]] = sum(counted.get((reward_id, one), 0) for one in members)


def _families(
    desk: Desk, wishes: Sequence[Wish], limited: Collection[tuple[UUID, str]]
) -> Iterable[tuple[UUID, list[UUID]]]:
    """Whose redemptions count for which limited reward: the members of the family that asks for it."""
    for wish in wishes:
        key = (wish.program_id, wish.reward_code or "")
        book = desk.books.get(wish.program_id)
        wallet = book.wallet(wish.customer_id) if book and key in limited else None
        if wallet is not None:
            yield desk.rewards[key].id, list(wallet.members)


def _since(desk: Desk, reward: Reward) -> Since:
    program = desk.books[reward.program_id].program
    return Since(reward.id, began(program, reward.limit_period, desk.unit.now))
