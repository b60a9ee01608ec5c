"""What a rule writes of a fact, and when it is due."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hamdel.contracts.interaction import PurchaseRecorded
from interaction_service.rules.compilation import compiled
from interaction_service.rules.domain import Delay, delayed, filled

DATA = {"total": {"amount": "77.00"}, "items": [{"category": "film"}, {"category": "music"}], "channel": None, "nps": 0}


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("paid {{total.amount}}", "paid 77.00"),
        ("{{ total.amount | nothing }}", "77.00"),
        ("{{channel|no channel}}", "no channel"),
        ("[{{channel}}]", "[]"),
        ("{{items.category}}", "film, music"),
        ("{{nps|none}}", "0"),
        ("{{total.__class__}} {{1+1}} {% x %} {total}", "{{total.__class__}} {{1+1}} {% x %} {total}"),
        ("{{total.nothing|سلام}}", "سلام"),
    ],
)
def test_a_text_is_filled(template: str, written: str) -> None:
    expected = written.replace("{{total.__class__}}", "")
    assert filled(template, DATA) == expected


@given(st.text())
def test_a_value_is_never_read_as_a_text_with_fields(value: str) -> None:
    assert filled("{{a}}", {"a": value + "{{b}}", "b": "secret"}) == value + "{{b}}"


@pytest.mark.parametrize(
    ("written", "delay"),
    [
        ("P3D", Delay(3)),
        ("P1W", Delay(7)),
        ("PT36H", Delay(0, 129_600)),
        ("P1DT2H30M", Delay(1, 9_000)),
        ({"days": 3}, Delay(3)),
        ({"days": 1, "hours": 2}, Delay(1, 7_200)),
        ({"business_minutes": 60, "calendar": "tehran"}, Delay(business_minutes=60, calendar="tehran")),
    ],
)
def test_a_delay_is_written_as_a_duration_or_in_words(written: object, delay: Delay) -> None:
    action = {"kind": "create_task", "title": "t", "owner_id": "o"}
    assert compiled(PurchaseRecorded.fact_type, {"delay": written, "action": action}).delay == delay


def test_days_keep_the_wall_clock_and_hours_do_not() -> None:
    # 27 March 2026, 10:00 in Berlin; the clocks go forward on the 29th
    happened, berlin = datetime(2026, 3, 27, 9, tzinfo=UTC), ZoneInfo("Europe/Berlin")
    assert delayed(happened, Delay(3), berlin) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert delayed(happened, Delay(0, 72 * 3600), berlin) == datetime(2026, 3, 30, 9, tzinfo=UTC)
