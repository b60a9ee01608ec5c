"""Bodies of the reward routes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment, Money
from hamdel.http import RequestModel, ResponseModel
from loyalty_service.rewards.domain import Period, Reward, RewardKind

__all__ = ["RewardBody", "RewardPatch", "RewardResource"]

_Amount = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?$")]
_Percent = Annotated[str, StringConstraints(pattern=r"^(100(\.0{1,2})?|[1-9]?[0-9](\.[0-9]{1,2})?)$")]
_Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
_Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
_Price = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000_000)]
_Limit = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
_Days = Annotated[int, Field(strict=True, ge=0, le=3_650)]
_Tiers = Annotated[list[_Code], Field(max_length=50)]


class MoneyBody(RequestModel):
    """An exact amount as a decimal string, in the programme's currency."""

    amount: _Amount
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    @field_validator("amount")
    @classmethod
    def _worth_something(cls, value: str) -> str:
        if not Decimal(value):
            raise PydanticCustomError("no_amount", "must be more than nothing")
        return value


class NameBody(RequestModel):
    """What the reward is called, in Persian and English."""

    fa: _Words | None = None
    en: _Words | None = None


class ValueBody(RequestModel):
    """What a discount is worth: an `amount`, or a `percent` (a decimal string, 0 < percent ≤ 100) with at most
    `maximum`."""

    amount: MoneyBody | None = None
    percent: _Percent | None = None
    maximum: MoneyBody | None = None

    @field_validator("percent")
    @classmethod
    def _worth_something(cls, value: str | None) -> str | None:
        if value is not None and not Decimal(value):
            raise PydanticCustomError("no_amount", "must be more than nothing")
        return value


class _Fields(RequestModel):
    @field_validator("tiers", check_fields=False)
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise PydanticCustomError("given_twice", "is given twice")
        return value

    def fields(self) -> dict[str, Any]:
        """What was given, under the names of the domain."""
        given = self.model_dump(exclude_unset=True)
        if "money" in given:
            given["money_amount"] = _amount(given.pop("money"))
        if "value" in given:
            value = given.pop("value") or {}
            given["value_amount"] = _amount(value.get("amount"))
            given["value_percent"] = Decimal(value["percent"]) if value.get("percent") else None
            given["value_maximum"] = _amount(value.get("maximum"))
        if "name" in given:
            given["name"] = {each: words for each, words in (given["name"] or {}).items() if words}
        return given | ({"tiers": tuple(given["tiers"])} if "tiers" in given else {})

    def currencies(self) -> dict[str, str]:
        """The currencies of the amounts, by pointer."""
        money, value = getattr(self, "money", None), getattr(self, "value", None)
        amounts = {"/money": money}
        amounts |= {f"/value/{name}": getattr(value, name, None) for name in ("amount", "maximum")}
        return {f"{pointer}/currency": each.currency for pointer, each in amounts.items() if each}


class RewardBody(_Fields):
    """A new reward. `stock` null = unlimited (an event's seats are its stock); `limit_per_member` redemptions within
    a `limit_period` of the programme's calendar; `tiers` empty = for everybody; the voucher is good for
    `code_valid_days` days after the day it is issued on, null = for ever."""

    code: _Code
    kind: RewardKind
    price_points: _Price
    name: NameBody | None = None
    money: MoneyBody | None = None
    value: ValueBody | None = None
    stock: _Count | None = None
    limit_per_member: _Limit | None = None
    limit_period: Period = "all"
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    tiers: _Tiers = Field(default_factory=list)
    code_valid_days: _Days | None = None

    def fields(self) -> dict[str, Any]:
        """The fields of a new reward."""
        return {"name": {}} | super().fields()


class RewardPatch(_Fields):
    """A merge patch (RFC 7396): null takes a field away. `money` and `value` are replaced as a whole; code and kind
    do not change."""

    price_points: _Price = 1
    name: NameBody | None = None
    money: MoneyBody | None = None
    value: ValueBody | None = None
    stock: _Count | None = None
    limit_per_member: _Limit | None = None
    limit_period: Period = "all"
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    tiers: _Tiers = Field(default_factory=list)
    code_valid_days: _Days | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_changed", "must change something")
        return self


class ValueResource(ResponseModel):
    """What a discount is worth."""

    amount: Money | None = None
    percent: str | None = None
    maximum: Money | None = None


class RewardResource(ResponseModel):
    """A reward. `stock_left` is what can still be had of `stock`; null = unlimited. Not `active` = retired."""

    id: UUID
    program_id: UUID
    code: str
    kind: str
    name: dict[str, str]
    price_points: int
    money: Money | None
    value: ValueResource | None
    stock: int | None
    stock_left: int | None
    limit_per_member: int | None
    limit_period: str
    valid_from: Moment | None
    valid_to: Moment | None
    tiers: tuple[str, ...]
    code_valid_days: int | None
    active: bool
    created_at: Moment
    version: int

    @classmethod
    def of(cls, reward: Reward) -> RewardResource:
        """Its public form."""
        special = {"money": _money(reward.money_amount, reward.currency), "value": _value(reward)}
        plain = {name: getattr(reward, name) for name in cls.model_fields if name not in special}
        return cls(**plain, **special)


def _amount(money: dict[str, str] | None) -> Decimal | None:
    return Decimal(money["amount"]) if money else None


def _money(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount=amount, currency=currency)


def _value(reward: Reward) -> ValueResource | None:
    if reward.value_amount is None and reward.value_percent is None:
        return None
    return ValueResource(
        amount=_money(reward.value_amount, reward.currency),
        percent=None if reward.value_percent is None else format(reward.value_percent, "f"),
        maximum=_money(reward.value_maximum, reward.currency),
    )
