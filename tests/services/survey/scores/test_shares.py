"""CSAT and CES: shares of a scale with Wilson's interval."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from survey_service.scores.domain import (
    ces,
    change_of_means,
    change_of_shares,
    csat_top_box,
    easy_from,
    mean_and_error,
    satisfied_from,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_intervals_are_those_of_newcombe(successes: int, n: int, low: float, high: float) -> None:
    """R. G. Newcombe, Statistics in Medicine 17, 1998, 857-872, table I, method 3."""
    found = wilson(successes, n)
    assert found is not None
    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (1, 1), (3, 7), (0, 20), (20, 20), (812, 1_000), (1, 1_000_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_interval_equals_that_of_scipy(successes: int, n: int, confidence: float) -> None:
    expected = stats.binomtest(successes, n).proportion_ci(confidence_level=confidence, method="wilson")
    assert wilson(successes, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.integers(0, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_stays_between_none_and_all(pair: tuple[int, int]) -> None:
    successes, n = pair
    found = wilson(successes, n)
    if n == 0:
        assert found is None
        return
    assert found is not None
    assert 0 <= found[0] <= successes / n <= found[1] <= 1
    assert found[0] < found[1]


@pytest.mark.parametrize(("successes", "n"), [(-1, 4), (5, 4)])
def test_more_than_all_or_less_than_none_is_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="between none and all"):
        wilson(successes, n)


@pytest.mark.parametrize(
    ("scale", "least"), [((1, 3), 3), ((1, 4), 4), ((1, 5), 4), ((1, 7), 6), ((1, 8), 6), ((1, 10), 8), ((0, 10), 8)]
)
def test_who_is_satisfied_depends_on_the_scale(scale: tuple[int, int], least: int) -> None:
    assert satisfied_from(*scale) == least


def test_csat_is_the_share_of_the_top_two_of_five() -> None:
    """20 + 15 of 50 answers are 4 or 5: 70 %."""
    found = csat_top_box({1: 3, 2: 4, 3: 8, 4: 20, 5: 15}, 1, 5)
    expected = stats.binomtest(35, 50).proportion_ci(method="wilson")
    assert (found.share, found.count, found.n, found.least) == (0.7, 35, 50, 4)
    assert found.interval == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_csat_of_nobody_is_unknown() -> None:
    found = csat_top_box({}, 1, 5)
    assert (found.share, found.interval, found.n) == (None, None, 0)


def test_ces_is_the_mean_and_the_share_from_five_of_seven() -> None:
    values = [7] * 10 + [6] * 8 + [5] * 4 + [4] * 3 + [1] * 5
    found = ces({7: 10, 6: 8, 5: 4, 4: 3, 1: 5}, 1, 7)
    assert found.mean == pytest.approx(155 / 30, abs=1e-9)
    assert found.standard_error == pytest.approx(stats.sem(values), abs=1e-9)
    assert (found.easy.count, found.easy.least, found.easy.n) == (22, 5, 30)


@pytest.mark.parametrize(("scale", "least"), [((1, 5), 4), ((1, 7), 5), ((1, 10), 6), ((0, 10), 6)])
def test_easy_begins_above_the_middle(scale: tuple[int, int], least: int) -> None:
    assert easy_from(*scale) == least


def test_the_mean_of_one_answer_has_no_error_and_of_none_no_value() -> None:
    assert mean_and_error({4: 1}) == (4, None)
    assert mean_and_error({}) == (None, None)
    assert mean_and_error({4: 9}) == (4, 0)


def test_two_shares_are_compared_with_the_pooled_share() -> None:
    """z² is the χ² of the two by two table, as scipy has it without correction."""
    before, after = csat_top_box({5: 40, 1: 60}, 1, 5), csat_top_box({5: 66, 1: 54}, 1, 5)
    change = change_of_shares(before, after)
    expected = stats.chi2_contingency([[40, 60], [66, 54]], correction=False)
    assert change.difference == pytest.approx(0.15, abs=1e-12)
    assert change.z is not None
    assert change.z**2 == pytest.approx(expected.statistic, abs=1e-9)
    assert change.p_value == pytest.approx(expected.pvalue, abs=1e-9)


def test_shares_of_nobody_or_of_all_alike_are_not_tested() -> None:
    none, everybody = csat_top_box({}, 1, 5), csat_top_box({5: 9}, 1, 5)
    assert change_of_shares(none, everybody).difference is None
    assert (change_of_shares(everybody, everybody).z, change_of_shares(everybody, everybody).p_value) == (None, None)


def test_two_means_are_compared_with_their_own_errors() -> None:
    before, after = ces({3: 10, 4: 15, 5: 5}, 1, 7), ces({5: 12, 6: 9, 7: 9}, 1, 7)
    change = change_of_means(before, after)
    first, second = [3] * 10 + [4] * 15 + [5] * 5, [5] * 12 + [6] * 9 + [7] * 9
    z = stats.ttest_ind(second, first, equal_var=False).statistic
    assert change.z == pytest.approx(z, abs=1e-9)
    assert change.p_value == pytest.approx(2 * stats.norm.sf(abs(z)), abs=1e-9)
    assert change.standard_error == pytest.approx(math.hypot(stats.sem(first), stats.sem(second)), abs=1e-9)
