"""Which fields of a reward go together."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from loyalty_service.rewards.domain import Reward, faults, is_on_offer
from loyalty_service.rewards.schemas import RewardBody

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
FIVE = Decimal("5.00")
USD = {"amount": "5.00", "currency": "USD"}


def reward(**fields: Any) -> Reward:
    plain: dict[str, Any] = {"kind": "product", "name": {}, "price_points": 1, "currency": "USD", "code": "r"}
    ids = {"id": UUID(int=1), "program_id": UUID(int=2), "created_at": NEW_YEAR}
    return Reward(**(plain | ids | fields))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "amount_discount"}, ["value/amount"]),
        ({"kind": "amount_discount", "value_amount": FIVE}, []),
        ({"kind": "amount_discount", "value_amount": FIVE, "value_maximum": FIVE}, ["value/maximum"]),
        ({"kind": "percent_discount"}, ["value/percent"]),
        ({"kind": "percent_discount", "value_percent": FIVE}, []),
        ({"kind": "percent_discount", "value_percent": FIVE, "value_maximum": FIVE}, []),
        ({"kind": "percent_discount", "value_percent": FIVE, "value_amount": FIVE}, ["value/amount"]),
        ({"kind": "product", "value_amount": FIVE}, ["value/amount"]),
        ({"kind": "gift", "value_percent": FIVE}, ["value/percent"]),
        ({"kind": "event_seat", "stock": 20, "stock_left": 20}, []),
        ({"valid_from": NEW_YEAR, "valid_to": NEW_YEAR}, ["valid_to"]),
        ({"valid_from": NEW_YEAR}, []),
    ],
)
def test_a_value_belongs_to_its_kind_and_dates_come_in_order(fields: dict[str, Any], wrong: list[str]) -> None:
    assert [each.field for each in faults(reward(**fields))] == wrong


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"active": False}, False),
        ({"valid_from": NEW_YEAR}, True),
        ({"valid_from": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)}, False),
        ({"valid_to": NEW_YEAR}, False),
        ({"valid_to": datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)}, True),
    ],
)
def test_it_is_on_offer_from_its_beginning_until_just_before_its_end(fields: dict[str, Any], expected: bool) -> None:
    assert is_on_offer(reward(**fields), NEW_YEAR) is expected


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "lottery"},
        {"price_points": 0},
        {"price_points": 1.5},
        {"stock": -1},
        {"limit_per_member": 0},
        {"limit_period": "week"},
        {"tiers": ["gold", "gold"]},
        {"code": "with blank"},
        {"money": {"amount": "0.00", "currency": "USD"}},
        {"money": {"amount": 5, "currency": "USD"}},
        {"value": {"percent": "100.01"}},
        {"value": {"percent": "0"}},
        {"valid_from": "2026-01-01T00:00:00"},
        {"colour": "red"},
    ],
)
def test_a_value_out_of_its_bounds_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RewardBody.model_validate({"code": "r", "kind": "product", "price_points": 1} | fields)


def test_the_bounds_themselves_are_allowed() -> None:
    body = {"code": "r", "kind": "percent_discount", "price_points": 1, "value": {"percent": "100.00", "maximum": USD}}
    fields = RewardBody.model_validate(body | {"stock": 0, "code_valid_days": 0}).fields()
    assert fields["value_percent"] == 100
    assert (fields["value_maximum"], fields["stock"], fields["code_valid_days"]) == (FIVE, 0, 0)
