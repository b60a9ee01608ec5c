"""Mean, median and quartiles of a distribution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.scores.spread import quantile, spread_of


def test_the_quartiles_of_one_to_four_are_interpolated() -> None:
    """Positions 0.75, 1.5 and 2.25 of 1, 2, 3, 4: what R's default (type 7) prints as 1.75, 2.50, 3.25."""
    found = spread_of({1.0: 1, 2.0: 1, 3.0: 1, 4.0: 1})
    assert (found.mean, found.median, found.quartiles) == (2.5, 2.5, (1.75, 2.5, 3.25))


@given(st.dictionaries(st.integers(-50, 1_000), st.integers(0, 40), max_size=12))
def test_they_equal_those_of_numpy(distribution: dict[int, int]) -> None:
    values = np.repeat(list(distribution), list(distribution.values())) if distribution else np.array([])
    found = spread_of({float(value): count for value, count in distribution.items()})
    assert found.n == len(values)
    if not found.n:
        assert (found.mean, found.median, found.quartiles) == (None, None, None)
        return
    assert found.mean == pytest.approx(np.mean(values), abs=1e-9)
    assert found.quartiles == pytest.approx(np.quantile(values, [0.25, 0.5, 0.75]), abs=1e-9)
    assert found.median == pytest.approx(np.median(values), abs=1e-9)


def test_one_value_is_all_of_them() -> None:
    found = spread_of({9: 1})
    assert (found.mean, found.median, found.quartiles) == (9, 9, (9, 9, 9))


def test_no_values_have_no_quantile() -> None:
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)
