"""What holds for every member, and windows against another calendar arithmetic."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from loyalty_service.tiers.domain import Days, Scheme, decided_on
from loyalty_service.tiers.state import State, judged
from loyalty_service.tiers.windows import Anniversary, Period, Rolling, periods_of
from tests.services.loyalty.tiers.stories import GREGORIAN, JALALI, anniversary, period, rolling

START = date(2023, 1, 1)

days_of_years = st.integers(0, 1500).map(lambda number: START + timedelta(days=number))
months = st.sampled_from([1, 2, 3, 4, 6, 12, 24, 36])
schemes = st.builds(
    lambda make, downgrade, grace: make(downgrade=downgrade, grace_days=grace),
    st.sampled_from([rolling, period, anniversary]),
    st.sampled_from(["one_down", "re_evaluate", "none"]),
    st.sampled_from([0, 10]),
)
amounts = st.lists(st.tuples(days_of_years, st.integers(1, 200)), max_size=25)


def told(scheme: Scheme, happened: list[tuple[date, int]]) -> list[tuple[date, State]]:
    """The states after each day that something was heard on, everything in its order."""
    periods = periods_of(GREGORIAN, scheme.window, date(2022, 5, 17))
    sums: defaultdict[date, Decimal] = defaultdict(Decimal)
    found, state = [], State()
    for day, amount in sorted(happened):
        sums[day] += amount
        state = judged(scheme, periods, Days(sums.items()), state, day)
        found.append((day, state))
    return found


@given(schemes, amounts)
def test_told_day_by_day_or_all_at_once_is_the_same(scheme: Scheme, happened: list[tuple[date, int]]) -> None:
    periods = periods_of(GREGORIAN, scheme.window, date(2022, 5, 17))
    sums: defaultdict[date, Decimal] = defaultdict(Decimal)
    for day, amount in happened:
        sums[day] += amount
    if happened:
        today, state = told(scheme, happened)[-1]
        at_once = judged(scheme, periods, Days(sums.items()), State(), today)
        assert (state.held.tier, state.held.ends_on) == (at_once.held.tier, at_once.held.ends_on)


@given(schemes, amounts, st.lists(st.tuples(days_of_years, st.integers(-200, -1)), max_size=10))
def test_nothing_takes_a_tier_before_its_end(
    scheme: Scheme, happened: list[tuple[date, int]], taken: list[tuple[date, int]]
) -> None:
    before: State | None = None
    for day, state in told(scheme, happened + taken):
        if before is not None and scheme.level(state.held.tier) < scheme.level(before.held.tier):
            decided = decided_on(scheme, before.held)
            assert decided is not None
            assert decided <= day
        before = state


@given(schemes, amounts)
def test_who_has_reached_a_tier_that_day_holds_it(scheme: Scheme, happened: list[tuple[date, int]]) -> None:
    periods = periods_of(GREGORIAN, scheme.window, date(2022, 5, 17))
    for number, (day, state) in enumerate(told(scheme, happened), 1):
        first = periods.first(day)
        assert first is not None
        counted = sum(amount for at, amount in sorted(happened)[:number] if first <= at <= day)
        assert scheme.level(state.held.tier) >= (2 if counted >= 250 else 1 if counted >= 100 else 0)


@given(months, days_of_years)
def test_a_rolling_window_is_that_of_dateutil_and_its_end_leaves_the_day_of_the_reach_out(
    number: int, day: date
) -> None:
    periods = Rolling(GREGORIAN, number)
    assert periods.first(day) == day + timedelta(days=1) - relativedelta(months=number)
    end = periods.end(day)
    assert end is not None
    before = periods.first(end - timedelta(days=1))
    assert before is not None
    assert before > day
    assert timedelta(0) < end - (day + relativedelta(months=number)) <= timedelta(days=4)


@given(months, days_of_years, st.sampled_from([GREGORIAN, JALALI]))
def test_periods_hold_their_days_and_meet_without_a_gap(number: int, day: date, program: object) -> None:
    assert program in (GREGORIAN, JALALI)
    chosen = GREGORIAN if program is GREGORIAN else JALALI
    for periods in (Period(chosen, number), Anniversary(chosen, number, date(2024, 2, 29))):
        first, end = periods.first(day), periods.end(day)
        assert first is not None
        assert end is not None
        assert first <= day < end
        following = periods.first(end - timedelta(days=1))
        assert following is not None
        assert day < following
        assert periods.first(following - timedelta(days=1)) == first


@given(days_of_years)
def test_anniversaries_are_those_of_dateutil(day: date) -> None:
    anchor = date(2024, 2, 29)
    begins = [anchor + relativedelta(years=number) for number in range(-3, 8)]
    assert Anniversary(GREGORIAN, 12, anchor).first(day) == max(begin for begin in begins if begin <= day)
