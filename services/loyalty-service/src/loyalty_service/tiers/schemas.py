"""Request and response bodies of tiers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from loyalty_service.programs.schemas import Code
from loyalty_service.tiers.domain import DOWNGRADES, QUALIFIERS, WINDOWS, Scheme, Tier, Window
from loyalty_service.tiers.ranking import Forecast
from loyalty_service.tiers.repository.states import StoredFloor

__all__ = ["FloorBody", "FloorResource", "ForecastResource", "TiersBody", "TiersResource"]

Amount = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=4)]
Multiplier = Annotated[Decimal, Field(ge=0, le=1000, max_digits=8, decimal_places=4)]
QualifyBy = Literal[QUALIFIERS]  # type: ignore[valid-type]
WindowKind = Literal[WINDOWS]  # type: ignore[valid-type]
Downgrade = Literal[DOWNGRADES]  # type: ignore[valid-type]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Until = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))]


class WindowBody(RequestModel):
    """How long what is collected counts, in months of the programme's calendar."""

    kind: WindowKind
    months: Annotated[int, Field(ge=1, le=120)]

    @model_validator(mode="after")
    def _aligned(self) -> WindowBody:
        if self.kind == "period" and 12 % self.months and self.months % 12:
            raise PydanticCustomError("uneven_period", "periods must divide a year or be made of whole years")
        return self


class TierBody(RequestModel):
    """A tier, reached with `at` points, visits, or so much of the programme's currency; at 0 it is everybody's."""

    code: Code
    at: Amount
    multiplier: Multiplier = Decimal(1)


class TiersBody(RequestModel):
    """The tiers of a programme in any order. Without a window everything ever counts and tiers have no end."""

    qualify_by: QualifyBy
    window: WindowBody | None = None
    downgrade: Downgrade = "re_evaluate"
    tiers: Annotated[list[TierBody], Field(min_length=1, max_length=50)]
    grace_days: Annotated[int, Field(ge=0, le=366)] = 0
    warn_days: Annotated[int, Field(ge=0, le=366, description="0: nobody is warned")] = 30

    @model_validator(mode="after")
    def _distinct(self) -> TiersBody:
        for values in ([one.code for one in self.tiers], [one.at for one in self.tiers]):
            if len(set(values)) < len(values):
                raise PydanticCustomError("tiers_alike", "no two tiers may have the same code or threshold")
        if self.qualify_by != "spend" and any(one.at % 1 for one in self.tiers):
            raise PydanticCustomError("whole_numbers", "points and visits are counted in whole numbers")
        return self

    def scheme(self) -> Scheme:
        """As the domain names it, lowest tier first."""
        ordered = sorted(self.tiers, key=lambda one: one.at)
        return Scheme(
            qualify_by=self.qualify_by,
            window=None if self.window is None else Window(self.window.kind, self.window.months),
            downgrade=self.downgrade,
            tiers=tuple(Tier(one.code, one.at, one.multiplier) for one in ordered),
            grace_days=self.grace_days,
            warn_days=self.warn_days,
        )


class WindowResource(ResponseModel):
    """The window."""

    kind: str
    months: int


class TierResource(ResponseModel):
    """A tier."""

    code: str
    at: int | float
    multiplier: int | float


class TiersResource(ResponseModel):
    """The tiers of a programme, lowest first; `since` is the programme's day of the last edit."""

    program_id: UUID
    qualify_by: str
    window: WindowResource | None
    downgrade: str
    tiers: list[TierResource]
    grace_days: int
    warn_days: int
    since: date
    version: int

    @classmethod
    def of(cls, program_id: UUID, scheme: Scheme) -> TiersResource:
        """As it is stored."""
        window = scheme.window and WindowResource(kind=scheme.window.kind, months=scheme.window.months)
        tiers = [
            TierResource(code=one.code, at=_number(one.at), multiplier=_number(one.multiplier)) for one in scheme.tiers
        ]
        same = {
            name: getattr(scheme, name)
            for name in ("qualify_by", "downgrade", "grace_days", "warn_days", "since", "version")
        }
        return cls(program_id=program_id, window=window, tiers=tiers, **same)


class MoveResource(ResponseModel):
    """So many customers would move; `examples` are the first of them."""

    from_tier: str | None
    to_tier: str | None
    customers: int
    examples: list[UUID]


class ForecastResource(ResponseModel):
    """What the edit would do at once. Customers that are one count once, under the id they are shown with."""

    moves: list[MoveResource]
    unchanged: int

    @classmethod
    def of(cls, forecast: Forecast) -> ForecastResource:
        """As it was found."""
        moves = [
            MoveResource(from_tier=one.before, to_tier=one.after, customers=one.families, examples=list(one.examples))
            for one in forecast.moves
        ]
        return cls(moves=moves, unchanged=forecast.unchanged)


class FloorBody(RequestModel):
    """The customer is never below `tier` before `until`; an `until` that has passed ends a floor."""

    program_id: UUID
    tier: Code
    until: Until
    reason: Reason


class FloorResource(ResponseModel):
    """A floor, who set it, and why."""

    program_id: UUID
    customer_id: UUID
    tier: str
    until: Moment
    reason: str
    set_by: str
    set_at: Moment
    version: int

    @classmethod
    def of(cls, floor: StoredFloor) -> FloorResource:
        """As it is stored."""
        return cls(**{name: getattr(floor, name) for name in cls.model_fields})


def _number(value: Decimal) -> int | float:
    """The JSON number of a decimal with at most four places."""
    return int(value) if value % 1 == 0 else float(value)
