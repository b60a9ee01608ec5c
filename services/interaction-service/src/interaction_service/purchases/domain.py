"""A purchase: what a customer paid, exactly, in one currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

__all__ = ["CurrencyTotal", "Purchase", "main_total", "refunded_and_left", "same_amount"]


class Purchase(NamedTuple):
    """A stored purchase. `total` is a decimal string of ≤ 4 decimals in `currency` (ISO 4217); `items` is a JSON
    array as text; times are UTC.

    `paid_with_points` is the part of `total` that was paid with points, None: nothing that we know of.

    `total` and `items` are as the newest correction has them, `original_total` is what was told first, None while
    nothing was corrected. `refunded` adds up its refunds; `returned` counts, line by line, the pieces that came back.
    """

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
    paid_with_points: str | None = None
    version: int = 1
    refunded: str = "0"
    original_total: str | None = None
    returned: Sequence[int] | None = None


class CurrencyTotal(NamedTuple):
    """What a customer paid in one currency over `purchases` purchases, and how much of it was refunded."""

    currency: str
    purchases: int
    total: Decimal
    refunded: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        """What the customer paid and did not get back."""
        return self.total - self.refunded


def main_total(totals: Iterable[CurrencyTotal]) -> CurrencyTotal | None:
    """The total of the currency with the most purchases; of equals the first by the alphabet. None of nothing.

    Amounts of different currencies are never added up.
    """
    return min(totals, key=lambda total: (-total.purchases, total.currency), default=None)


def same_amount(amount: str) -> str:
    """One spelling for equal amounts (`77.0` and `77.00`), for comparing alone."""
    return format(Decimal(amount).normalize(), "f")


def refunded_and_left(purchase: Purchase) -> tuple[Decimal, Decimal]:
    """What was refunded of a purchase and what is left to refund, with as many decimals as the total has."""
    total = Decimal(purchase.total)
    left = total - Decimal(purchase.refunded)
    return total - left, left
