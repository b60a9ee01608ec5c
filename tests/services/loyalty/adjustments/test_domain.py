"""Who may move how many points alone, and who may agree to more."""

from __future__ import annotations

from uuid import UUID

import pytest

from loyalty_service.adjustments.domain import AdjustmentDraft, may_decide, needs_second_person

LIMITS = {"agent": 500, "manager": 5_000, "admin": 50_000}


def draft(points: int, *, allow_negative: bool = False) -> AdjustmentDraft:
    return AdjustmentDraft(program_id=UUID(int=1), points=points, reason="r", allow_negative=allow_negative)


@pytest.mark.parametrize(
    ("roles", "points", "waits"),
    [
        ({"agent"}, 500, False),
        ({"agent"}, 501, True),
        ({"agent"}, -500, False),
        ({"agent"}, -501, True),
        ({"manager"}, 5_000, False),
        ({"manager"}, 5_001, True),
        ({"admin"}, 50_000, False),
        ({"admin"}, 50_001, True),
        ({"agent", "manager"}, 5_000, False),
        ({"analyst"}, 1, True),
        (set(), 1, True),
    ],
)
def test_a_role_moves_points_alone_up_to_its_limit_in_either_direction(
    roles: set[str], points: int, waits: bool
) -> None:
    assert needs_second_person(LIMITS, roles, draft(points)) is waits


def test_an_adjustment_that_may_leave_a_debt_always_waits_for_a_second_person() -> None:
    assert needs_second_person(LIMITS, {"admin"}, draft(-1, allow_negative=True))


@pytest.mark.parametrize(
    ("roles", "points", "may"),
    [
        ({"manager"}, 5_000, True),
        ({"manager"}, -5_000, True),
        ({"manager"}, 5_001, False),
        ({"manager"}, -5_001, False),
        ({"admin"}, 1_000_000, True),
        ({"agent"}, 501, False),
    ],
)
def test_the_second_person_needs_a_limit_that_covers_the_points_and_an_admin_has_none(
    roles: set[str], points: int, may: bool
) -> None:
    assert may_decide(LIMITS, roles, points) is may
