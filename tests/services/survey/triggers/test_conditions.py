"""Which facts a trigger asks after, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from survey_service.triggers.domain import Occasion, Trigger, due_at

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TRIGGER = Trigger(
    id=UUID(int=1),
    survey_id=UUID(int=2),
    code="after-purchase",
    fact="purchase_recorded",
    category=None,
    min_amount=None,
    min_currency=None,
    case_types=(),
    case_origin=None,
    delay_minutes=90,
    max_age_days=7,
    channel=None,
    ignore_recontact=False,
    active=True,
    created_at=NOW,
    updated_at=NOW,
    updated_by="tester",
    version=1,
)
PURCHASE = Occasion(
    fact="purchase_recorded",
    subject=UUID(int=3),
    customer_id=UUID(int=4),
    occurred_at=NOW - timedelta(hours=1),
    categories=["Music", "کتاب"],
    amount=Decimal("77.00"),
    currency="USD",
)
CASE = Occasion(
    fact="case_closed",
    subject=UUID(int=5),
    customer_id=UUID(int=4),
    occurred_at=NOW,
    case_type="complaint",
    case_origin="detractor",
)


def test_the_delay_counts_from_when_it_happened() -> None:
    assert due_at(TRIGGER, PURCHASE, NOW) == NOW + timedelta(minutes=30)


def test_another_fact_asks_nobody() -> None:
    assert due_at(replace(TRIGGER, fact="points_redeemed"), PURCHASE, NOW) is None


@pytest.mark.parametrize(
    ("age", "asked"),
    [(timedelta(days=7), False), (timedelta(days=7) - timedelta(seconds=1), True), (timedelta(days=10_000), False)],
)
def test_what_happened_long_ago_asks_nobody(age: timedelta, asked: bool) -> None:
    assert (due_at(TRIGGER, replace(PURCHASE, occurred_at=NOW - age), NOW) is not None) == asked


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"category": "music"}, True),
        ({"category": "کتاب"}, True),
        ({"category": "food"}, False),
        ({"min_amount": Decimal(77), "min_currency": "USD"}, True),
        ({"min_amount": Decimal("77.01"), "min_currency": "USD"}, False),
        ({"min_amount": Decimal(1), "min_currency": "IRR"}, False),
        ({"category": "music", "min_amount": Decimal(100), "min_currency": "USD"}, False),
    ],
)
def test_a_purchase_has_to_fit_every_condition(changes: dict[str, Any], asked: bool) -> None:
    assert (due_at(replace(TRIGGER, **changes), PURCHASE, NOW) is not None) == asked


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, True),
        ({"case_types": ("question", "complaint")}, True),
        ({"case_types": ("question",)}, False),
        ({"case_origin": "detractor"}, True),
        ({"case_origin": "something-else"}, False),
    ],
)
def test_a_case_has_to_fit_every_condition(changes: dict[str, Any], asked: bool) -> None:
    assert (due_at(replace(TRIGGER, fact="case_closed", **changes), CASE, NOW) is not None) == asked


def test_a_case_that_no_answer_opened_does_not_fit_one_that_a_detractor_did() -> None:
    trigger = replace(TRIGGER, fact="case_closed", case_origin="detractor")
    assert due_at(trigger, replace(CASE, case_origin=None), NOW) is None
