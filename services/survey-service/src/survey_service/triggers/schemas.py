"""Bodies of triggers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from hamdel.contracts.base import Moment, Money
from hamdel.http import RequestModel, ResponseModel
from survey_service.invitations.schemas import InvitationChannel
from survey_service.triggers.domain import FACTS, Trigger
from survey_service.triggers.service import TriggerDraft

__all__ = ["TriggerBody", "TriggerPatch", "TriggerResource"]

FactName = Literal[FACTS]  # type: ignore[valid-type]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Types = Annotated[list[Word], Field(max_length=20)]
Delay = Annotated[int, Field(ge=0, le=527_040)]
Age = Annotated[int, Field(ge=1, le=3660)]


class Least(RequestModel):
    """At least so much, in one currency."""

    amount: Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=4)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class TriggerBody(RequestModel):
    """Asks after facts of a kind. `category` and `min_total` are about purchases, `case_types` and `origin` about
    cases: `detractor` is a case that a bad answer opened. A fact that is `max_age_days` old asks nobody, so that an
    import of old purchases does not. `ignore_recontact` passes the pauses between invitations."""

    code: Code
    on: FactName
    category: Word | None = None
    min_total: Least | None = None
    case_types: Types = Field(default_factory=list)
    origin: Word | None = None
    delay_minutes: Delay = 0
    max_age_days: Age = 7
    channel: InvitationChannel | None = None
    ignore_recontact: bool = False
    active: bool = True

    def draft(self) -> TriggerDraft:
        """The body as the service names it."""
        return TriggerDraft(**_named({name: getattr(self, name) for name in type(self).model_fields}))


class TriggerPatch(RequestModel):
    """A merge patch (RFC 7396): what is absent stays, null takes an optional field away. `code` and `on` are fixed."""

    category: Word | None = None
    min_total: Least | None = None
    case_types: Types = Field(default_factory=list)
    origin: Word | None = None
    delay_minutes: Delay = 0
    max_age_days: Age = 7
    channel: InvitationChannel | None = None
    ignore_recontact: bool = False
    active: bool = True

    def given(self) -> dict[str, Any]:
        """What the client said, as the domain names it."""
        return _named({name: getattr(self, name) for name in self.model_fields_set})


class TriggerResource(ResponseModel):
    """A trigger."""

    id: UUID
    survey_id: UUID
    code: str
    on: str
    category: str | None
    min_total: Money | None
    case_types: list[str]
    origin: str | None
    delay_minutes: int
    max_age_days: int
    channel: str | None
    ignore_recontact: bool
    active: bool
    created_at: Moment
    updated_at: Moment
    updated_by: str
    version: int

    @classmethod
    def of(cls, trigger: Trigger) -> TriggerResource:
        """Its public form."""
        least = None
        if trigger.min_amount is not None and trigger.min_currency is not None:
            least = Money(amount=trigger.min_amount, currency=trigger.min_currency)
        named = {"on": trigger.fact, "origin": trigger.case_origin, "min_total": least}
        plain = {name: getattr(trigger, name) for name in cls.model_fields if name not in named}
        return cls(**plain | named | {"case_types": list(trigger.case_types)})


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """Fields of a body in the words of the domain."""
    found = dict(values)
    for body, own in (("on", "fact"), ("origin", "case_origin")):
        if body in found:
            found[own] = found.pop(body)
    if "min_total" in found:
        least = found.pop("min_total")
        found["min_amount"] = least.amount if least else None
        found["min_currency"] = least.currency if least else None
    if "case_types" in found:
        found["case_types"] = tuple(found["case_types"])
    return found
