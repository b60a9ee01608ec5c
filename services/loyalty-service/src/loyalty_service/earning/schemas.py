"""Request and response bodies of rules."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, PlainSerializer, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from loyalty_service.earning.repository.rules import StoredRule
from loyalty_service.earning.rules import KINDS, PURCHASE_KINDS, WEEKDAYS
from loyalty_service.programs.schemas import Code, Currency

__all__ = ["PlausibleTime", "RuleBody", "RuleReplacement", "RuleResource", "RuleTerms", "Word"]

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
MOST_POINTS: Final = 1_000_000_000


def _is_plausible(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise PydanticCustomError("out_of_range", "must be between 1970 and 2200")
    return moment.astimezone(UTC)


def _plain(number: Decimal) -> str:
    return format(number, "f")


PlausibleTime = Annotated[AwareDatetime, AfterValidator(_is_plausible)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Points = Annotated[int, Field(strict=True, ge=1, le=MOST_POINTS)]
Factor = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4), PlainSerializer(_plain, return_type=str)]
Amount = Annotated[
    Decimal, Field(gt=0, max_digits=19, decimal_places=4, examples=["1.00"]), PlainSerializer(_plain, return_type=str)
]
Kind = Literal[KINDS]  # type: ignore[valid-type]
Weekday = Literal[WEEKDAYS]  # type: ignore[valid-type]
Words = Annotated[list[Word], Field(max_length=1000)]


class PerBody(RequestModel):
    """So much money, in the programme's currency."""

    amount: Amount
    currency: Currency


class WindowBody(RequestModel):
    """From `from` (included) to `to` (not included); null: no end on that side."""

    since: PlausibleTime | None = Field(default=None, alias="from")
    until: PlausibleTime | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> WindowBody:
        if self.since and self.until and self.until <= self.since:
            raise PydanticCustomError("ends_before_it_begins", "must end after it begins")
        return self


class CampaignBody(RequestModel):
    """Points are multiplied by `factor` from `from` (included) to `to` (not included)."""

    since: PlausibleTime = Field(alias="from")
    until: PlausibleTime = Field(alias="to")
    factor: Factor

    @model_validator(mode="after")
    def _in_order(self) -> CampaignBody:
        if self.until <= self.since:
            raise PydanticCustomError("ends_before_it_begins", "must end after it begins")
        return self


class MultipliersBody(RequestModel):
    """Factors, all multiplied together: by the member's tier (instead of the tier's own), by the weekday in the
    programme's zone, and in campaigns."""

    tiers: Annotated[dict[Code, Factor], Field(max_length=50)] = Field(default_factory=dict)
    weekdays: dict[Weekday, Factor] = Field(default_factory=dict)
    campaigns: Annotated[list[CampaignBody], Field(max_length=50)] = Field(default_factory=list)


class ExclusionsBody(RequestModel):
    """Lines of a purchase that earn nothing."""

    skus: Words = Field(default_factory=list)
    categories: Words = Field(default_factory=list)


class CapBody(RequestModel):
    """The most points the rule gives for one purchase, to one member within one day of the programme, to one member at
    all; what was taken back after a refund is free again."""

    per_purchase: Points | None = None
    per_day: Points | None = None
    per_member: Points | None = None


class RuleTerms(RequestModel):
    """What a rule gives. `per_amount`: `points` for each amount of `per`, `per_item`: for each piece, `first_purchase`,
    `birthday` and `survey`: once.

    `rounding` makes whole numbers of the amounts counted and of the points after multiplication. `category`, `sku` and
    `exclusions` choose among the lines of a purchase, `channel` and `window` among purchases, `survey_id` among
    surveys. Null, or nothing, is no condition.
    """

    kind: Kind
    points: Points
    per: PerBody | None = None
    rounding: Literal["floor", "half_up", "ceil"] = "floor"
    category: Word | None = None
    sku: Word | None = None
    channel: Word | None = None
    survey_id: UUID | None = None
    window: WindowBody | None = None
    cap: CapBody | None = None
    multipliers: MultipliersBody | None = None
    exclusions: ExclusionsBody | None = None

    def definition(self) -> dict[str, Any]:
        """What is stored."""
        terms = set(RuleTerms.model_fields)
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, include=terms)

    def misplaced(self) -> list[str]:
        """The members that are given and mean nothing for this kind of rule, as JSON pointers."""
        meaningless = {"survey_id"} if self.kind in PURCHASE_KINDS else {"category", "sku", "channel", "exclusions"}
        if self.kind == "birthday":
            meaningless.add("survey_id")
        if self.kind != "per_amount":
            meaningless.add("per")
        found = [f"/{name}" for name in sorted(meaningless) if getattr(self, name) is not None]
        if self.cap and self.cap.per_purchase is not None and self.kind not in PURCHASE_KINDS:
            found.append("/cap/per_purchase")
        return found


class RuleReplacement(RuleTerms):
    """A new version of a rule, in force from `effective_from` (null: from now on); `code`, if given, must be that of
    the path."""

    code: Code | None = None
    effective_from: PlausibleTime | None = None


class RuleBody(RuleTerms):
    """A new rule; `code` names it for good. It is in force from `effective_from`; null: for all times, so that
    purchases that are told late earn by it too."""

    code: Code
    effective_from: PlausibleTime | None = None


class RuleResource(ResponseModel):
    """The newest version of a rule (`version` is its entity tag), in force from `effective_from` on; a retired one
    gives nothing from then on."""

    id: UUID
    program_id: UUID
    code: str
    kind: str
    points: int
    per: dict[str, Any] | None
    rounding: str
    category: str | None
    sku: str | None
    channel: str | None
    survey_id: UUID | None
    window: dict[str, Any] | None
    cap: dict[str, Any] | None
    multipliers: dict[str, Any] | None
    exclusions: dict[str, Any] | None
    effective_from: Moment | None
    retired: bool
    created_at: Moment
    created_by: str
    version: int

    @classmethod
    def of(cls, stored: StoredRule) -> RuleResource:
        """As it is stored."""
        terms = {name: stored.definition.get(name) for name in RuleTerms.model_fields}
        row = {name: getattr(stored, name) for name in StoredRule.__slots__ if name in cls.model_fields}
        return cls(id=stored.rule_id, **terms, **row)
