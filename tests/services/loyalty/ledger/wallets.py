"""Wallets without a database: ids are counted, time is days after the first of January 2026."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from loyalty_service.ledger.domain import OWN, Account, Lot, Member
from loyalty_service.ledger.wallet import Wallet

ANN, BOB, EVE = (UUID(int=number) for number in (1, 2, 3))
SALE = UUID(int=77)
START = datetime(2026, 1, 1, tzinfo=UTC)

ids = (UUID(int=number) for number in count(1000))
keys = (f"key-{number}" for number in count(1))


def day(number: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=number)


def family(*customers: UUID, now: float = 0) -> Wallet:
    """A wallet of members with nothing."""
    wallet = Wallet(day(now), lambda: next(ids))
    for customer in customers or (ANN,):
        wallet.join(customer)
    return wallet


def earned(
    wallet: Wallet,
    points: int,
    customer: UUID = ANN,
    *,
    from_day: float | None = None,
    until: float | None = None,
    sale: UUID | None = None,
) -> Lot:
    """Points granted now; the lot of them."""
    entry = wallet.earn(
        customer,
        points,
        at=wallet.now,
        available_at=None if from_day is None else day(from_day),
        expires_at=None if until is None else day(until),
        key=next(keys),
        purchase_id=sale,
    )
    assert entry is not None
    return wallet.lots[entry.id]


def reserved(wallet: Wallet, points: int, customer: UUID = ANN) -> UUID:
    """Points held now; the redemption that holds them."""
    redemption = next(ids)
    wallet.reserve(customer, points, key=str(redemption), redemption_id=redemption, at=wallet.now)
    return redemption


def later(wallet: Wallet, now: float) -> None:
    """The same wallet, opened on a later day."""
    wallet.now = day(now)
    wallet.queues.clear()
    wallet.settle()


def check(wallet: Wallet) -> None:
    """Every promise of the ledger, counted again from the entries and the uses of the wallet."""
    lots, members = all_lots(wallet), wallet.members
    sums: Counter[tuple[UUID | None, Account]] = Counter()
    for entry, _, _ in wallet.changes.movements:
        for account, points in ((entry.debit, -entry.points), (entry.credit, entry.points)):
            sums[entry.customer_id if account in OWN else None, account] += points
    cached = sum(one.available + one.pending + one.reserved for one in members.values())
    assert cached + sum(points for (owner, _), points in sums.items() if owner is None) == 0
    for member in members.values():
        check_member(member, sums, [lot for lot in lots if lot.customer_id == member.customer_id])
    used: Counter[UUID] = Counter()
    for use in wallet.changes.uses:
        used[use.lot_id] += use.points
    for lot in lots:
        assert lot.remaining == lot.points - used[lot.id]
        assert 0 <= lot.remaining <= lot.points


def check_member(member: Member, sums: Counter[tuple[UUID | None, Account]], lots: list[Lot]) -> None:
    """The cached sums are those of the entries and those of the lots."""
    for account in OWN:
        assert getattr(member, account) == sums[member.customer_id, account], account
    assert sum(lot.remaining for lot in lots if lot.matured) - member.debt == member.available
    assert sum(lot.remaining for lot in lots if not lot.matured) == member.pending
    assert member.debt == max(0, -member.available)


def all_lots(wallet: Wallet) -> list[Lot]:
    """Every lot that the wallet ever had."""
    return list(wallet.changes.born.values())
