"""How a family stands, put together from its members."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from loyalty_service.members.domain import EXPIRING, Expiring, Holding, together

DAY = datetime(2026, 3, 1, tzinfo=UTC)
CLUB, OTHER = UUID(int=1), UUID(int=2)


def holding(program: UUID = CLUB, **changes: Any) -> Holding:
    values: dict[str, Any] = {"live": 0, "waiting": 0, "overdue": 0, "reserved": 0, "debt": 0, "lifetime": 0}
    values |= {"program_id": program, "program_code": "club", "enrolled_at": DAY, "expiring": ()}
    return Holding(**values | changes)


@pytest.mark.parametrize(
    ("live", "overdue", "debt", "available"),
    [
        (40, 0, 0, 40),
        (0, 0, 15, -15),
        (40, 0, 15, 25),
        # the overdue points paid the debt on the day they became available, before they lapsed
        (40, 10, 15, 35),
        (40, 15, 15, 40),
        (40, 20, 15, 40),
        (0, 20, 15, 0),
    ],
)
def test_a_debt_is_paid_by_what_became_available_first(live: int, overdue: int, debt: int, available: int) -> None:
    assert holding(live=live, overdue=overdue, debt=debt).available == available


def test_points_that_pay_a_debt_do_not_lapse_any_more() -> None:
    moments = tuple(Expiring(DAY + timedelta(days=day), 10) for day in (1, 2, 3))
    (standing,) = together([holding(live=30, debt=25, overdue=10, expiring=moments)])
    assert standing.available == 15
    assert standing.expiring == (Expiring(moments[1].at, 5), Expiring(moments[2].at, 10))


def test_a_family_has_the_sum_of_its_members_and_joined_when_the_first_of_them_did() -> None:
    first = holding(live=10, waiting=1, reserved=2, lifetime=13, enrolled_at=DAY + timedelta(days=1))
    second = holding(live=5, debt=7, lifetime=20, enrolled_at=DAY)
    (standing,) = together([first, second])
    assert (standing.available, standing.pending, standing.reserved, standing.lifetime) == (8, 1, 2, 33)
    assert standing.enrolled_at == DAY


def test_what_lapses_at_one_moment_is_told_once_and_the_soonest_first() -> None:
    later, sooner = DAY + timedelta(days=9), DAY + timedelta(days=2)
    first = holding(expiring=(Expiring(sooner, 3), Expiring(later, 4)))
    second = holding(expiring=(Expiring(later, 5),))
    (standing,) = together([first, second])
    assert standing.expiring == (Expiring(sooner, 3), Expiring(later, 9))


def test_of_many_moments_the_soonest_are_told() -> None:
    moments = tuple(Expiring(DAY + timedelta(days=day), 1) for day in range(EXPIRING))
    (standing,) = together([holding(expiring=moments), holding(expiring=(Expiring(DAY, 1),))])
    assert len(standing.expiring) == EXPIRING
    assert standing.expiring[0] == Expiring(DAY, 2)


def test_the_programme_that_was_joined_first_is_at_the_head() -> None:
    late, early = holding(enrolled_at=DAY + timedelta(days=1)), holding(OTHER)
    assert [each.program_id for each in together([late, early])] == [OTHER, CLUB]
