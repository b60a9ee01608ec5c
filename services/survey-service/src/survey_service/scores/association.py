"""Whether two properties go together: Pearson's χ² test of independence and Cramér's V."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["FEWEST_EXPECTED", "Association", "association", "gamma_above"]

FEWEST_EXPECTED: Final = 5
"""Below this many expected in a cell the χ² distribution is a poor approximation (W. G. Cochran, "The χ² test of
goodness of fit", Annals of Mathematical Statistics 23, 1952, 315-345)."""

_MOST_STEPS: Final = 10_000
_TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Association:
    """`cramers_v` is 0 (independent) to 1. `scarce` counts the cells where fewer than five are expected."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    cramers_v: float
    n: int
    smallest_expected: float
    scarce: int


def association(table: Sequence[Sequence[int]]) -> Association | None:
    """The test of a table of counts, rows by columns of one length; None with fewer than two rows or two columns that
    have anything in them.

    χ² = Σ (observed - expected)²/expected with expected = row total · column total / n, without Yates's correction,
    (r - 1)(c - 1) degrees of freedom (K. Pearson, Philosophical Magazine 50, 1900, 157-175). V = sqrt(χ²/(n·min(r - 1,
    c - 1))) as H. Cramér gave it (Mathematical Methods of Statistics, 1946, section 21.9), without bias correction: it
    lies a little too high where n is small.
    """
    rows = [row for row in table if any(row)]
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    if len(rows) < 2 or len(columns) < 2:
        return None
    row_totals = [sum(row) for row in zip(*columns, strict=True)]
    n = sum(row_totals)
    cells = [
        (observed, total * sum(column) / n)
        for column in columns
        for observed, total in zip(column, row_totals, strict=True)
    ]
    statistic = math.fsum((observed - expected) ** 2 / expected for observed, expected in cells)
    freedom = (len(rows) - 1) * (len(columns) - 1)
    return Association(
        chi_square=statistic,
        degrees_of_freedom=freedom,
        p_value=gamma_above(freedom / 2, statistic / 2),
        cramers_v=math.sqrt(statistic / (n * min(len(rows) - 1, len(columns) - 1))),
        n=n,
        smallest_expected=min(expected for _, expected in cells),
        scarce=sum(expected < FEWEST_EXPECTED for _, expected in cells),
    )


def gamma_above(shape: float, x: float) -> float:
    """The regularised upper incomplete gamma function Q(a, x) for a > 0, x ≥ 0: what lies above 2x in the χ²
    distribution with 2a degrees of freedom.

    Below a + 1 one less the power series (NIST Digital Library of Mathematical Functions, 8.7.1), above it the
    continued fraction (8.9.2) by Lentz's method (W. J. Lentz, Applied Optics 15, 1976, 668-671).
    """
    if x <= 0:
        return 1.0
    scale = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    return 1 - scale * _series(shape, x) if x < shape + 1 else scale * _fraction(shape, x)


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for step in range(1, _MOST_STEPS):
        term *= x / (shape + step)
        total += term
        if term < total * 1e-17:
            break
    return total


def _fraction(shape: float, x: float) -> float:
    b = x + 1 - shape
    c, d = 1 / _TINY, 1 / b
    value = d
    for step in range(1, _MOST_STEPS):
        a = -step * (step - shape)
        b += 2
        d = 1 / _nonzero(a * d + b)
        c = _nonzero(b + a / c)
        value *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
