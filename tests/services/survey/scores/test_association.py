"""χ² and Cramér's V against published tables and scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from survey_service.scores.association import association, gamma_above

TABLES = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 300), min_size=width, max_size=width), min_size=1, max_size=6)
)


def test_gender_and_party_are_as_published() -> None:
    """A. Agresti, "An Introduction to Categorical Data Analysis", 2nd edition, 2007, table 2.5: X² = 30.07 with two
    degrees of freedom; R's `chisq.test` prints p = 2.954e-07 for it."""
    found = association([[762, 327, 468], [484, 239, 477]])
    assert found is not None
    assert (round(found.chi_square, 2), found.degrees_of_freedom) == (30.07, 2)
    assert f"{found.p_value:.3e}" == "2.954e-07"


@given(TABLES)
def test_it_equals_scipy(table: list[list[int]]) -> None:
    found = association(table)
    rows = [row for row in table if any(row)]
    columns = [list(column) for column in zip(*rows, strict=True) if any(column)]
    if len(rows) < 2 or len(columns) < 2:
        assert found is None
        return
    assert found is not None
    expected = stats.chi2_contingency(columns, correction=False)
    assert found.chi_square == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    assert found.degrees_of_freedom == expected.dof
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-9)
    assert found.cramers_v == pytest.approx(stats.contingency.association(columns, correction=False), abs=1e-9)
    assert found.smallest_expected == pytest.approx(expected.expected_freq.min())


@pytest.mark.parametrize("shape", [0.5, 1, 1.5, 7, 50, 500])
@pytest.mark.parametrize("ratio", [0.001, 0.3, 0.9, 1, 1.1, 2, 10])
def test_the_incomplete_gamma_function_equals_scipy(shape: float, ratio: float) -> None:
    x = shape * ratio
    assert gamma_above(shape, x) == pytest.approx(special.gammaincc(shape, x), abs=1e-12)
    assert gamma_above(shape, 0) == 1


def test_cells_of_fewer_than_five_expected_are_counted() -> None:
    """Totals 10 and 10 by 4 and 16: 2 and 8 are expected, twice."""
    found = association([[1, 9], [3, 7]])
    assert found is not None
    assert (found.scarce, found.smallest_expected) == (2, 2)


def test_one_group_or_one_value_has_nothing_to_be_compared_with() -> None:
    assert association([[3, 4, 5]]) is None
    assert association([[3, 0], [4, 0]]) is None
    assert association([]) is None


def test_the_same_shares_everywhere_are_independent() -> None:
    found = association([[10, 20], [30, 60]])
    assert found is not None
    assert (found.chi_square, found.p_value, found.cramers_v) == (0, 1, 0)


def test_complete_dependence_has_a_v_of_one() -> None:
    found = association([[30, 0], [0, 70]])
    assert found is not None
    assert found.cramers_v == pytest.approx(1, abs=1e-12)
