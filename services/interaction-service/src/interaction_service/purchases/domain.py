"""A purchase: what a customer paid, exactly, in one currency."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

__all__ = ["CurrencyTotal", "Purchase", "main_total", "same_amount"]


class Purchase(NamedTuple):
    """A stored purchase. `total` is a decimal string of ≤ 4 decimals in `currency` (ISO 4217); `items` is a JSON
    array as text; times are UTC."""

    id: UUID
    customer_id: UUID
    source: str
    external_id: str
    occurred_at: datetime
    channel: str | None
    total: str
    currency: str
    items: str
    item_count: int
    fingerprint: UUID
    recorded_at: datetime
    version: int = 1


class CurrencyTotal(NamedTuple):
    """What a customer paid in one currency, over `purchases` purchases."""

    currency: str
    purchases: int
    total: Decimal


def main_total(totals: Iterable[CurrencyTotal]) -> CurrencyTotal | None:
    """The total of the currency with the most purchases; of equals the first by the alphabet. None of nothing.

    Amounts of different currencies are never added up.
    """
    return min(totals, key=lambda total: (-total.purchases, total.currency), default=None)


def same_amount(amount: str) -> str:
    """One spelling for equal amounts (`77.0` and `77.00`), for comparing alone."""
    return format(Decimal(amount).normalize(), "f")
