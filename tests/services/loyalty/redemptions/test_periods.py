"""Since when redemptions count towards a limit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from loyalty_service.programs.domain import Program
from loyalty_service.redemptions.periods import began
from loyalty_service.rewards.domain import Period


def program(**fields: Any) -> Program:
    plain: dict[str, Any] = {"code": "club", "name": "Club", "currency": "USD", "timezone": "UTC"}
    return Program(id=UUID(int=1), **(plain | {"calendar": "gregorian"} | fields))


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


TEHRAN = {"timezone": "Asia/Tehran", "calendar": "jalali"}
NEW_YORK = {"timezone": "America/New_York"}


@pytest.mark.parametrize(
    ("fields", "period", "at", "expected"),
    [
        ({}, "day", "2026-03-15T23:59", "2026-03-15T00:00"),
        ({}, "month", "2026-03-31T23:59", "2026-03-01T00:00"),
        ({}, "year", "2026-12-31T23:59", "2026-01-01T00:00"),
        # 1 January, 04:59 UTC is still the old year in New York (UTC-5)
        (NEW_YORK, "year", "2026-01-01T04:59", "2025-01-01T05:00"),
        (NEW_YORK, "day", "2026-01-01T05:00", "2026-01-01T05:00"),
        # the day the clocks go forward there begins before they do, at UTC-5
        (NEW_YORK, "day", "2026-03-08T20:00", "2026-03-08T05:00"),
        # 1 Farvardin 1405 is 21 March 2026; 1404 began on 21 March 2025 (1403 has 30 Esfand); Tehran is UTC+3:30
        (TEHRAN, "year", "2026-03-20T20:29", "2025-03-20T20:30"),
        (TEHRAN, "year", "2026-03-20T20:30", "2026-03-20T20:30"),
        # 1 Esfand 1404 is 20 February 2026
        (TEHRAN, "month", "2026-03-01T12:00", "2026-02-19T20:30"),
        ({}, "all", "2026-03-01T12:00", "1970-01-01T00:00"),
    ],
)
def test_a_period_begins_with_the_programmes_own_day(
    fields: dict[str, Any], period: Period, at: str, expected: str
) -> None:
    assert began(program(**fields), period, utc(at)) == utc(expected)
