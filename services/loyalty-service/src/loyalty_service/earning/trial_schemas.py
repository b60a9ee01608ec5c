"""Bodies of what is only asked: what a purchase would earn, and what a rule would have given."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from loyalty_service.earning.engine import Purchase
from loyalty_service.earning.reckoning import Reckoning
from loyalty_service.earning.schemas import PlausibleTime, RuleReplacement, Word
from loyalty_service.earning.trials import Trial
from loyalty_service.programs.domain import Program
from loyalty_service.programs.schemas import Currency

__all__ = ["DryRunAnswer", "DryRunBody", "QuoteAnswer", "QuoteBody"]


class MoneyBody(RequestModel):
    """An exact amount and its ISO 4217 code."""

    amount: Annotated[Decimal, Field(ge=0, max_digits=19, decimal_places=4, examples=["77.00"])]
    currency: Currency


class ItemBody(RequestModel):
    """One line of a purchase; `unit_price` is money per piece."""

    sku: Word | None = None
    name: Annotated[str, Field(max_length=500)] | None = None
    category: Word | None = None
    quantity: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    unit_price: MoneyBody | None = None


class QuotedPurchase(RequestModel):
    """A purchase that has not happened; `occurred_at` null: now. `paid_with_points` is a part of `total`."""

    occurred_at: PlausibleTime | None = None
    channel: Word | None = None
    items: Annotated[list[ItemBody], Field(max_length=1000)] = Field(default_factory=list)
    total: MoneyBody
    paid_with_points: MoneyBody | None = None


class QuoteBody(RequestModel):
    """In which programme, and what for."""

    program_id: UUID
    purchase: QuotedPurchase

    def asked(self, purchase_id: UUID, customer_id: UUID, now: datetime) -> Purchase:
        """The purchase as the engine takes it."""
        said = self.purchase
        return Purchase(
            purchase_id,
            customer_id,
            "quote",
            str(purchase_id),
            said.occurred_at or now,
            said.channel,
            said.total.currency,
            said.total.amount,
            said.paid_with_points.amount if said.paid_with_points else Decimal(0),
            [one.model_dump(mode="json") for one in said.items],
        )


class RulePoints(ResponseModel):
    """What one rule gives."""

    code: str
    points: int


class QuoteAnswer(ResponseModel):
    """What the purchase would earn now: by rule, in which tier with which multiplier of its own (a decimal string),
    when the points could be spent (in UTC) and when they would lapse (null: never)."""

    program_id: UUID
    points: int
    rules: list[RulePoints]
    tier: str | None
    tier_multiplier: str
    available_at: Moment
    expires_at: Moment | None

    @classmethod
    def of(
        cls, program: Program, reckoning: Reckoning, available_at: datetime, expires_at: datetime | None
    ) -> QuoteAnswer:
        """As it was reckoned."""
        return cls(
            program_id=program.id,
            points=reckoning.points,
            rules=[RulePoints(code=one.rule.code, points=one.points) for one in reckoning.earned],
            tier=reckoning.tier,
            tier_multiplier=format(reckoning.multiplier, "f"),
            available_at=available_at,
            expires_at=expires_at,
        )


class DryRunBody(RequestModel):
    """A rule, and the purchases to try it on: from `from` (included; null: a year before `to`) to `to` (not included;
    null: now)."""

    rule: RuleReplacement
    since: PlausibleTime | None = Field(default=None, alias="from")
    until: PlausibleTime | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> DryRunBody:
        if self.since and self.until and self.until <= self.since:
            raise PydanticCustomError("ends_before_it_begins", "must end after it begins")
        return self


class MonthAnswer(ResponseModel):
    """A month of the programme's calendar, such as 2026-03 or 1404-12: the purchases that would have earned, whose
    they are, and the points."""

    month: str
    purchases: int
    members: int
    points: int


class DryRunAnswer(ResponseModel):
    """What the rule would have given alone: `seen` purchases in the programme's currency, `purchases` of them earning
    for `members`; by month."""

    since: Moment = Field(serialization_alias="from")
    until: Moment = Field(serialization_alias="to")
    seen: int
    purchases: int
    members: int
    points: int
    months: list[MonthAnswer]

    @classmethod
    def of(cls, trial: Trial) -> DryRunAnswer:
        """As it was tried."""
        months = [
            MonthAnswer(month=name, purchases=each.purchases, members=len(each.members), points=each.points)
            for name, each in sorted(trial.months.items())
        ]
        return cls(
            since=trial.since,
            until=trial.until,
            seen=trial.seen,
            purchases=sum(each.purchases for each in months),
            members=len({one for each in trial.months.values() for one in each.members}),
            points=sum(each.points for each in months),
            months=months,
        )
