"""A redemption: points held for somebody, then spent or given back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

__all__ = ["Redemption", "Wish", "captured", "released", "same", "timed_out"]

Status = Literal["reserved", "captured", "released"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: a reward, or so many points. `capture`: to be spent at once. The same `order_id` redeems
    once per programme."""

    customer_id: UUID
    program_id: UUID
    reward_code: str | None
    points: int | None
    capture: bool
    order_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """`customer_id` is a member: the customer who asked, or who is one with them and takes part. `points` are integers;
    `money_amount` of `currency` is what is to be paid besides. `took_stock`: it holds a piece of a limited stock.
    Reserved until `reserved_until`; None where it was captured at once. `code_last4` and `code_expires_at` are those of
    its voucher."""

    id: UUID
    program_id: UUID
    customer_id: UUID
    points: int
    status: Status
    created_at: datetime
    created_by: str
    reward_id: UUID | None = None
    reward_code: str | None = None
    reward_kind: str | None = None
    money_amount: Decimal | None = None
    currency: str | None = None
    took_stock: bool = False
    order_id: str | None = None
    reserved_until: datetime | None = None
    captured_at: datetime | None = None
    released_at: datetime | None = None
    released_because: str | None = None
    version: int = 1
    code_last4: str | None = None
    code_expires_at: datetime | None = None


def same(redemption: Redemption, wish: Wish, family: Collection[UUID]) -> bool:
    """Whether a wish for an order is the one that this redemption fulfilled, told again; `family` is the wish's."""
    return redemption.customer_id in family and (
        redemption.reward_code == wish.reward_code
        if wish.reward_code is not None
        else redemption.reward_code is None and redemption.points == wish.points
    )


def timed_out(redemption: Redemption, at: datetime) -> bool:
    """Whether a reservation is over at a moment, whether or not it has been released yet."""
    until = redemption.reserved_until
    return redemption.status == "reserved" and until is not None and until <= at


def captured(redemption: Redemption, at: datetime) -> Redemption:
    """After its points are spent."""
    return replace(redemption, status="captured", captured_at=at, version=redemption.version + 1)


def released(redemption: Redemption, at: datetime, because: str) -> Redemption:
    """After its points were given back; `because` is `asked`, `timed-out` or `undone`."""
    return replace(
        redemption, status="released", released_at=at, released_because=because, version=redemption.version + 1
    )
