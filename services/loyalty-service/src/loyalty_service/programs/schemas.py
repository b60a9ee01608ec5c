"""Request and response bodies of programmes."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from loyalty_service.programs.domain import Program
from loyalty_service.programs.repository import StoredProgram

__all__ = ["Code", "Currency", "ProgramBody", "ProgramPatch", "ProgramResource"]


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _is_zone(value: str) -> str:
    if value not in _zones():
        raise PydanticCustomError("unknown_timezone", "not a time zone of the IANA database")
    return value


Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Zone = Annotated[str, AfterValidator(_is_zone)]
Days = Annotated[int, Field(ge=0, le=730, description="how long points wait before they can be spent")]
CardPrefix = Annotated[
    str, StringConstraints(pattern=r"^[1-9][0-9]{0,7}$"), Field(description="the first digits of card numbers")
]
Enrolment = Literal["automatic", "opt_in"]
OnRefund = Literal["shortfall", "negative"]
Stacking = Literal["stack", "best_of"]


class ExpiryBody(RequestModel):
    """Points lapse after so many months of the programme's calendar, null: never; rounded up to the end of the month
    or year, they lapse with the first instant of the next one in the programme's time zone."""

    months: Annotated[int, Field(ge=1, le=600)] | None = None
    round_up_to: Literal["none", "month", "year"] = "none"


class ProgramBody(RequestModel):
    """A new programme. `code`, `timezone`, `calendar` and `currency` are for good: days, months and amounts that were
    counted by them would move."""

    code: Code
    name: Name
    timezone: Zone = "UTC"
    calendar: Literal["gregorian", "jalali"] = "gregorian"
    currency: Currency
    enrolment: Enrolment = "automatic"
    pending_days: Days = 0
    expiry: ExpiryBody = ExpiryBody()
    on_refund: OnRefund = "shortfall"
    points_paid_earn: bool = False
    stacking: Stacking = "stack"
    card_prefix: CardPrefix | None = None

    def program(self, program_id: UUID) -> Program:
        """The programme that is asked for."""
        return Program(id=program_id, **_flat(self.model_dump()))


class ProgramPatch(RequestModel):
    """What is named is replaced; `expiry` as a whole, null for no expiry and no cards."""

    name: Name = ""
    enrolment: Enrolment = "automatic"
    pending_days: Days = 0
    expiry: ExpiryBody | None = None
    on_refund: OnRefund = "shortfall"
    points_paid_earn: bool = False
    stacking: Stacking = "stack"
    card_prefix: CardPrefix | None = None

    def given(self) -> dict[str, Any]:
        """The fields of `Program` that the client said."""
        said = self.model_dump()
        return _flat({name: said[name] for name in self.model_fields_set})


class ExpiryResource(ResponseModel):
    """When points lapse."""

    months: int | None
    round_up_to: str


class ProgramResource(ResponseModel):
    """A programme; `version` is its entity tag."""

    id: UUID
    code: str
    name: str
    timezone: str
    calendar: str
    currency: str
    enrolment: str
    pending_days: int
    expiry: ExpiryResource
    on_refund: str
    points_paid_earn: bool
    stacking: str
    card_prefix: str | None
    created_at: Moment
    updated_at: Moment
    version: int

    @classmethod
    def of(cls, stored: StoredProgram) -> ProgramResource:
        """As it is stored."""
        program = stored.program
        same = {name: getattr(program, name) for name in cls.model_fields if hasattr(program, name)}
        expiry = ExpiryResource(months=program.expiry_months, round_up_to=program.expiry_round_up)
        row = {"created_at": stored.created_at, "updated_at": stored.updated_at, "version": stored.version}
        return cls(**same, **row, expiry=expiry)


def _flat(members: dict[str, Any]) -> dict[str, Any]:
    if "expiry" in members:
        expiry = members.pop("expiry") or ExpiryBody().model_dump()
        members |= {"expiry_months": expiry["months"], "expiry_round_up": expiry["round_up_to"]}
    return members
