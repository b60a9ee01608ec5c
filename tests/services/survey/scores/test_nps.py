"""The Net Promoter Score and its margin."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from survey_service.scores.domain import change_of_nps, nps_of, nps_with_margin

COUNTS = st.integers(0, 5_000)


def test_the_published_example_has_its_score_and_error() -> None:
    """Half promoters, a third passives, a sixth detractors: 33 % with a standard error of 4.1 % in a sample of 324
    (W. Huber, "How can I calculate margin of error in a NPS result?", Cross Validated, answer 18609, 2011)."""
    found = nps_with_margin(162, 108, 54)
    assert found.score is not None
    assert found.standard_error is not None
    assert round(found.score) == 33
    assert round(found.standard_error, 1) == 4.1


def test_the_interval_is_that_of_three_more_observations_in_a_triangle() -> None:
    """Rocks (2016), (3, T), worked out by hand for 9 promoters, 6 passives, 5 detractors and z = 1.959964:
    p' = 9.75/23, d' = 5.75/23, centre 4/23 = 0.173913, variance 15.5/23 - (4/23)² = 0.643667,
    margin 1.959964 · sqrt(0.643667/23) = 0.327879."""
    found = nps_with_margin(9, 6, 5)
    assert found.score == pytest.approx(20.0, abs=1e-12)
    assert found.interval == pytest.approx((-15.3966, 50.1792), abs=1e-3)


@pytest.mark.parametrize(("promoters", "passives", "detractors"), [(162, 108, 54), (3, 0, 27), (1, 1, 1), (400, 9, 0)])
def test_it_equals_the_mean_and_the_deviation_of_plus_and_minus_one(
    promoters: int, passives: int, detractors: int
) -> None:
    values = [1] * promoters + [0] * passives + [-1] * detractors
    found = nps_with_margin(promoters, passives, detractors)
    assert found.score == pytest.approx(100 * stats.describe(values, ddof=0).mean, abs=1e-9)
    assert found.standard_error == pytest.approx(100 * stats.sem(values, ddof=0), abs=1e-9)
    more, weights = [1, 0, -1], [promoters + 0.75, passives + 1.5, detractors + 0.75]
    total = sum(weights)
    centre = sum(value * weight for value, weight in zip(more, weights, strict=True)) / total
    spread = sum(weight * (value - centre) ** 2 for value, weight in zip(more, weights, strict=True)) / total
    low, high = stats.norm.interval(0.95, loc=100 * centre, scale=100 * math.sqrt(spread / total))
    assert found.interval == pytest.approx((max(low, -100), min(high, 100)), abs=1e-9)


def test_nobody_has_no_score() -> None:
    found = nps_with_margin(0, 0, 0)
    assert (found.score, found.standard_error, found.interval) == (None, None, None)


def test_one_answer_has_a_score_and_an_interval_but_no_standard_error() -> None:
    """p' = 1.75/4, d' = 0.75/4: 0.25 ± 1.959964 · sqrt(0.5625/4) is -0.484987 to 0.984987, which would leave the score
    of 100 itself out."""
    found = nps_with_margin(1, 0, 0)
    assert found.score == 100
    assert found.standard_error is None
    assert found.interval == pytest.approx((-48.4987, 100), abs=1e-3)


def test_when_all_agree_the_error_is_nothing_and_the_interval_is_not() -> None:
    """p' = 0.75/33, d' = 30.75/33: -0.909091 ± 1.959964 · sqrt(0.128099/33) ends at -0.786977."""
    found = nps_with_margin(0, 0, 30)
    assert (found.score, found.standard_error) == (-100, 0)
    assert found.interval == pytest.approx((-100, -78.6977), abs=1e-3)


def test_the_buckets_leave_no_gap() -> None:
    found = nps_of(dict.fromkeys(range(11), 1))
    assert (found.detractors, found.passives, found.promoters) == (7, 2, 2)
    assert [nps_of({value: 1}).score for value in (6, 7, 8, 9)] == [-100, 0, 0, 100]


@pytest.mark.parametrize("value", [-1, 11])
def test_a_value_that_no_nps_question_has_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="0 to 10"):
        nps_of({value: 1})


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        nps_with_margin(1, -1, 1)


@given(COUNTS, COUNTS, COUNTS)
def test_it_is_a_number_within_its_bounds_and_mirrored(promoters: int, passives: int, detractors: int) -> None:
    found, mirrored = nps_with_margin(promoters, passives, detractors), nps_with_margin(detractors, passives, promoters)
    assert found.n == promoters + passives + detractors
    if found.score is None or found.interval is None or mirrored.interval is None:
        assert found.n == 0
        return
    low, high = found.interval
    assert -100 <= low < high <= 100
    assert low <= found.score <= high
    assert found.score == pytest.approx(-(mirrored.score or 0), abs=1e-9)
    assert (low, high) == pytest.approx((-mirrored.interval[1], -mirrored.interval[0]), abs=1e-9)


def test_the_change_between_two_periods_is_tested_with_both_variances() -> None:
    """162/108/54 of 324 and 60/30/10 of 100: variances 5/9 and 0.45, z = (0.5 - 1/3)/sqrt(5/9/324 + 0.45/100)."""
    change = change_of_nps(nps_with_margin(162, 108, 54), nps_with_margin(60, 30, 10))
    z = (0.5 - 1 / 3) / math.sqrt(5 / 9 / 324 + 0.45 / 100)
    assert change.difference == pytest.approx(100 / 6, abs=1e-9)
    assert change.z == pytest.approx(z, abs=1e-9)
    assert change.p_value == pytest.approx(2 * stats.norm.sf(z), abs=1e-9)


def test_a_change_from_nothing_or_without_any_variance_is_not_tested() -> None:
    some, none, all_agree = nps_with_margin(5, 3, 2), nps_with_margin(0, 0, 0), nps_with_margin(4, 0, 0)
    assert change_of_nps(none, some).difference is None
    steady = change_of_nps(all_agree, all_agree)
    assert (steady.difference, steady.z, steady.p_value) == (0, None, None)
    assert change_of_nps(nps_with_margin(1, 0, 0), some).z is None
