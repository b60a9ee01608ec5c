"""Where the values of a distribution lie. A distribution says how often each value was given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Spread", "quantile", "spread_of"]


@dataclass(frozen=True, slots=True)
class Spread:
    """`quartiles` are the first, the median and the third. All None without values."""

    n: int
    mean: float | None
    median: float | None
    quartiles: tuple[float, float, float] | None


def spread_of(distribution: Mapping[float, int]) -> Spread:
    """Mean, median and quartiles (`quantile`)."""
    ordered = sorted((value, count) for value, count in distribution.items() if count)
    n = sum(count for _, count in ordered)
    if n == 0:
        return Spread(0, None, None, None)
    first, median, third = (quantile(ordered, part) for part in (0.25, 0.5, 0.75))
    return Spread(n, math.fsum(value * count for value, count in ordered) / n, median, (first, median, third))


def quantile(ordered: list[tuple[float, int]], part: float) -> float:
    """The quantile of sorted values with their counts, by linear interpolation at (n - 1)·part: definition 7 of
    R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50(4), 1996,
    361-365. Raises ValueError without values.

    >>> quantile([(1, 1), (2, 1), (3, 1), (4, 1)], 0.25)
    1.75
    """
    n = sum(count for _, count in ordered)
    position = (n - 1) * part
    below = math.floor(position)
    low = _at(ordered, below)
    return low if position == below else low + (position - below) * (_at(ordered, below + 1) - low)


def _at(ordered: list[tuple[float, int]], index: int) -> float:
    """The value at a place, from 0, when all are written out in order."""
    for value, count in ordered:
        if index < count:
            return value
        index -= count
    raise ValueError("no values")
