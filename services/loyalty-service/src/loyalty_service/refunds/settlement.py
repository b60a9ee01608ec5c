"""What refunds and corrections come to in one programme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from hamdel.database import UnitOfWork
from loyalty_service.earning.reckoning import Reckoning
from loyalty_service.earning.repository import purchases
from loyalty_service.earning.repository.purchases import Accrual
from loyalty_service.earning.service import reckoned_again
from loyalty_service.ledger.service import Book, Wallet
from loyalty_service.programs.dates import available_at, expires_at
from loyalty_service.programs.domain import Program, local_day
from loyalty_service.refunds import repository
from loyalty_service.refunds.changes import Step
from loyalty_service.refunds.domain import Share, after_refund, as_if_earned, is_visit, kept_of, split
from loyalty_service.refunds.repository import Accrued, Reversed
from loyalty_service.tiers.service import Credit

__all__ = ["Settlement"]

NOTHING: Final = Accrued((), ())


@dataclass
class Settlement:
    """`accrued`, `lapsed` and `lapsed_before` are by purchase, and as the steps so far have left them. The steps change
    the wallets at once; the rest waits for `store`, and `credits` for whoever counts towards tiers."""

    unit: UnitOfWork
    program: Program
    book: Book
    accrued: dict[UUID, Accrued]
    lapsed: Mapping[UUID, int]
    lapsed_before: dict[UUID, int]
    credits: list[Credit] = field(default_factory=list)
    reversals: list[Reversed] = field(default_factory=list)
    new: list[Accrual] = field(default_factory=list)
    shares: dict[tuple[UUID, str], Share] = field(default_factory=dict)

    def counted(self, wallet: Wallet, step: Step) -> bool:
        """Whether the purchase counted when it was told: it earned something, or somebody was a member then."""
        joined = min(member.enrolled_at for member in wallet.members.values())
        return step.change.purchase_id in self.accrued or joined <= step.before.told_at

    async def apply(self, wallet: Wallet, step: Step) -> None:
        """Takes back, or grants, the difference between what the purchase kept before and what it keeps now."""
        purchase_id = step.change.purchase_id
        before = self.accrued.get(purchase_id, NOTHING)
        reckoning = None
        if step.change.corrects:
            reckoning = await reckoned_again(self.unit.connection, self.program, step.after.purchase)
        after = _shares(before, reckoning, step)
        points = kept_of(after) - kept_of(before.shares)
        entries = list(before.entries)
        if points > 0:
            entries += self._earn(wallet, step, points)
        elif points < 0:
            self._reverse(wallet, step, -points, entries)
        if entries:
            self._keep(step, reckoning, before, Accrued(after, entries))
        self.credits.append(_credit(self.program, step, points))

    async def store(self) -> None:
        """Writes down the shares and what was taken back."""
        connection, program_id = self.unit.connection, self.program.id
        await purchases.add_accruals(connection, program_id, self.new)
        if self.shares:
            rows = [(purchase_id, share) for (purchase_id, _), share in self.shares.items()]
            await repository.store_shares(connection, program_id, rows)
        if self.reversals:
            await repository.add_reversals(connection, program_id, self.reversals)

    def _earn(self, wallet: Wallet, step: Step, points: int) -> list[UUID]:
        purchase = step.after.purchase
        at = purchase.occurred_at
        entry = wallet.earn(
            purchase.customer_id,
            points,
            at=at,
            available_at=available_at(self.program, at) if self.program.pending_days else None,
            expires_at=expires_at(self.program, at),
            key=f"{step.change.reason}:{step.change.id}",
            purchase_id=purchase.id,
            reason=step.change.reason,
        )
        return [entry.id] if entry else []

    def _reverse(self, wallet: Wallet, step: Step, owed: int, entries: Sequence[UUID]) -> None:
        change, customer_id = step.change, step.before.purchase.customer_id
        counted = self.lapsed_before.get(change.purchase_id, 0)
        lapsed, asked = split(owed, self.lapsed[change.purchase_id], counted)
        taken = shortfall = 0
        if asked:
            own = [lot.id for lot in wallet.lots.values() if lot.purchase_id == change.purchase_id]
            _, taken, shortfall = wallet.reverse(
                customer_id,
                asked,
                earned=list(dict.fromkeys([*entries, *own])),
                key=f"{change.reason}:{change.id}",
                at=change.occurred_at,
                policy=self.program.on_refund,
                reason=change.reason,
            )
        self.lapsed_before[change.purchase_id] = counted + lapsed
        row = Reversed(change.id, change.purchase_id, customer_id, owed, lapsed, taken, shortfall, change.occurred_at)
        self.reversals.append(row)

    def _keep(self, step: Step, reckoning: Reckoning | None, before: Accrued, after: Accrued) -> None:
        purchase = step.after.purchase
        known = {share.code for share in before.shares}
        for rule, points in reckoning.earned if reckoning else ():
            if reckoning and rule.code not in known:
                found = (purchase.id, rule.code, rule.id, rule.version, purchase.customer_id, after.entries[0])
                standing = (reckoning.day, points, reckoning.tier, str(reckoning.multiplier))
                self.new.append(Accrual(*found, *standing))
        self.shares |= {(purchase.id, share.code): share for share in after.shares}
        self.accrued[purchase.id] = after


def _shares(before: Accrued, reckoning: Reckoning | None, step: Step) -> list[Share]:
    money = step.after.money
    if not step.change.corrects:
        return after_refund(before.shares, money)
    earned = {one.rule.code: one.points for one in reckoning.earned} if reckoning else {}
    return as_if_earned(before.shares, earned, money)


def _credit(program: Program, step: Step, points: int) -> Credit:
    purchase, before, after = step.before.purchase, step.before.money, step.after.money
    return Credit(
        purchase.customer_id,
        local_day(program, purchase.occurred_at),
        step.change.occurred_at,
        points,
        after.net - before.net,
        is_visit(after) - is_visit(before),
    )
