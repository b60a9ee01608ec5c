"""The accounts and lots of one family, and the single steps that every operation on them is made of. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty_service.ledger.domain import (
    Account,
    Changes,
    Entry,
    Hold,
    Kind,
    Lot,
    Member,
    Movement,
    NotEnoughPointsError,
    Use,
    spending_order,
)

__all__ = ["Holdings"]


def _nowhere() -> object:
    return None


@dataclass(slots=True)
class Holdings:
    """`members` are those of the family who are enrolled, the survivor first; `lots` their open ones.

    Members and lots are changed in place, `changes` notes what happened. `holds` are the lots behind open redemptions,
    `guests` members of other families whose lots one of them holds (they were one family once). `complete` says that
    the lots are loaded. `origin` gives the context that each entry is made in.
    """

    now: datetime
    new_id: Callable[[], UUID]
    members: dict[UUID, Member] = field(default_factory=dict)
    lots: dict[UUID, Lot] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    holds: dict[UUID, list[Hold]] = field(default_factory=dict)
    guests: dict[UUID, Member] = field(default_factory=dict)
    complete: bool = True
    refusal: Callable[[int, int], Exception] = NotEnoughPointsError
    origin: Callable[[], object] = _nowhere
    queues: dict[UUID, deque[Lot]] = field(default_factory=dict)

    @property
    def available(self) -> int:
        """What the family can spend; below zero by its debts."""
        return sum(member.available for member in self.members.values())

    @property
    def pending(self) -> int:
        """Granted, and not yet to be spent."""
        return sum(member.pending for member in self.members.values())

    @property
    def reserved(self) -> int:
        """Held by open redemptions."""
        return sum(member.reserved for member in self.members.values())

    @property
    def lifetime(self) -> int:
        """Everything ever granted, minus what was taken back."""
        return sum(member.lifetime for member in self.members.values())

    def join(self, customer_id: UUID, at: datetime | None = None) -> Member:
        """The customer as a member; one who is none becomes one."""
        member = self.members.get(customer_id)
        if member is None:
            member = self.members[customer_id] = Member(customer_id, at or self.now)
            self.changes.joined[customer_id] = member
        return member

    def settle(self) -> None:
        """What is due becomes available, what has lapsed expires, each at the moment it should have. Idempotent."""
        due = [lot for lot in self.lots.values() if lot.matures(self.now)]
        for lot in sorted(due, key=lambda lot: (lot.available_at, lot.id)):
            self.mature(lot)
        lapsed = [lot for lot in self.lots.values() if lot.lapses(self.now)]
        for lot in sorted(lapsed, key=spending_order):
            assert lot.expires_at is not None
            self.expire(lot, lot.expires_at)

    def holder(self, customer_id: UUID) -> Member:
        """The member of that id, of the family or a guest."""
        return self.members.get(customer_id) or self.guests[customer_id]

    def move(
        self,
        member: Member,
        kind: Kind,
        debit: Account,
        credit: Account,
        points: int,
        key: str,
        at: datetime,
        details: dict[str, Any],
    ) -> Entry:
        """Makes an entry and adds it to the member's sums. Raises ValueError for no points or fewer."""
        if points <= 0:
            raise ValueError(f"an entry moves at least one point, not {points}")
        entry = Entry(self.new_id(), member.customer_id, kind, debit, credit, points, key, at, **details)
        member.apply(entry)
        self.changes.moved[member.customer_id] = member
        self.changes.movements.append(Movement(entry, self.available, self.origin()))
        return entry

    def open(self, member: Member, entry: Entry) -> None:
        """Makes the lot of an entry that grants points; a debt is paid from it at once, unless it is pending."""
        matured = entry.credit is Account.AVAILABLE
        available_at = entry.available_at or entry.occurred_at
        lot = Lot(
            entry.id,
            member.customer_id,
            entry.points,
            entry.points,
            entry.occurred_at,
            available_at,
            entry.expires_at,
            matured,
            entry.purchase_id,
        )
        self.lots[lot.id] = self.changes.born[lot.id] = lot
        self.queues.clear()
        if matured:
            self.pay(lot, entry)

    def use(self, lot: Lot, entry_id: UUID, points: int, redemption_id: UUID | None = None) -> None:
        """Takes points from a lot, or gives them back (negative)."""
        lot.remaining -= points
        if points < 0 and lot.customer_id in self.members:
            self.lots[lot.id] = lot
            self.queues.clear()
        self.note(lot, entry_id, points, redemption_id)

    def note(self, lot: Lot, entry_id: UUID, points: int, redemption_id: UUID | None) -> None:
        """Notes what has been taken from a lot."""
        self.changes.uses.append(Use(lot.id, entry_id, points, redemption_id))
        self.changes.used[lot.id] = lot

    def pay(self, lot: Lot, entry: Entry) -> None:
        """Pays the owner's debt from points that have just become available."""
        member = self.holder(lot.customer_id)
        paid = min(member.debt, lot.remaining)
        if paid:
            member.debt -= paid
            self.use(lot, entry.id, paid)

    def mature(self, lot: Lot) -> None:
        """The lot becomes available, at the moment it was due."""
        member, key = self.members[lot.customer_id], f"mature:{lot.id}"
        accounts = (Account.PENDING, Account.AVAILABLE)
        entry = self.move(member, Kind.MATURE, *accounts, lot.remaining, key, lot.available_at, {})
        lot.matured = True
        self.changes.used[lot.id] = lot
        self.queues.clear()
        self.pay(lot, entry)

    def expire(self, lot: Lot, at: datetime) -> Entry:
        """What is left of the lot expires."""
        account = Account.AVAILABLE if lot.matured else Account.PENDING
        points, key = lot.remaining, f"expire:{lot.id}:{lot.lapsed}"
        details = {"purchase_id": lot.purchase_id}
        holder = self.holder(lot.customer_id)
        entry = self.move(holder, Kind.EXPIRE, account, Account.EXPIRED, points, key, at, details)
        lot.lapsed += points
        self.use(lot, entry.id, points)
        return entry
