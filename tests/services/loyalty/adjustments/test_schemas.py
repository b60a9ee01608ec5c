"""Which bodies of an adjustment are taken."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from loyalty_service.adjustments.schemas import AdjustmentBody

WHOLE = {"program_id": "01900000-0000-7000-8000-000000000001", "points": 5, "reason": "goodwill"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"points": 0}, "points"),
        ({"points": 1.5}, "points"),
        ({"points": "7"}, "points"),
        ({"points": True}, "points"),
        ({"points": 1_000_000_001}, "points"),
        ({"points": -1_000_000_001}, "points"),
        ({"reason": " "}, "reason"),
        ({"reason": "r" * 501}, "reason"),
        ({"expires_at": "2026-05-01T00:00:00"}, "expires_at"),
        ({"expires_at": "2200-01-01T00:00:00Z"}, "expires_at"),
        ({"actor": "somebody"}, "actor"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        AdjustmentBody.model_validate(WHOLE | change)
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


def test_the_reason_is_required_and_kept_without_blanks_around_it() -> None:
    assert AdjustmentBody.model_validate(WHOLE | {"reason": " late \n"}).reason == "late"
    with pytest.raises(ValidationError):
        AdjustmentBody.model_validate({name: WHOLE[name] for name in ("program_id", "points")})
