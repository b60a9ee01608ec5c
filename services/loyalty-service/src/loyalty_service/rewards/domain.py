"""A reward: what points buy, and when it can be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

__all__ = ["KINDS", "PERIODS", "Fault", "Period", "Reward", "RewardKind", "faults", "is_on_offer", "left_after"]

RewardKind = Literal["amount_discount", "percent_discount", "product", "gift", "free_shipping", "event_seat"]
Period = Literal["day", "month", "year", "all"]
KINDS: Final[tuple[RewardKind, ...]] = (
    "amount_discount",
    "percent_discount",
    "product",
    "gift",
    "free_shipping",
    "event_seat",
)
PERIODS: Final[tuple[Period, ...]] = ("day", "month", "year", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """What `price_points` buy, together with `money_amount` where it costs money as well. Amounts are in `currency`,
    which is the programme's.

    `value_amount` belongs to a discount of an amount, `value_percent` (with at most `value_maximum`) to one of a
    percentage. `stock` None = unlimited; `stock_left` is what can still be had of it, an event's free seats.
    `limit_per_member` redemptions within one `limit_period` of the programme's days. Valid from `valid_from`
    (included) until `valid_to` (excluded). `tiers` empty = for everybody. A voucher can be used for `code_valid_days`
    days after the one it was issued on; None = for ever.
    """

    id: UUID
    program_id: UUID
    code: str
    kind: RewardKind
    name: dict[str, str]
    price_points: int
    currency: str
    created_at: datetime
    money_amount: Decimal | None = None
    value_amount: Decimal | None = None
    value_percent: Decimal | None = None
    value_maximum: Decimal | None = None
    stock: int | None = None
    stock_left: int | None = None
    limit_per_member: int | None = None
    limit_period: Period = "all"
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    tiers: tuple[str, ...] = ()
    code_valid_days: int | None = None
    active: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that does not fit the others; `kind` names the rule."""

    field: str
    kind: str
    message: str


def faults(reward: Reward) -> Iterator[Fault]:
    """Where the fields contradict each other."""
    amount, percent = reward.kind == "amount_discount", reward.kind == "percent_discount"
    if amount and reward.value_amount is None:
        yield Fault("value/amount", "missing", "a discount of an amount needs one")
    if percent and reward.value_percent is None:
        yield Fault("value/percent", "missing", "a discount of a percentage needs one")
    if not amount and reward.value_amount is not None:
        yield Fault("value/amount", "other_kind", "only a discount of an amount has one")
    if not percent and reward.value_percent is not None:
        yield Fault("value/percent", "other_kind", "only a discount of a percentage has one")
    if not percent and reward.value_maximum is not None:
        yield Fault("value/maximum", "other_kind", "only a discount of a percentage has one")
    if reward.valid_from and reward.valid_to and reward.valid_to <= reward.valid_from:
        yield Fault("valid_to", "ends_before_it_begins", "must be later than valid_from")


def is_on_offer(reward: Reward, at: datetime) -> bool:
    """Whether somebody may redeem it at a moment, stock and tier aside."""
    begun = reward.valid_from is None or reward.valid_from <= at
    over = reward.valid_to is not None and reward.valid_to <= at
    return reward.active and begun and not over


def left_after(reward: Reward, stock: int | None) -> int | None:
    """What is left when the stock is set anew: as many fewer as are taken. Negative when more are taken than that;
    what was taken while the stock was unlimited was not counted.

    >>> from datetime import UTC; from uuid import UUID
    >>> seats = Reward(id=UUID(int=1), program_id=UUID(int=2), code="seat", kind="event_seat", name={}, price_points=1,
    ...                currency="USD", created_at=datetime(2026, 1, 1, tzinfo=UTC), stock=20, stock_left=5)
    >>> left_after(seats, 30), left_after(seats, 10), left_after(seats, None)
    (15, -5, None)
    """
    if stock is None or reward.stock is None or reward.stock_left is None:
        return stock
    return stock - (reward.stock - reward.stock_left)
