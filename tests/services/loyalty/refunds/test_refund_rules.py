"""The arithmetic of refunds, without a database."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from loyalty_service.refunds.domain import Money, Share, after_refund, as_if_earned, is_visit, kept, kept_of, split

CENTS = st.integers(0, 10**9)
POINTS = st.integers(0, 10**12)


def money(total: int, refunded: int) -> Money:
    """An amount in cents."""
    return Money(Decimal(total) / 100, Decimal(refunded) / 100)


@st.composite
def refunds(draw: st.DrawFn) -> tuple[int, list[int]]:
    """A total in cents and what was refunded of it after each refund."""
    total = draw(st.integers(1, 10**9))
    return total, sorted(draw(st.lists(st.integers(0, total), min_size=1, max_size=8)))


@given(POINTS, refunds())
def test_any_number_of_refunds_leaves_what_one_over_their_sum_leaves(
    earned: int, refunds: tuple[int, list[int]]
) -> None:
    total, cumulative = refunds
    shares = [Share("base", earned, 0)]
    for refunded in cumulative:
        shares = after_refund(shares, money(total, refunded))
    assert shares == after_refund([Share("base", earned, 0)], money(total, cumulative[-1]))


@given(POINTS, refunds())
def test_nothing_is_given_back_by_a_refund_and_never_more_taken_than_was_earned(
    earned: int, refunds: tuple[int, list[int]]
) -> None:
    total, cumulative = refunds
    left = [kept(earned, money(total, refunded)) for refunded in cumulative]
    assert left == sorted(left, reverse=True)
    assert all(0 <= one <= earned for one in left)


@given(POINTS, refunds())
def test_less_than_a_point_is_lost_by_rounding(earned: int, refunds: tuple[int, list[int]]) -> None:
    total, cumulative = refunds
    exact = Fraction(earned * (total - cumulative[-1]), total)
    assert 0 <= exact - kept(earned, money(total, cumulative[-1])) < 1


@given(POINTS, st.integers(1, 10**9))
def test_a_whole_refund_leaves_nothing_and_none_leaves_all(earned: int, total: int) -> None:
    assert kept(earned, money(total, total)) == 0
    assert kept(earned, money(total, 0)) == earned


@given(CENTS, CENTS, CENTS)
def test_what_is_owed_is_split_without_a_rest(owed: int, lapsed: int, before: int) -> None:
    parts = split(owed, lapsed, before)
    assert sum(parts) == owed
    assert 0 <= parts.lapsed <= max(lapsed - before, 0)


def test_a_corrected_purchase_stands_as_if_it_had_been_told_right_at_once() -> None:
    # told as 100 with 50 refunded; it was one of 80, for which `more` would have given 10
    before = after_refund([Share("base", 100, 0)], Money(Decimal(100), Decimal(50)))
    after = as_if_earned(before, {"base": 80, "more": 10}, Money(Decimal(80), Decimal(50)))
    # 80 × 30/80 = 30, 10 × 30/80 = 3.75
    assert after == [Share("base", 80, 50), Share("more", 10, 7)]
    assert kept_of(after) == 33


def test_a_rule_that_gives_nothing_any_more_keeps_nothing() -> None:
    after = as_if_earned([Share("base", 100, 0)], {}, Money(Decimal("0.50"), Decimal(0)))
    assert after == [Share("base", 0, 0)]


def test_a_purchase_is_a_visit_until_all_of_it_went_back() -> None:
    paid = [(100, 0), (100, 99), (100, 100), (0, 0)]
    assert [is_visit(money(*one)) for one in paid] == [True, True, False, True]
