"""Opening the points of customers for a use case and storing what it did with them.

`open_book`, work on its wallets, `save`: a handful of statements, whatever the number of customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from hamdel.context import CallContext
from hamdel.database import Families, UnitOfWork, families_of
from hamdel.http.problem import Conflict
from hamdel.ids import new_id
from loyalty_service.ledger.domain import Changes, Hold, Kind, Lot, Member
from loyalty_service.ledger.facts import enrolled, fact_of
from loyalty_service.ledger.repository import wallets as repository
from loyalty_service.ledger.wallet import Wallet
from loyalty_service.programs.domain import Program

__all__ = ["Book", "InsufficientPoints", "Wallet", "lock_families", "open_book"]


class InsufficientPoints(Conflict):
    """409 `insufficient-points`: more is asked for than the family has."""

    def __init__(self, asked: int, available: int) -> None:
        detail = f"{asked} points are asked for and {available} are available"
        super().__init__("insufficient-points", detail, members={"available": available})


@dataclass
class Book:
    """The wallets of one programme that a transaction works on."""

    unit: UnitOfWork
    program: Program
    changes: Changes = field(default_factory=Changes)
    _wallets: dict[UUID, Wallet] = field(default_factory=dict)

    def wallet(self, customer_id: UUID) -> Wallet | None:
        """The wallet of a named customer's family; None when nobody of it is a member."""
        wallet = self._wallets.get(customer_id)
        return wallet if wallet is not None and wallet.members else None

    async def know_keys(self, kind: Kind, keys: Iterable[str]) -> None:
        """Looks the business keys up, so that what was stored under one of them is not done again."""
        found = await repository.known_keys(self.unit.connection, self.program.id, kind, list(keys))
        self.changes.known |= {(kind, key) for key in found}

    async def lapsed(self, purchase_ids: Iterable[UUID]) -> Mapping[UUID, int]:
        """How many of the points of each purchase expired, what this book let expire included."""
        asked = list(purchase_ids)
        found = dict.fromkeys(asked, 0)
        for lot_id, purchase_id, lapsed in await repository.lapsed_of(self.unit.connection, self.program.id, asked):
            changed = self.changes.used.get(lot_id)
            found[purchase_id] += changed.lapsed if changed else lapsed
        return found

    async def save(self) -> None:
        """Stores what the wallets did and records the facts. The book can be used on."""
        changes, connection, program_id = self.changes, self.unit.connection, self.program.id
        if joined := changes.joined:
            await repository.add_members(connection, program_id, joined.values())
        if changes.movements:
            contexts = [_context(one.origin) for one in changes.movements]
            authors = [(one.actor, one.causation_id) for one in contexts]
            await repository.store(connection, program_id, self.unit.now, changes, authors)
        self._tell()
        changes.clear()

    def _tell(self) -> None:
        unit, context = self.unit, self.unit.context
        silent = dict.fromkeys(one.entry.customer_id for one in self.changes.movements)
        for member in self.changes.joined.values():
            unit.record_data(member.customer_id, *enrolled(self.program, member), occurred_at=member.enrolled_at)
        for entry, available, origin in self.changes.movements:
            fact = fact_of(self.program, entry, available)
            if fact is not None:
                unit.context = _context(origin)
                unit.record_data(entry.customer_id, *fact, occurred_at=entry.occurred_at)
                silent.pop(entry.customer_id, None)
        unit.context = context
        for customer_id in silent:
            unit.touch(customer_id)


async def lock_families(unit: UnitOfWork, customer_ids: Iterable[UUID]) -> Families:
    """Locks the streams of these customers and of everybody who is one with them, all in one order.

    To be preferred to `unit.lock_streams` before `open_book`, which locks the rest of a family later: of two
    transactions that name different customers of one family, one could then wait for the other in a circle.

    Gives the families as they were just before: who is alone may be linked to somebody by now.
    """
    families = await families_of(unit.connection, list(customer_ids))
    await unit.lock_streams({one for family in families.values() for one in family})
    return families


async def open_book(
    unit: UnitOfWork,
    program: Program,
    customer_ids: Iterable[UUID],
    *,
    lots: bool = True,
    enrol: bool = False,
    redemptions: Sequence[UUID] = (),
    families: Families | None = None,
) -> Book:
    """The wallets of these customers, locked. Their streams are locked by the caller (`lock_families`).

    With `lots` the open lots are loaded and settled at `unit.now`; those of members with a debt always are. With
    `enrol` a customer who is no member becomes one. What `redemptions` hold is loaded for their capture or release.

    `families` are those that `lock_families` gave, to save reading them again where everybody is alone. Somebody who
    was linked to one of them in that very moment is then left out, as if the link had been made a moment later.
    """
    named = list(dict.fromkeys(customer_ids))
    families = await _families(unit, named, families)
    holds = await repository.held(unit.connection, program.id, redemptions) if redemptions else {}
    everybody = set().union(*families.values())
    people = sorted(everybody.union(hold.lot.customer_id for parts in holds.values() for hold in parts))
    await unit.lock_streams(people)
    if len(people) > len(everybody):
        # lots of somebody who was one with them: whoever locks that stream may have changed them until now
        holds = await repository.held(unit.connection, program.id, redemptions)
    members = await repository.locked_members(unit.connection, program.id, people)
    book = Book(unit, program)
    book._wallets.update(_wallets(book, families, members, holds, complete=lots))
    needed = members if lots else {one: member for one, member in members.items() if member.debt}
    if needed:
        await _load_lots(book, needed, holds)
    if enrol:
        for one in named:
            book._wallets[one].join(one)
    return book


async def _families(unit: UnitOfWork, named: Sequence[UUID], read: Families | None) -> Families:
    """Those that were read before where everybody is alone, else as they are now."""
    if read is None or any(len(read[one]) > 1 or unit.survivor(one) != one for one in named):
        return await families_of(unit.connection, named)
    return {one: read[one] for one in named}


def _wallets(
    book: Book, families: Families, members: Mapping[UUID, Member], holds: dict[UUID, list[Hold]], *, complete: bool
) -> dict[UUID, Wallet]:
    made: dict[UUID, Wallet] = {}
    guests, now, changes = dict(members), book.unit.now, book.changes

    def origin() -> CallContext:
        return book.unit.context

    for family in families.values():
        if family[0] in made:
            continue
        made[family[0]] = Wallet(
            now=now,
            new_id=new_id,
            members={one: members[one] for one in family if one in members},
            changes=changes,
            holds=holds,
            guests=guests,
            complete=complete,
            refusal=InsufficientPoints,
            origin=origin,
        )
    return {named: made[family[0]] for named, family in families.items()}


async def _load_lots(book: Book, members: Mapping[UUID, Member], holds: Mapping[UUID, Sequence[Hold]]) -> None:
    shared = {hold.lot.id: hold.lot for parts in holds.values() for hold in parts}
    loaded: dict[UUID, list[Lot]] = {}
    for lot in await repository.open_lots(book.unit.connection, book.program.id, members):
        loaded.setdefault(lot.customer_id, []).append(shared.get(lot.id, lot))
    for wallet in {id(one): one for one in book._wallets.values()}.values():
        for customer_id in wallet.members:
            wallet.lots.update((lot.id, lot) for lot in loaded.get(customer_id, ()))
        wallet.settle()


def _context(origin: object) -> CallContext:
    assert isinstance(origin, CallContext)
    return origin
