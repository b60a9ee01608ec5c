"""Points that are taken back, debts, and points that a person gives or takes."""

from __future__ import annotations

from uuid import UUID

import pytest

from loyalty_service.ledger.domain import Account, Kind, Lot, NotEnoughPointsError, RefundPolicy, Reversal
from loyalty_service.ledger.wallet import Wallet
from tests.services.loyalty.ledger.wallets import (
    ANN,
    BOB,
    SALE,
    check,
    day,
    earned,
    family,
    keys,
    later,
    reserved,
)


def refunded(wallet: Wallet, points: int, lot: Lot, policy: RefundPolicy = "shortfall") -> Reversal:
    return wallet.reverse(lot.customer_id, points, earned=[lot.id], key=next(keys), at=wallet.now, policy=policy)


def adjusted(wallet: Wallet, points: int, customer: UUID = ANN, *, allow_negative: bool = False) -> None:
    wallet.adjust(customer, points, key=next(keys), at=wallet.now, reason="goodwill", allow_negative=allow_negative)


def test_a_refund_takes_the_purchases_own_points_before_older_ones() -> None:
    wallet = family()
    other, lot = earned(wallet, 10, until=5), earned(wallet, 10, until=90, sale=SALE)
    done = refunded(wallet, 4, lot)
    assert (other.remaining, lot.remaining) == (10, 6)
    assert [(one.kind, one.points, one.reverses, one.purchase_id) for one in done.entries] == [
        (Kind.REVERSE, 4, lot.id, SALE)
    ]
    assert (done.taken, done.shortfall, wallet.lifetime) == (4, 0, 16)
    check(wallet)


def test_a_refund_takes_points_that_still_wait() -> None:
    wallet = family()
    lot = earned(wallet, 10, from_day=14)
    done = refunded(wallet, 10, lot)
    assert (done.entries[0].debit, done.entries[0].credit) == (Account.PENDING, Account.ISSUED)
    assert (wallet.pending, lot.remaining) == (0, 0)
    later(wallet, 20)
    assert wallet.available == 0
    check(wallet)


def test_after_the_purchases_points_are_spent_a_refund_takes_the_members_others_and_then_the_familys() -> None:
    wallet = family(ANN, BOB)
    lot = earned(wallet, 10, until=3, sale=SALE)
    reserved(wallet, 10)
    late, soon, others = earned(wallet, 3, until=90), earned(wallet, 3, until=30), earned(wallet, 9, BOB, until=5)
    done = refunded(wallet, 7, lot)
    assert (soon.remaining, late.remaining, others.remaining) == (0, 0, 8)
    assert [(one.customer_id, one.points) for one in done.entries] == [(ANN, 6), (BOB, 1)]
    check(wallet)


def test_points_that_nobody_has_are_a_shortfall() -> None:
    wallet = family()
    lot = earned(wallet, 10)
    wallet.capture(reserved(wallet, 8), at=day(0))
    done = refunded(wallet, 10, lot)
    assert (done.taken, done.shortfall, wallet.available) == (2, 8, 0)
    check(wallet)


def test_points_that_nobody_has_are_a_debt_where_the_programme_says_so() -> None:
    wallet = family()
    lot = earned(wallet, 10)
    wallet.capture(reserved(wallet, 8), at=day(0))
    done = refunded(wallet, 10, lot, "negative")
    assert (done.taken, done.shortfall, wallet.available, wallet.members[ANN].debt) == (10, 0, -8, 8)
    assert [one.points for one in done.entries] == [10]
    check(wallet)


@pytest.mark.parametrize("from_day", [None, 3])
def test_what_becomes_available_next_pays_the_debt_first(from_day: float | None) -> None:
    wallet = family()
    adjusted(wallet, -8, allow_negative=True)
    lot = earned(wallet, 20, from_day=from_day)
    later(wallet, 3)
    assert (wallet.available, wallet.members[ANN].debt, lot.remaining) == (12, 0, 12)
    check(wallet)


def test_a_debt_larger_than_what_comes_is_paid_by_all_of_it() -> None:
    wallet = family()
    adjusted(wallet, -30, allow_negative=True)
    lot = earned(wallet, 20)
    assert (wallet.available, wallet.members[ANN].debt, lot.remaining) == (-10, 10, 0)
    with pytest.raises(NotEnoughPointsError):
        reserved(wallet, 1)
    check(wallet)


def test_released_points_pay_the_debt_too() -> None:
    wallet = family()
    lot = earned(wallet, 20)
    redemption = reserved(wallet, 20)
    refunded(wallet, 15, lot, "negative")
    assert (wallet.available, wallet.reserved) == (-15, 20)
    wallet.release(redemption, at=day(0))
    assert (wallet.available, wallet.members[ANN].debt, lot.remaining) == (5, 0, 5)
    check(wallet)


def test_the_debt_of_a_member_lowers_what_the_family_can_spend_and_is_paid_by_the_members_own_points() -> None:
    wallet = family(ANN, BOB)
    adjusted(wallet, -30, allow_negative=True)
    lot = earned(wallet, 50, BOB)
    assert (wallet.available, wallet.members[ANN].debt, lot.remaining) == (20, 30, 50)
    with pytest.raises(NotEnoughPointsError):
        reserved(wallet, 21)
    earned(wallet, 30)
    assert (wallet.available, wallet.members[ANN].debt) == (50, 0)
    check(wallet)


def test_points_by_hand_are_a_lot_of_their_own() -> None:
    wallet = family()
    wallet.adjust(ANN, 25, key="a", at=day(0), reason="sorry", expires_at=day(30))
    assert (wallet.available, wallet.lifetime) == (25, 25)
    later(wallet, 30)
    assert wallet.available == 0
    check(wallet)


def test_points_taken_by_hand_come_from_the_lots_in_the_order_of_spending() -> None:
    wallet = family(ANN, BOB)
    late, soon, others = earned(wallet, 10, until=90), earned(wallet, 10, until=30), earned(wallet, 10, BOB)
    adjusted(wallet, -25)
    assert (soon.remaining, late.remaining, others.remaining, wallet.lifetime) == (0, 0, 5, 30)
    check(wallet)


def test_more_points_than_there_are_are_not_taken_by_hand_unless_a_debt_is_allowed() -> None:
    wallet = family()
    earned(wallet, 10)
    with pytest.raises(NotEnoughPointsError):
        adjusted(wallet, -11)
    assert wallet.available == 10
    adjusted(wallet, -11, allow_negative=True)
    assert (wallet.available, wallet.members[ANN].debt) == (-1, 1)
    check(wallet)


def test_lots_of_somebody_who_is_no_relative_any_more_get_their_points_back() -> None:
    both = family(ANN, BOB)
    others = earned(both, 10, BOB)
    redemption = reserved(both, 10, ANN)
    apart = family(ANN)
    apart.guests, apart.holds = both.members, both.holds
    apart.release(redemption, at=day(1))
    assert (others.remaining, both.members[BOB].available, both.members[BOB].reserved) == (10, 10, 0)
    assert apart.available == 0
    with pytest.raises(NotEnoughPointsError):
        reserved(apart, 1)
