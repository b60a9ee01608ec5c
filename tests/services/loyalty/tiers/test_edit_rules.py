"""What an edit makes of a state, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from loyalty_service.tiers.domain import Days, Held, Tier
from loyalty_service.tiers.state import State, judged, ranked
from loyalty_service.tiers.windows import periods_of
from tests.services.loyalty.tiers.stories import GREGORIAN, ever, rolling

EDITED = date(2026, 3, 1)
BEFORE = rolling(tiers=(Tier("silver", Decimal(1000)), Tier("gold", Decimal(2000))))
AFTER = rolling(version=2, since=EDITED)
PERIODS = periods_of(GREGORIAN, AFTER.window, None)
DAYS = Days([(date(2025, 2, 10), Decimal(60)), (date(2025, 6, 10), Decimal(40))])


def test_what_the_new_tiers_would_have_given_before_the_edit_is_not_given() -> None:
    # on 10 June 2025 there were 100, on the day of the edit there are 40
    state = ranked(BEFORE, AFTER, PERIODS, State(), Decimal(40))
    assert judged(AFTER, PERIODS, DAYS, state, EDITED).held.tier is None
    assert judged(AFTER, PERIODS, DAYS, State(), EDITED).held.tier == "silver"


def test_who_has_reached_a_tier_on_the_day_of_the_edit_has_it_from_that_day() -> None:
    held = ranked(BEFORE, AFTER, PERIODS, State(), Decimal(100)).held
    assert held == Held("silver", EDITED, date(2027, 3, 2))


def test_a_tier_without_an_end_gets_that_of_the_day_of_the_edit() -> None:
    forever = State(held=Held("gold", date(2020, 5, 5)))
    assert ranked(ever(), AFTER, PERIODS, forever, Decimal(0)).held.ends_on == date(2027, 3, 2)


def test_an_end_that_was_promised_stays_and_goes_where_tiers_have_none_any_more() -> None:
    state = State(held=Held("gold", date(2025, 5, 5), date(2026, 5, 6)))
    assert ranked(BEFORE, AFTER, PERIODS, state, Decimal(0)).held == state.held
    endless = replace(AFTER, downgrade="none")
    assert ranked(BEFORE, endless, PERIODS, state, Decimal(0)).held == Held("gold", date(2025, 5, 5))
