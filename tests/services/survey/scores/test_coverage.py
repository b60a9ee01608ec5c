"""How often the 95 % intervals hold the truth, in simulated surveys whose truth is known.

Shares of a few answers jump: whatever the interval, its coverage moves up and down with the true share
(L. D. Brown, T. T. Cai and A. DasGupta, Statistical Science 16, 2001, 101-133). Wilson's at n = 30 is 92.98 % for 70 %
satisfied and 97.42 % for 90 %. So the bounds of 93 and 97 % hold for the mean over true shares drawn evenly, of NPS and
of CSAT; what the worst and the best single share do is in the table `SINGLE`, exactly.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from survey_service.scores.domain import csat_top_box, nps_with_margin

SURVEYS = 20_000
SIZES = [30, 100, 400]

# promoters, passives, detractors
CUSTOMERS = {
    "ordinary": (0.5, 0.3, 0.2),
    "pleased": (0.7, 0.2, 0.1),
    "delighted": (0.85, 0.1, 0.05),
    "displeased": (0.2, 0.3, 0.5),
    "split": (0.5, 0.1, 0.4),
    "indifferent": (0.2, 0.6, 0.2),
}

# shares of the values 1 to 5
ANSWERS = {
    "half": (0.1, 0.15, 0.25, 0.3, 0.2),
    "most": (0.05, 0.1, 0.2, 0.35, 0.3),
    "three quarters": (0.05, 0.05, 0.15, 0.4, 0.35),
    "four of five": (0.04, 0.06, 0.1, 0.45, 0.35),
    "few": (0.3, 0.3, 0.2, 0.15, 0.05),
}


SINGLE = {30: (0.9298, 0.9742), 100: (0.9332, 0.9659), 400: (0.9417, 0.9536)}
"""Answers → the least and the greatest coverage of Wilson's interval among the shares 5, 10 … 95 %: the least at 30,
15 and 15 % (and at 70, 85, 85 %), the greatest at 10, 5 and 40 %."""


def simulated(size: int, shares: tuple[float, ...], seed: int) -> list[tuple[list[int], int]]:
    """Counts of the categories in many surveys, each with how often it came out."""
    drawn = np.random.default_rng(seed).multinomial(size, shares, SURVEYS)
    outcomes, times = np.unique(drawn, axis=0, return_counts=True)
    return list(zip(outcomes.tolist(), times.tolist(), strict=True))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("customers", CUSTOMERS)
def test_the_interval_of_the_nps_holds_the_true_score(size: int, customers: str) -> None:
    shares = CUSTOMERS[customers]
    truth = 100 * (shares[0] - shares[2])
    held = 0
    for (promoters, passives, detractors), times in simulated(size, shares, seed=size):
        low, high = nps_with_margin(promoters, passives, detractors).interval or (0, 0)
        held += times * (low <= truth <= high)
    assert 0.93 <= held / SURVEYS <= 0.97


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("answers", ANSWERS)
def test_the_interval_of_csat_holds_the_true_share(size: int, answers: str) -> None:
    shares = ANSWERS[answers]
    truth = shares[3] + shares[4]
    held = 0
    for counts, times in simulated(size, shares, seed=size):
        low, high = csat_top_box(dict(enumerate(counts, 1)), 1, 5).interval or (0, 0)
        held += times * (low <= truth <= high)
    assert 0.93 <= held / SURVEYS <= 0.97


@pytest.mark.parametrize("size", SIZES)
def test_the_interval_of_csat_holds_shares_of_every_size_alike(size: int) -> None:
    """True shares drawn evenly between 5 and 95 %."""
    draw = np.random.default_rng(7)
    truths = draw.uniform(0.05, 0.95, SURVEYS)
    satisfied = draw.binomial(size, truths)
    intervals = [csat_top_box({5: count, 1: size - count}, 1, 5).interval or (0, 0) for count in range(size + 1)]
    held = sum(
        intervals[count][0] <= truth <= intervals[count][1] for count, truth in zip(satisfied, truths, strict=True)
    )
    assert 0.94 <= held / SURVEYS <= 0.96


@pytest.mark.parametrize("size", SIZES)
def test_the_interval_of_the_nps_holds_mixtures_of_every_kind_alike(size: int) -> None:
    """Promoters, passives and detractors drawn evenly from all that add up to one (Dirichlet with 1, 1, 1)."""
    draw, held = np.random.default_rng(11), 0
    for shares in draw.dirichlet((1, 1, 1), SURVEYS):
        low, high = nps_with_margin(*draw.multinomial(size, shares).tolist()).interval or (0, 0)
        held += low <= 100 * (shares[0] - shares[2]) <= high
    assert 0.93 <= held / SURVEYS <= 0.97


@pytest.mark.parametrize("size", SIZES)
def test_what_single_shares_do_is_as_the_table_says(size: int) -> None:
    intervals = [csat_top_box({5: count, 1: size - count}, 1, 5).interval or (0, 0) for count in range(size + 1)]
    covered = []
    for share in (percent / 100 for percent in range(5, 100, 5)):
        holding = [count for count, (low, high) in enumerate(intervals) if low <= share <= high]
        covered.append(float(binom.pmf(holding, size, share).sum()))
    assert (round(min(covered), 4), round(max(covered), 4)) == SINGLE[size]
