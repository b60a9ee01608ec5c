"""What a calendar may say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from interaction_service.calendars.holidays import closed_days, list_codes
from interaction_service.calendars.schemas import CalendarBody

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def office(**changes: Any) -> dict[str, Any]:
    """Berlin, 9 to 17, weekends closed."""
    return {"code": "office", "timezone": "Europe/Berlin", "windows": WEEK} | changes


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"timezone": "Europe/Atlantis"}, ("timezone",)),
        ({"timezone": "../etc/passwd"}, ("timezone",)),
        ({"windows": {}}, ("windows",)),
        ({"windows": {"mon": []}}, ("windows",)),
        ({"windows": {"noday": [["09:00", "17:00"]]}}, ("windows", "noday")),
        ({"windows": {"mon": [["22:00", "02:00"]]}}, ("windows", "mon")),
        ({"windows": {"mon": [["09:00", "13:00"], ["12:00", "17:00"]]}}, ("windows", "mon")),
        ({"windows": {"mon": [["9", "17:00"]]}}, ("windows", "mon")),
        ({"windows": {"mon": [["09:00"]]}}, ("windows", "mon", 0)),
        ({"exceptions": [{"date": "2026-13-01", "windows": []}]}, ("exceptions", 0, "date")),
        ({"exceptions": [{"date": "2026-01-01", "windows": [["09:00", "09:00"]]}]}, ("exceptions", 0, "windows")),
        ({"exceptions": [{"date": "2026-01-01", "windows": []}] * 2}, ("exceptions",)),
        ({"code": "no spaces"}, ("code",)),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(changes: dict[str, Any], place: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        CalendarBody.model_validate(office(**changes))
    assert caught.value.errors()[0]["loc"][: len(place)] == place


def test_midnight_may_end_a_window() -> None:
    body = CalendarBody.model_validate(office(windows={"mon": [["18:00", "24:00"]], "tue": [["00:00", "02:00"]]}))
    assert body.hours().windows["mon"] == [("18:00", "24:00")]


def test_the_fixed_holidays_of_iran_are_ten_days_of_the_solar_year() -> None:
    """1403 is a leap year: 29 Esfand 1403 is not its last day, but 2025-03-19."""
    assert list_codes() == ["ir-fixed"]
    assert [one["date"] for one in closed_days("ir-fixed", 1403)] == [
        *("2024-03-20", "2024-03-21", "2024-03-22", "2024-03-23", "2024-03-31", "2024-04-01"),
        *("2024-06-03", "2024-06-04", "2025-02-10", "2025-03-19"),
    ]
