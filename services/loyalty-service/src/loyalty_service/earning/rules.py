"""A rule as the engine asks it: parsed once per version, from the JSON that its schema has accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

__all__ = ["EVENT_KINDS", "KINDS", "PURCHASE_KINDS", "Campaign", "Caps", "Rule", "Versions", "in_force", "parsed"]

PURCHASE_KINDS: Final = ("per_amount", "per_item", "first_purchase")
EVENT_KINDS: Final = ("birthday", "survey")
KINDS: Final = PURCHASE_KINDS + EVENT_KINDS
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Campaign:
    """From `starts` (included) to `ends` (not included) points are multiplied by `factor`."""

    starts: datetime
    ends: datetime
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Caps:
    """The most points a rule gives for one purchase, to one member within one day of the programme, and to one member
    at all; None: no limit."""

    per_purchase: int | None = None
    per_day: int | None = None
    per_member: int | None = None

    @property
    def counted(self) -> bool:
        """Whether what was given before matters."""
        return self.per_day is not None or self.per_member is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of a rule. `per` is the amount of money (in the programme's currency) that gives `points` once;
    `rounding` is floor, half_up or ceil. None, or empty, is no condition."""

    id: UUID
    code: str
    version: int
    kind: str
    points: int
    per: Decimal | None = None
    rounding: str = "floor"
    category: str | None = None
    sku: str | None = None
    channel: str | None = None
    survey_id: UUID | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    caps: Caps = Caps()
    tiers: Mapping[str, Decimal] = field(default_factory=dict)
    weekdays: Mapping[int, Decimal] = field(default_factory=dict)
    campaigns: Sequence[Campaign] = ()
    excluded_skus: frozenset[str] = frozenset()
    excluded_categories: frozenset[str] = frozenset()

    @property
    def chooses_lines(self) -> bool:
        """Whether the rule asks what was bought."""
        return bool(self.category or self.sku or self.excluded_skus or self.excluded_categories)


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions of one code, the newest first; a version without a rule is one that took it back."""

    code: str
    known: Sequence[tuple[datetime | None, Rule | None]]

    def at(self, moment: datetime) -> Rule | None:
        """The rule in force: the newest version that had begun. A version without a beginning is one for all times."""
        for begins, rule in self.known:
            if begins is None or begins <= moment:
                return rule
        return None


def in_force(rules: Sequence[Versions], moment: datetime, kinds: Sequence[str]) -> list[Rule]:
    """The rules of these kinds at a moment, in the order of their codes."""
    found = (each.at(moment) for each in rules)
    return [rule for rule in found if rule is not None and rule.kind in kinds]


def parsed(rule_id: UUID, code: str, version: int, definition: Mapping[str, Any]) -> Rule:
    """The rule of a stored definition (`earning.schemas.RuleBody`)."""
    said = definition.get
    window, excluded, more = said("window") or {}, said("exclusions") or {}, said("multipliers") or {}
    per = said("per")
    return Rule(
        id=rule_id,
        code=code,
        version=version,
        kind=definition["kind"],
        points=definition["points"],
        per=Decimal(per["amount"]) if per else None,
        rounding=said("rounding") or "floor",
        category=said("category"),
        sku=said("sku"),
        channel=said("channel"),
        survey_id=UUID(definition["survey_id"]) if said("survey_id") else None,
        starts=_moment(window.get("from")),
        ends=_moment(window.get("to")),
        caps=Caps(**(said("cap") or {})),
        tiers={tier: Decimal(factor) for tier, factor in (more.get("tiers") or {}).items()},
        weekdays={WEEKDAYS.index(day): Decimal(factor) for day, factor in (more.get("weekdays") or {}).items()},
        campaigns=[_campaign(one) for one in more.get("campaigns") or ()],
        excluded_skus=frozenset(excluded.get("skus") or ()),
        excluded_categories=frozenset(excluded.get("categories") or ()),
    )


def _campaign(said: Mapping[str, Any]) -> Campaign:
    return Campaign(datetime.fromisoformat(said["from"]), datetime.fromisoformat(said["to"]), Decimal(said["factor"]))


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
