"""What a trigger is, and which facts it asks after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

__all__ = ["FACTS", "Occasion", "Trigger", "due_at"]

FACTS: Final = ("purchase_recorded", "case_closed", "points_redeemed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """After a `fact` of a customer, the survey is asked `delay_minutes` later. Of a purchase: with an item of the
    `category`, and at least `min_amount` of `min_currency`; of a case: of one of the types (empty: any), opened for
    `case_origin`. A fact that is `max_age_days` old or older asks nobody. `channel` None is the survey's own.
    `ignore_recontact` passes the pauses between invitations. Times are UTC; `version` counts the edits."""

    id: UUID
    survey_id: UUID
    code: str
    fact: str
    category: str | None
    min_amount: Decimal | None
    min_currency: str | None
    case_types: tuple[str, ...]
    case_origin: str | None
    delay_minutes: int
    max_age_days: int
    channel: str | None
    ignore_recontact: bool
    active: bool
    created_at: datetime
    updated_at: datetime
    updated_by: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What triggers see of a fact. `subject` names what it is about, the same whenever it is told again; `amount` with
    `currency` and `categories` are those of a purchase, `case_type` and `case_origin` those of a case."""

    fact: str
    subject: UUID
    customer_id: UUID
    occurred_at: datetime
    categories: Sequence[str] = ()
    amount: Decimal | None = None
    currency: str | None = None
    case_type: str | None = None
    case_origin: str | None = None


def due_at(trigger: Trigger, occasion: Occasion, now: datetime) -> datetime | None:
    """When the customer is to be asked after this; None where the trigger is not about it. A delay counts from when it
    happened, not from when it was told."""
    if trigger.fact != occasion.fact or now - occasion.occurred_at >= timedelta(days=trigger.max_age_days):
        return None
    if not (_fits_purchase(trigger, occasion) and _fits_case(trigger, occasion)):
        return None
    return occasion.occurred_at + timedelta(minutes=trigger.delay_minutes)


def _fits_purchase(trigger: Trigger, occasion: Occasion) -> bool:
    if trigger.category is not None and trigger.category.casefold() not in map(str.casefold, occasion.categories):
        return False
    if trigger.min_amount is None:
        return True
    same = occasion.currency == trigger.min_currency
    return same and occasion.amount is not None and occasion.amount >= trigger.min_amount


def _fits_case(trigger: Trigger, occasion: Occasion) -> bool:
    if trigger.case_types and occasion.case_type not in trigger.case_types:
        return False
    return trigger.case_origin in (None, occasion.case_origin)
