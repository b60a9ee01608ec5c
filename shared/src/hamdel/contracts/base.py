"""The base of every fact: its stable wire type, its owner, and how it is read and written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, StringConstraints

__all__ = ["Fact", "Moment", "Money", "all_facts", "rfc3339", "utc"]


def utc(moment: datetime) -> datetime:
    """The moment in UTC: what orjson then spells as `rfc3339` does (`OPT_UTC_Z`), at a tenth of the cost."""
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with a `Z` and microseconds only where there are some; the one spelling on every wire.

    >>> from datetime import UTC
    >>> rfc3339(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05Z'
    """
    return utc(moment).isoformat()[: -len("+00:00")] + "Z"


Moment = Annotated[AwareDatetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]


class Money(BaseModel):
    """An amount as a decimal string (never a float) and an ISO 4217 code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    amount: Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Fact(BaseModel):
    """What happened, past tense. Frozen; readers ignore fields they do not know.

    A subclass sets `fact_type` to `<service>.<fact>.v<major>`: a string, never derived from the class name.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    fact_type: ClassVar[str]


def all_facts() -> dict[str, type[Fact]]:
    """Every fact of every service by wire type; importing the contract modules registers them."""
    from hamdel.contracts import interaction, loyalty, profile, survey

    modules = (profile, interaction, survey, loyalty)
    return {fact.fact_type: fact for module in modules for fact in module.FACTS}
