"""The table of tiers: every case is a sentence with its numbers."""

from __future__ import annotations

from datetime import date

import pytest

from tests.services.loyalty.tiers import period_cases, rolling_cases
from tests.services.loyalty.tiers.stories import Case, lived

CASES = (
    *rolling_cases.REACHING,
    *rolling_cases.ENDING,
    *rolling_cases.REFUNDS,
    *rolling_cases.OLD,
    *period_cases.PERIODS,
    *period_cases.JALALI_YEARS,
    *period_cases.ANNIVERSARIES,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_case_of_the_table(case: Case) -> None:
    held = lived(case).held
    assert (held.tier, held.ends_on) == (case.tier, date.fromisoformat(case.ends) if case.ends else None)


def test_the_table_has_thirty_cases_and_no_sentence_twice() -> None:
    assert len({case.says for case in CASES}) == len(CASES) >= 30
