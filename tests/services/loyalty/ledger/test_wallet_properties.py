"""Whatever is done with a family's points, in whatever order: the promises of the ledger hold after every step."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import UUID

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from loyalty_service.ledger.domain import Account, Kind, Lot, NotEnoughPointsError, RefundPolicy
from tests.services.loyalty.ledger.wallets import (
    ANN,
    BOB,
    EVE,
    all_lots,
    check,
    day,
    earned,
    family,
    ids,
    keys,
    later,
    reserved,
)

CUSTOMERS = st.sampled_from([ANN, BOB, EVE])
POINTS = st.integers(1, 60)
DAYS = st.none() | st.integers(0, 20)


class FamilyOfThree(RuleBasedStateMachine):
    """Three members who spend as one."""

    @initialize()
    def begin(self) -> None:
        self.wallet = family(ANN, BOB, EVE)
        self.today = 0
        self.open: list[UUID] = []
        self.dates: dict[UUID, Any] = {}

    @rule(customer=CUSTOMERS, points=POINTS, waits=DAYS, lasts=DAYS)
    def earn(self, customer: UUID, points: int, waits: int | None, lasts: int | None) -> None:
        dates = [None if one is None else self.today + one for one in (waits, lasts)]
        lot = earned(self.wallet, points, customer, from_day=dates[0], until=dates[1])
        self.dates[lot.id] = (lot.available_at, lot.expires_at)
        self.wallet.settle()

    @rule(days=st.integers(1, 10))
    def wait(self, days: int) -> None:
        self.today += days
        later(self.wallet, self.today)

    @rule(customer=CUSTOMERS, points=POINTS)
    def reserve(self, customer: UUID, points: int) -> None:
        before, had = deepcopy(self.wallet.lots), self.wallet.available
        if points > had:
            try:
                reserved(self.wallet, points, customer)
            except NotEnoughPointsError:
                assert self.wallet.available == had
                return
            raise AssertionError("more was spent than there was")
        self.open.append(reserved(self.wallet, points, customer))
        assert self.wallet.available == had - points
        self.spent_in_order(before, customer, points)

    def spent_in_order(self, before: dict[UUID, Lot], customer: UUID, points: int) -> None:
        """No lot is touched while one that goes before it has something left; a plain walk says the same."""
        expected = {}
        usable = [lot for lot in before.values() if lot.matured and lot.remaining and not lot.lapses(self.wallet.now)]
        soonest = sorted(
            usable, key=lambda lot: (lot.expires_at is None, lot.expires_at or day(0), lot.earned_at, lot.id)
        )
        for lot in [one for one in soonest if one.customer_id == customer] + [
            one for one in soonest if one.customer_id != customer
        ]:
            part = min(points, lot.remaining)
            points -= part
            if part:
                expected[lot.id] = part
        taken = {one: lot.remaining - self.wallet.lots[one].remaining for one, lot in before.items()}
        assert {one: part for one, part in taken.items() if part} == expected

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def capture(self, data: st.DataObject) -> None:
        redemption = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        had = (self.wallet.available, self.wallet.pending)
        self.wallet.capture(redemption, at=self.wallet.now)
        assert (self.wallet.available, self.wallet.pending) == had

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        redemption = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        held = list(self.wallet.holds[redemption])
        lapsed = sum(hold.points for hold in held if hold.lot.expires_at and hold.lot.expires_at <= self.wallet.now)
        had, owed = self.wallet.available, sum(one.debt for one in self.wallet.members.values())
        self.wallet.release(redemption, at=self.wallet.now)
        given = self.wallet.available - had
        points = sum(hold.points for hold in held)
        assert points - lapsed <= given <= points - lapsed + min(owed, lapsed)

    @rule(data=st.data(), points=POINTS, policy=st.sampled_from(["shortfall", "negative"]))
    def refund(self, data: st.DataObject, points: int, policy: RefundPolicy) -> None:
        lots = all_lots(self.wallet)
        assume(lots)
        lot = data.draw(st.sampled_from(lots))
        customer = lot.customer_id
        own = lot.remaining
        done = self.wallet.reverse(customer, points, earned=[lot.id], key=next(keys), at=self.wallet.now, policy=policy)
        assert done.taken + done.shortfall == points
        assert done.taken == sum(entry.points for entry in done.entries)
        assert lot.remaining == max(0, own - points)
        assert done.shortfall == 0 or policy == "shortfall"

    @rule(customer=CUSTOMERS, points=st.integers(-60, 60).filter(bool), negative=st.booleans())
    def adjust(self, customer: UUID, points: int, negative: bool) -> None:
        had = self.wallet.available
        allowed = points > 0 or negative or had + points >= 0
        try:
            self.wallet.adjust(
                customer, points, key=next(keys), at=self.wallet.now, reason="by hand", allow_negative=negative
            )
        except NotEnoughPointsError:
            assert not allowed
            assert self.wallet.available == had
            return
        assert allowed
        assert self.wallet.available == had + points

    @rule()
    def settle_again(self) -> None:
        movements = len(self.wallet.changes.movements)
        self.wallet.settle()
        assert len(self.wallet.changes.movements) == movements

    @invariant()
    def adds_up(self) -> None:
        if hasattr(self, "wallet"):
            check(self.wallet)

    @invariant()
    def is_negative_by_its_debts_alone(self) -> None:
        if hasattr(self, "wallet"):
            assert self.wallet.available >= -sum(one.debt for one in self.wallet.members.values())
            assert self.wallet.pending >= 0
            assert self.wallet.reserved >= 0

    @invariant()
    def no_lot_ever_changes_its_dates(self) -> None:
        for lot in all_lots(self.wallet) if hasattr(self, "wallet") else ():
            if lot.id in self.dates:
                assert (lot.available_at, lot.expires_at) == self.dates[lot.id]

    @invariant()
    def nothing_is_left_that_is_due(self) -> None:
        for lot in all_lots(self.wallet) if hasattr(self, "wallet") else ():
            over = lot.expires_at is not None and lot.expires_at <= day(self.today)
            begins = lot.expires_at is None or lot.available_at < lot.expires_at
            assert not (over and lot.remaining)
            assert lot.matured == (begins and lot.available_at <= day(self.today)) or not lot.remaining

    @invariant()
    def no_business_key_comes_twice(self) -> None:
        if hasattr(self, "wallet"):
            made = [(one.entry.kind, one.entry.key) for one in self.wallet.changes.movements]
            assert len(made) == len(set(made))


TestFamilyOfThree = FamilyOfThree.TestCase
TestFamilyOfThree.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_every_kind_of_entry_moves_between_the_accounts_that_the_table_allows() -> None:
    """The table refuses other pairs (`test_books`); here the pure rules make these and no others."""
    wallet = family(ANN)
    lot = earned(wallet, 50, from_day=2)
    late = earned(wallet, 9, from_day=30, until=3)
    wallet.reverse(ANN, 5, earned=[lot.id], key=next(keys), at=day(0), policy="shortfall")
    later(wallet, 2)
    for redemption in (reserved(wallet, 10), reserved(wallet, 10)):
        wallet.capture(redemption, at=day(2)) if wallet.reserved == 20 else wallet.release(redemption, at=day(2))
    wallet.reverse(ANN, 5, earned=[lot.id], key=next(keys), at=day(2), policy="shortfall")
    wallet.adjust(ANN, 7, key=next(keys), at=day(2), reason="x", expires_at=day(4))
    wallet.adjust(ANN, -3, key=next(keys), at=day(2), reason="x")
    later(wallet, 5)
    made = {(one.entry.kind, one.entry.debit, one.entry.credit) for one in wallet.changes.movements}
    assert made == {
        (Kind.EARN, Account.ISSUED, Account.PENDING),
        (Kind.REVERSE, Account.PENDING, Account.ISSUED),
        (Kind.MATURE, Account.PENDING, Account.AVAILABLE),
        (Kind.RESERVE, Account.AVAILABLE, Account.RESERVED),
        (Kind.CAPTURE, Account.RESERVED, Account.REDEEMED),
        (Kind.RELEASE, Account.RESERVED, Account.AVAILABLE),
        (Kind.REVERSE, Account.AVAILABLE, Account.ISSUED),
        (Kind.ADJUST, Account.ADJUSTED, Account.AVAILABLE),
        (Kind.ADJUST, Account.AVAILABLE, Account.ADJUSTED),
        (Kind.EXPIRE, Account.PENDING, Account.EXPIRED),
        (Kind.EXPIRE, Account.AVAILABLE, Account.EXPIRED),
    }
    assert late.lapsed == 9
    assert next(ids)
