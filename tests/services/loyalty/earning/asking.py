"""Programmes, rules and purchases as the engine's tests need them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from loyalty_service.earning.engine import Purchase
from loyalty_service.earning.rules import Rule, parsed
from loyalty_service.programs.domain import Program

SUNDAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROGRAM = Program(id=UUID(int=1), code="c", name="C", timezone="UTC", calendar="gregorian", currency="USD")


def rule(code: str = "base", **terms: Any) -> Rule:
    """A point per full dollar unless it says otherwise; the terms are those of a stored definition."""
    per = {"amount": "1.00", "currency": "USD"}
    return parsed(UUID(int=2), code, 1, {"kind": "per_amount", "points": 1, "per": per, **terms})


def purchase(total: str = "77.00", *lines: dict[str, Any], **changes: Any) -> Purchase:
    """A purchase on a Sunday at noon."""
    given: dict[str, Any] = {
        "id": UUID(int=3),
        "customer_id": UUID(int=4),
        "source": "till",
        "external_id": "1",
        "occurred_at": SUNDAY,
        "channel": "web",
        "currency": "USD",
        "total": Decimal(total),
        "paid_with_points": Decimal(0),
        "lines": lines,
    }
    return Purchase(**(given | changes))


def line(category: str, price: str, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    """A line as it travels; its sku is `sku-` and the category."""
    price_of = {"amount": price, "currency": "USD"}
    return {"sku": f"sku-{category}", "category": category, "quantity": quantity, "unit_price": price_of} | changes
