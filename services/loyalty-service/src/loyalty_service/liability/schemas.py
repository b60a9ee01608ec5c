"""The response body of the liability report."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from hamdel.contracts.base import Moment
from hamdel.http import ResponseModel
from loyalty_service.liability.domain import Amount, Liability

__all__ = ["LiabilityResource"]


class OwedPoints(ResponseModel):
    """Points: `outstanding` is `available` and `reserved` together."""

    outstanding: int
    available: int
    reserved: int
    pending: int


class OwedUntil(OwedPoints):
    """Points that lapse with the end of a month of the programme's calendar (`2026-03`, `1404-12`)."""

    month: str


class LiabilityResource(OwedPoints):
    """What the programme owes at `as_of`, as the ledger has it: points whose time is over count until the sweep has
    booked it. The sums are those over `by_month` and `never`; `debt` is what members owe, and balances add up to
    `available - debt`."""

    program_id: UUID
    as_of: Moment
    members: int
    debt: int
    by_month: list[OwedUntil]
    never: OwedPoints

    @classmethod
    def of(cls, program_id: UUID, liability: Liability, as_of: datetime) -> Self:
        """The resource of a report."""
        return cls(
            program_id=program_id,
            as_of=as_of,
            members=liability.members,
            debt=liability.debt,
            by_month=[OwedUntil(month=month, **_points(amount)) for month, amount in liability.months.items()],
            never=OwedPoints(**_points(liability.never)),
            **_points(liability.total),
        )


def _points(amount: Amount) -> dict[str, int]:
    return {name: getattr(amount, name) for name in OwedPoints.model_fields}
