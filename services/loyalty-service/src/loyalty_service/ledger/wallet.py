"""What can be done with the points of one family in one programme. Pure: no clock, no I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty_service.ledger.domain import Account, Entry, Hold, Kind, Lot, RefundPolicy, Reversal, spending_order
from loyalty_service.ledger.holdings import Holdings

__all__ = ["Wallet"]


@dataclass(slots=True)
class Wallet(Holdings):
    """Every operation but `earn` and a gift by `adjust` needs the lots.

    Points that are given get a lot of their own; points that are taken come from lots, and for every member whose lots
    give there is an entry. The first entry of an operation has the business key `key`, further ones `key:2`, `key:3`.
    """

    def earn(
        self,
        customer_id: UUID,
        points: int,
        *,
        at: datetime,
        available_at: datetime | None,
        expires_at: datetime | None,
        key: str,
        rule_code: str | None = None,
        purchase_id: UUID | None = None,
        reason: str | None = None,
    ) -> Entry | None:
        """Grants points in a lot of their own; None when the business key is taken (as far as `changes.known` knows).

        They are pending where `available_at` lies ahead. A debt is paid first. A customer who is no member becomes one.
        """
        if (Kind.EARN, key) in self.changes.known:
            return None
        self.changes.known.add((Kind.EARN, key))
        member = self.join(customer_id)
        pending = available_at is not None and available_at > self.now
        account = Account.PENDING if pending else Account.AVAILABLE
        details = {
            "rule_code": rule_code,
            "purchase_id": purchase_id,
            "reason": reason,
            "available_at": available_at,
            "expires_at": expires_at,
        }
        entry = self.move(member, Kind.EARN, Account.ISSUED, account, points, key, at, details)
        self.open(member, entry)
        return entry

    def reserve(self, customer_id: UUID, points: int, *, key: str, redemption_id: UUID, at: datetime) -> list[Entry]:
        """Holds points for a redemption: the spender's own lots first, then those of the rest of the family, each in
        `spending_order`; one entry for each member who gives. Raises `refusal` when the family has less."""
        self._check(points)
        parts = self._take(customer_id, points)
        self.holds[redemption_id] = [*self.holds.get(redemption_id, ()), *parts]
        return self._withdraw(parts, Kind.RESERVE, Account.RESERVED, key, at, {"redemption_id": redemption_id})

    def capture(self, redemption_id: UUID, *, at: datetime, reward_code: str | None = None) -> list[Entry]:
        """What the redemption holds is spent; nothing when it holds nothing."""
        details = {"redemption_id": redemption_id, "reward_code": reward_code}
        return [entry for entry, _ in self._unhold(redemption_id, Kind.CAPTURE, Account.REDEEMED, at, details)]

    def release(
        self, redemption_id: UUID, *, at: datetime, reason: str | None = None, captured: bool = False
    ) -> list[Entry]:
        """What the redemption holds, or has spent where it is `captured`, goes back to the very lots with their dates.
        A debt is paid from it first; what lapsed meanwhile expires at once, at `at`. Gives the releasing and the
        expiring entries."""
        details = {"redemption_id": redemption_id, "reason": reason}
        debit = Account.REDEEMED if captured else Account.RESERVED
        entries = []
        for entry, holds in self._unhold(redemption_id, Kind.RELEASE, Account.AVAILABLE, at, details, debit):
            entries.append(entry)
            for lot, points in holds:
                self.use(lot, entry.id, -points, redemption_id)
                self.pay(lot, entry)
            entries += [self.expire(lot, at) for lot, _ in holds if lot.lapses(self.now)]
        return entries

    def reverse(
        self,
        customer_id: UUID,
        points: int,
        *,
        earned: Sequence[UUID],
        key: str,
        at: datetime,
        policy: RefundPolicy,
        reason: str | None = None,
    ) -> Reversal:
        """Takes back points that the entries `earned` (not empty) granted: from their own lots, pending ones too, then
        from the member's other lots, then from the family's. What nobody has becomes a shortfall, or under `negative`
        a debt of the member. What lapsed of those lots before is the caller's to subtract."""
        own = [self.lots[one] for one in earned if one in self.lots]
        parts = _taken_from(own, points)
        left = points - sum(part.points for part in parts)
        more = self._take(customer_id, left)
        shortfall = left - sum(part.points for part in more)
        debt = shortfall if policy == "negative" else 0
        details = {"reverses": earned[0], "reason": reason, "purchase_id": own[0].purchase_id if own else None}
        entries = self._withdraw(
            [*parts, *more], Kind.REVERSE, Account.ISSUED, key, at, details, debtor=customer_id, debt=debt
        )
        return Reversal(entries, points - shortfall + debt, shortfall - debt)

    def adjust(
        self,
        customer_id: UUID,
        points: int,
        *,
        key: str,
        at: datetime,
        reason: str,
        expires_at: datetime | None = None,
        allow_negative: bool = False,
    ) -> Entry:
        """Gives points (a lot of their own, a debt is paid first) or takes them, as `reserve` would; what is missing
        becomes a debt where that is allowed, else `refusal` is raised. Gives the first entry of possibly several."""
        details = {"reason": reason, "expires_at": expires_at}
        if points > 0:
            member = self.join(customer_id)
            entry = self.move(member, Kind.ADJUST, Account.ADJUSTED, Account.AVAILABLE, points, key, at, details)
            self.open(member, entry)
            return entry
        if not allow_negative:
            self._check(-points)
        parts = self._take(customer_id, -points)
        debt = -points - sum(part.points for part in parts)
        return self._withdraw(parts, Kind.ADJUST, Account.ADJUSTED, key, at, details, debtor=customer_id, debt=debt)[0]

    def _check(self, points: int) -> None:
        if points > (available := self.available):
            raise self.refusal(points, available)

    def _take(self, customer_id: UUID, points: int) -> list[Hold]:
        """At most so many points from the lots that can be spent: the customer's own first, then the family's."""
        if not self.complete:
            raise RuntimeError("the lots are not loaded")
        queue = self.queues.get(customer_id)
        if queue is None:
            spendable = [lot for lot in self.lots.values() if lot.spendable(self.now)]
            spendable.sort(key=lambda lot: (lot.customer_id != customer_id, spending_order(lot)))
            queue = self.queues[customer_id] = deque(spendable)
        parts = _taken_from(queue, points)
        while queue and not queue[0].remaining:
            queue.popleft()
        return parts

    def _withdraw(
        self,
        parts: Sequence[Hold],
        kind: Kind,
        credit: Account,
        key: str,
        at: datetime,
        details: dict[str, Any],
        debtor: UUID | None = None,
        debt: int = 0,
    ) -> list[Entry]:
        """Entries for what was taken from lots, one for each member and account; a debt joins the debtor's own."""
        groups: dict[tuple[UUID, Account], list[Hold]] = {}
        for part in parts:
            account = Account.AVAILABLE if part.lot.matured else Account.PENDING
            groups.setdefault((part.lot.customer_id, account), []).append(part)
        if debtor and debt:
            groups.setdefault((debtor, Account.AVAILABLE), [])
        entries: list[Entry] = []
        for (owner, account), group in groups.items():
            owed = debt if (owner, account) == (debtor, Account.AVAILABLE) else 0
            points = owed + sum(part.points for part in group)
            member = self.join(owner)
            entry = self.move(member, kind, account, credit, points, _key(key, len(entries)), at, details)
            member.debt += owed
            for part in group:
                self.note(part.lot, entry.id, part.points, details.get("redemption_id"))
            entries.append(entry)
        return entries

    def _unhold(
        self,
        redemption_id: UUID,
        kind: Kind,
        credit: Account,
        at: datetime,
        details: dict[str, Any],
        debit: Account = Account.RESERVED,
    ) -> Iterator[tuple[Entry, list[Hold]]]:
        """Takes what a redemption holds off the account `debit` of each member who gave; the entry and the lots."""
        groups: dict[UUID, list[Hold]] = {}
        for hold in self.holds.pop(redemption_id, ()):
            groups.setdefault(hold.lot.customer_id, []).append(hold)
        for number, (owner, group) in enumerate(groups.items()):
            key = _key(f"{kind}:{redemption_id}", number)
            points = sum(hold.points for hold in group)
            yield self.move(self.holder(owner), kind, debit, credit, points, key, at, details), group


def _taken_from(lots: Iterable[Lot], points: int) -> list[Hold]:
    """Takes at most so many points from the lots, in their order."""
    parts = []
    for lot in lots:
        part = min(points, lot.remaining)
        if part > 0:
            lot.remaining -= part
            points -= part
            parts.append(Hold(lot, part))
        if points <= 0:
            break
    return parts


def _key(key: str, number: int) -> str:
    return key if number == 0 else f"{key}:{number + 1}"
