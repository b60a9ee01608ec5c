"""NPS, CSAT and CES out of counts, each with its margin, and how much they changed between two periods.

Denominators are those who answered: dismissed and hidden questions never come here. Nobody, one person and everybody
saying the same are ordinary: what cannot be known is None, never NaN. Probabilities are two-sided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

__all__ = [
    "CONFIDENCE",
    "DETRACTOR_MOST",
    "PROMOTER_LEAST",
    "Ces",
    "Change",
    "Interval",
    "Nps",
    "Share",
    "ces",
    "change_of_means",
    "change_of_nps",
    "change_of_shares",
    "csat_top_box",
    "easy_from",
    "mean_and_error",
    "nps_of",
    "nps_with_margin",
    "satisfied_from",
    "wilson",
]

Interval = tuple[float, float]

CONFIDENCE: Final = 0.95
DETRACTOR_MOST: Final = 6
PROMOTER_LEAST: Final = 9

_PSEUDO_EACH: Final = 0.75
_PSEUDO_ALL: Final = 3.0


@dataclass(frozen=True, slots=True)
class Nps:
    """`score`, `standard_error` and `interval` are points between -100 and 100. Without answers all three are None; the
    standard error is None for one answer too."""

    score: float | None
    standard_error: float | None
    interval: Interval | None
    promoters: int
    passives: int
    detractors: int

    @property
    def n(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors


@dataclass(frozen=True, slots=True)
class Share:
    """`share` and `interval` are between 0 and 1, None without answers; `count` of `n` gave a value from `least` on."""

    share: float | None
    interval: Interval | None
    count: int
    n: int
    least: int


@dataclass(frozen=True, slots=True)
class Ces:
    """`mean` is on the scale of the question, with its standard error (None below two answers); `easy` is who found it
    easy."""

    mean: float | None
    standard_error: float | None
    easy: Share


@dataclass(frozen=True, slots=True)
class Change:
    """Later less earlier, in the unit of the score. `z` and `p_value` are None where a period has no answers, or
    where neither period varies at all: no test can tell anything then."""

    difference: float | None
    standard_error: float | None
    z: float | None
    p_value: float | None


def nps_with_margin(promoters: int, passives: int, detractors: int, confidence: float = CONFIDENCE) -> Nps:
    """The Net Promoter Score: NPS = 100(P - D)/n; SE = 100·sqrt((p + d - (p - d)²)/n) with p = P/n and d = D/n.

    The variance is that of a value of +1, 0 or -1 with those probabilities. The interval is the adjusted Wald (3, T)
    of B. Rocks, "Interval estimation for the 'Net Promoter Score'", The American Statistician 70(4), 2016, 365-372:
    three observations are added in a triangle, 3/4 to promoters, 3/2 to passives and 3/4 to detractors, and the Wald
    interval is taken around the score of that sample:
    p' = (P + 3/4)/(n + 3), d' = (D + 3/4)/(n + 3), 100·(p' - d' ± z·sqrt((p' + d' - (p' - d')²)/(n + 3))), cut at
    ±100 and, where there is but one answer, widened to hold the score itself. The plain Wald interval is too short for
    few answers and has no width at all when everybody agrees.

    Raises ValueError for a negative count.
    """
    if min(promoters, passives, detractors) < 0:
        raise ValueError("a count is not negative")
    n = promoters + passives + detractors
    if n == 0:
        return Nps(None, None, None, 0, 0, 0)
    score, variance = _net(promoters, detractors, n)
    error = 100 * math.sqrt(variance / n) if n > 1 else None
    centre, spread = _net(promoters + _PSEUDO_EACH, detractors + _PSEUDO_EACH, n + _PSEUDO_ALL)
    margin = _quantile(confidence) * math.sqrt(spread / (n + _PSEUDO_ALL))
    low, high = max(-1.0, min(centre - margin, score)), min(1.0, max(centre + margin, score))
    return Nps(100 * score, error, (100 * low, 100 * high), promoters, passives, detractors)


def nps_of(distribution: Mapping[int, int], confidence: float = CONFIDENCE) -> Nps:
    """The NPS of how often each value from 0 to 10 was given: detractors 0 to 6, passives 7 and 8, promoters 9 and 10
    (F. Reichheld, "The one number you need to grow", Harvard Business Review 81(12), 2003). Raises ValueError for
    another value."""
    if not all(0 <= value <= 10 for value in distribution):
        raise ValueError("an NPS answer is 0 to 10")
    promoters = sum(count for value, count in distribution.items() if value >= PROMOTER_LEAST)
    detractors = sum(count for value, count in distribution.items() if value <= DETRACTOR_MOST)
    return nps_with_margin(promoters, sum(distribution.values()) - promoters - detractors, detractors, confidence)


def satisfied_from(lowest: int, highest: int) -> int:
    """The least value that counts as satisfied: the top box of scales of up to four points, the top two of five to
    seven (4 and 5 of 5, 6 and 7 of 7), the top three of eight and more (8 to 10 of 10).

    For five points: P. W. Farris and others, "Marketing Metrics" (2nd edition, 2010), section 2.7.

    >>> satisfied_from(1, 5), satisfied_from(1, 7), satisfied_from(1, 10), satisfied_from(1, 3)
    (4, 6, 8, 3)
    """
    points = highest - lowest + 1
    boxes = 1 if points < 5 else 2 if points < 8 else 3
    return highest - boxes + 1


def easy_from(lowest: int, highest: int) -> int:
    """The least value that counts as easy: the first one above the middle of the scale, 5 of 7
    (Gartner's CES 2.0: the share of 5, 6 and 7 on "made it easy for me to handle my issue").

    >>> easy_from(1, 7), easy_from(1, 5), easy_from(1, 10)
    (5, 4, 6)
    """
    return (lowest + highest) // 2 + 1


def csat_top_box(distribution: Mapping[int, int], lowest: int, highest: int, confidence: float = CONFIDENCE) -> Share:
    """The share of satisfied among those who answered (`satisfied_from`), with Wilson's interval."""
    return _share_from(distribution, satisfied_from(lowest, highest), confidence)


def ces(distribution: Mapping[int, int], lowest: int, highest: int, confidence: float = CONFIDENCE) -> Ces:
    """The mean effort score and the share of easy answers (`easy_from`), with Wilson's interval."""
    mean, error = mean_and_error(distribution)
    return Ces(mean, error, _share_from(distribution, easy_from(lowest, highest), confidence))


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> Interval | None:
    """Wilson's score interval of a proportion, without continuity correction; None for n = 0.

    (s + z²/2 ± z·sqrt(s(n - s)/n + z²/4))/(n + z²): E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", Journal of the American Statistical Association 22, 1927, 209-212; method 3 of
    R. G. Newcombe, Statistics in Medicine 17, 1998, 857-872. Raises ValueError unless 0 ≤ successes ≤ n.
    """
    if not 0 <= successes <= n:
        raise ValueError("successes are between none and all")
    if n == 0:
        return None
    z = _quantile(confidence)
    centre = successes + z * z / 2
    margin = z * math.sqrt(successes * (n - successes) / n + z * z / 4)
    low = 0.0 if successes == 0 else (centre - margin) / (n + z * z)
    high = 1.0 if successes == n else (centre + margin) / (n + z * z)
    return low, high


def mean_and_error(distribution: Mapping[int, int]) -> tuple[float | None, float | None]:
    """The mean and its standard error s/sqrt(n), s with n - 1; None without answers, and with one for the error."""
    n = sum(distribution.values())
    if n == 0:
        return None, None
    mean = math.fsum(value * count for value, count in distribution.items()) / n
    if n == 1:
        return mean, None
    squares = math.fsum(count * (value - mean) ** 2 for value, count in distribution.items())
    return mean, math.sqrt(squares / (n - 1) / n)


def change_of_nps(before: Nps, after: Nps) -> Change:
    """z = (NPS₂ - NPS₁)/sqrt(SE₁² + SE₂²): two independent samples, each with the variance of its own score."""
    return _change(before.score, after.score, _joined(before.standard_error, after.standard_error))


def change_of_shares(before: Share, after: Share) -> Change:
    """The two-proportion z-test with the pooled share p: z = (p₂ - p₁)/sqrt(p(1 - p)(1/n₁ + 1/n₂)); z² is Pearson's χ²
    of the two by two table (A. Agresti, "Categorical Data Analysis", 3rd edition, 2013, section 3.2)."""
    if before.n == 0 or after.n == 0:
        return Change(None, None, None, None)
    pooled = (before.count + after.count) / (before.n + after.n)
    return _change(before.share, after.share, math.sqrt(pooled * (1 - pooled) * (1 / before.n + 1 / after.n)))


def change_of_means(before: Ces, after: Ces) -> Change:
    """z = (m₂ - m₁)/sqrt(SE₁² + SE₂²), the normal approximation of Welch's test."""
    return _change(before.mean, after.mean, _joined(before.standard_error, after.standard_error))


def _net(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    """The net share and the variance of one answer; rounding may take the latter a hair below nothing."""
    up, down = promoters / n, detractors / n
    return (promoters - detractors) / n, max(0.0, up + down - (up - down) ** 2)


def _share_from(distribution: Mapping[int, int], least: int, confidence: float) -> Share:
    n = sum(distribution.values())
    count = sum(times for value, times in distribution.items() if value >= least)
    return Share(count / n if n else None, wilson(count, n, confidence), count, n, least)


def _joined(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else math.hypot(first, second)


def _change(before: float | None, after: float | None, error: float | None) -> Change:
    if before is None or after is None:
        return Change(None, None, None, None)
    if not error:
        return Change(after - before, error, None, None)
    z = (after - before) / error
    return Change(after - before, error, z, math.erfc(abs(z) / math.sqrt(2)))


def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)
