"""The quantiles that the demo prints."""

from __future__ import annotations

from hamdel_cli.freshness import quantile


def test_the_median_of_four_is_the_second() -> None:
    assert quantile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0


def test_p99_of_200_leaves_two_above() -> None:
    values = [float(number) for number in range(1, 201)]
    assert quantile(values, 0.99) == 198.0


def test_every_quantile_of_one_value_is_that_value() -> None:
    assert (quantile([7.0], 0.5), quantile([7.0], 0.99)) == (7.0, 7.0)
