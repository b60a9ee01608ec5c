"""Bodies of the redemption routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment, Money, utc
from hamdel.http import Answer, RequestModel, ResponseModel, etag
from loyalty_service.redemptions.desk import Made
from loyalty_service.redemptions.domain import Redemption, Wish
from loyalty_service.vouchers.domain import spelled

__all__ = ["RedemptionBody", "RedemptionResource", "answer_to", "resource_of"]

_Points = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000_000)]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class RedemptionBody(RequestModel):
    """A reward, or a number of points. They are held for a while and spent by a capture; with `capture` at once. One
    `order_id` redeems once in a programme."""

    program_id: UUID
    reward_code: _Word | None = None
    points: _Points | None = None
    capture: Annotated[bool, Field(strict=True)] = False
    order_id: _Word | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.reward_code is None) == (self.points is None):
            raise PydanticCustomError("reward_or_points", "must name either a reward or a number of points")
        return self

    def wish(self, customer_id: UUID) -> Wish:
        """What the customer wants."""
        return Wish(customer_id, self.program_id, self.reward_code, self.points, self.capture, self.order_id)


class RedemptionResource(ResponseModel):
    """A redemption; `status` is reserved, captured or released. `available` are the points that can be spent after it,
    null where it is only read. `code` is shown once, in the answer that gives it out: nobody can look it up again."""

    id: UUID
    program_id: UUID
    customer_id: UUID
    status: str
    points: int
    available: int | None
    reward_code: str | None
    reward_kind: str | None
    money: Money | None
    order_id: str | None
    reserved_until: Moment | None
    created_at: Moment
    captured_at: Moment | None
    released_at: Moment | None
    released_because: str | None
    code: str | None
    code_last4: str | None
    code_expires_at: Moment | None
    version: int


def resource_of(redemption: Redemption, available: int | None = None, code: str | None = None) -> dict[str, Any]:
    """`RedemptionResource` as `json_bytes` takes it."""
    money = None
    if redemption.money_amount is not None and redemption.currency is not None:
        money = {"amount": format(redemption.money_amount, "f"), "currency": redemption.currency}
    return {
        "id": redemption.id,
        "program_id": redemption.program_id,
        "customer_id": redemption.customer_id,
        "status": redemption.status,
        "points": redemption.points,
        "available": available,
        "reward_code": redemption.reward_code,
        "reward_kind": redemption.reward_kind,
        "money": money,
        "order_id": redemption.order_id,
        "reserved_until": _moment(redemption.reserved_until),
        "created_at": _moment(redemption.created_at),
        "captured_at": _moment(redemption.captured_at),
        "released_at": _moment(redemption.released_at),
        "released_because": redemption.released_because,
        "code": spelled(code) if code else None,
        "code_last4": redemption.code_last4,
        "code_expires_at": _moment(redemption.code_expires_at),
        "version": redemption.version,
    }


def answer_to(made: Made, status: int) -> Answer:
    """The answer to what was done."""
    body = resource_of(made.redemption, made.available, made.code)
    return Answer(body, status, {"ETag": etag(made.redemption.version)})


def _moment(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at)
