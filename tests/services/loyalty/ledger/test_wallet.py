"""What can be done with points, each rule by an example."""

from __future__ import annotations

import pytest

from loyalty_service.ledger.domain import Account, Kind, NotEnoughPointsError
from tests.services.loyalty.ledger.wallets import (
    ANN,
    BOB,
    SALE,
    check,
    day,
    earned,
    family,
    later,
    reserved,
)


def test_points_that_wait_are_pending_until_their_day_and_available_at_it() -> None:
    wallet = family()
    earned(wallet, 100, from_day=14)
    assert (wallet.pending, wallet.available) == (100, 0)
    later(wallet, 13.999)
    assert (wallet.pending, wallet.available) == (100, 0)
    later(wallet, 14)
    assert (wallet.pending, wallet.available) == (0, 100)
    check(wallet)


def test_a_lot_can_be_spent_until_the_moment_it_lapses_and_not_at_it() -> None:
    wallet = family()
    earned(wallet, 100, until=30)
    later(wallet, 29.999)
    assert wallet.available == 100
    later(wallet, 30)
    assert wallet.available == 0
    last = wallet.changes.movements[-1].entry
    assert (last.kind, last.credit, last.points, last.occurred_at) == (Kind.EXPIRE, Account.EXPIRED, 100, day(30))
    check(wallet)


def test_settling_again_changes_nothing() -> None:
    wallet = family()
    earned(wallet, 10, from_day=1, until=5)
    later(wallet, 6)
    movements = len(wallet.changes.movements)
    wallet.settle()
    assert len(wallet.changes.movements) == movements == 3


def test_whenever_it_is_settled_the_ledger_gets_the_same_rows() -> None:
    daily, once = family(), family()
    for wallet in (daily, once):
        earned(wallet, 10, from_day=2, until=5)
        earned(wallet, 20, from_day=4, until=9)
    for number in range(1, 11):
        later(daily, number)
    later(once, 10)

    def rows(wallet: object) -> set[tuple[object, ...]]:
        movements = wallet.changes.movements  # type: ignore[attr-defined]
        return {(one.entry.kind, one.entry.points, one.entry.occurred_at) for one in movements}

    assert rows(daily) == rows(once)
    assert len(rows(once)) == 6


def test_points_that_lapse_before_they_are_available_never_become_so() -> None:
    wallet = family()
    earned(wallet, 10, from_day=20, until=10)
    later(wallet, 30)
    kinds = [one.entry.kind for one in wallet.changes.movements]
    assert kinds == [Kind.EARN, Kind.EXPIRE]
    assert (wallet.pending, wallet.available) == (0, 0)
    check(wallet)


def test_what_expires_soonest_is_spent_first_and_what_never_expires_last() -> None:
    wallet = family()
    never, late, soon = earned(wallet, 10), earned(wallet, 10, until=90), earned(wallet, 10, until=30)
    reserved(wallet, 15)
    assert (soon.remaining, late.remaining, never.remaining) == (0, 5, 10)
    check(wallet)


def test_of_lots_that_expire_together_the_oldest_is_spent_first() -> None:
    wallet = family()
    newer = earned(wallet, 10, until=90)
    wallet.now = day(-3)
    older = earned(wallet, 10, until=90)
    wallet.now = day(0)
    reserved(wallet, 10)
    assert (older.remaining, newer.remaining) == (0, 10)


def test_the_spenders_own_lots_go_before_those_of_the_family_that_expire_sooner() -> None:
    wallet = family(ANN, BOB)
    own, others = earned(wallet, 10), earned(wallet, 10, BOB, until=5)
    redemption = reserved(wallet, 12)
    assert (own.remaining, others.remaining) == (0, 8)
    made = [one.entry for one in wallet.changes.movements if one.entry.kind is Kind.RESERVE]
    assert [(one.customer_id, one.points, one.redemption_id) for one in made] == [
        (ANN, 10, redemption),
        (BOB, 2, redemption),
    ]
    check(wallet)


def test_nobody_spends_more_than_the_family_has() -> None:
    wallet = family(ANN, BOB)
    earned(wallet, 10)
    earned(wallet, 5, BOB)
    earned(wallet, 100, from_day=9)
    with pytest.raises(NotEnoughPointsError, match="16 points are asked for and 15 are available"):
        reserved(wallet, 16)
    reserved(wallet, 15)
    assert (wallet.available, wallet.reserved) == (0, 15)


def test_a_captured_redemption_is_spent() -> None:
    wallet = family(ANN, BOB)
    earned(wallet, 10)
    earned(wallet, 5, BOB)
    entries = wallet.capture(reserved(wallet, 12), at=day(1), reward_code="mug")
    assert [(one.customer_id, one.points, one.credit) for one in entries] == [
        (ANN, 10, Account.REDEEMED),
        (BOB, 2, Account.REDEEMED),
    ]
    assert (wallet.available, wallet.reserved) == (3, 0)
    check(wallet)


def test_what_a_redemption_held_can_be_taken_off_it_once() -> None:
    wallet = family()
    earned(wallet, 10)
    redemption = reserved(wallet, 4)
    wallet.capture(redemption, at=day(0))
    assert wallet.capture(redemption, at=day(0)) == []
    assert wallet.release(redemption, at=day(0)) == []
    assert (wallet.available, wallet.reserved) == (6, 0)


def test_a_released_redemption_gives_the_very_lots_back_with_their_dates() -> None:
    wallet = family(ANN, BOB)
    soon, late, others = earned(wallet, 5, until=10), earned(wallet, 5, until=50), earned(wallet, 5, BOB, until=7)
    redemption = reserved(wallet, 13)
    later(wallet, 3)
    wallet.release(redemption, at=day(3))
    assert [(lot.remaining, lot.expires_at) for lot in (soon, late, others)] == [
        (5, day(10)),
        (5, day(50)),
        (5, day(7)),
    ]
    assert (wallet.available, wallet.reserved) == (15, 0)
    check(wallet)


def test_what_lapsed_while_it_was_held_is_given_back_and_expires_at_once() -> None:
    wallet = family()
    soon, late = earned(wallet, 5, until=10), earned(wallet, 5, until=50)
    redemption = reserved(wallet, 8)
    later(wallet, 20)
    assert soon.lapsed == 0
    entries = wallet.release(redemption, at=day(20))
    assert [(one.kind, one.points, one.occurred_at) for one in entries] == [
        (Kind.RELEASE, 8, day(20)),
        (Kind.EXPIRE, 5, day(20)),
    ]
    assert (soon.remaining, soon.lapsed, late.remaining, wallet.available) == (0, 5, 5, 5)
    check(wallet)


def test_a_lot_that_expires_twice_has_two_business_keys() -> None:
    wallet = family()
    lot = earned(wallet, 5, until=10)
    redemption = reserved(wallet, 3)
    later(wallet, 10)
    wallet.release(redemption, at=day(10))
    keys = [one.entry.key for one in wallet.changes.movements if one.entry.kind is Kind.EXPIRE]
    assert keys == [f"expire:{lot.id}:0", f"expire:{lot.id}:2"]
    assert lot.lapsed == 5


def test_a_captured_redemption_that_is_undone_gives_the_lots_back_too() -> None:
    wallet = family()
    lot = earned(wallet, 10, until=50)
    redemption = reserved(wallet, 4)
    held = wallet.holds[redemption]
    wallet.capture(redemption, at=day(0))
    wallet.holds[redemption] = held
    (entry,) = wallet.release(redemption, at=day(1), captured=True)
    assert (entry.debit, entry.credit, entry.points) == (Account.REDEEMED, Account.AVAILABLE, 4)
    assert (lot.remaining, lot.expires_at, wallet.available, wallet.reserved) == (10, day(50), 10, 0)
    check(wallet)


def test_the_same_business_key_earns_once() -> None:
    wallet = family()
    given = {"at": day(0), "available_at": None, "expires_at": None, "key": "purchase-1"}
    assert wallet.earn(ANN, 5, **given) is not None  # type: ignore[arg-type]
    assert wallet.earn(ANN, 5, **given) is None  # type: ignore[arg-type]
    assert wallet.available == 5


@pytest.mark.parametrize("points", [0, -1])
def test_nothing_cannot_be_earned(points: int) -> None:
    with pytest.raises(ValueError, match="at least one point"):
        earned(family(), points)


def test_a_relative_who_is_no_member_becomes_one_by_earning() -> None:
    wallet = family(ANN)
    earned(wallet, 5, BOB)
    assert wallet.members[BOB].available == 5
    assert list(wallet.changes.joined) == [ANN, BOB]


def test_lots_that_were_not_loaded_cannot_be_spent_from() -> None:
    wallet = family()
    earned(wallet, 5)
    wallet.complete = False
    with pytest.raises(RuntimeError, match="not loaded"):
        reserved(wallet, 5)


def test_spending_leaves_what_was_ever_earned() -> None:
    wallet = family()
    earned(wallet, 50, sale=SALE)
    wallet.capture(reserved(wallet, 20), at=day(0))
    assert wallet.lifetime == 50
