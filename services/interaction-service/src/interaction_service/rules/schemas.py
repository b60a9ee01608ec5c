"""Request and response bodies of rules."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from interaction_service.rules.repository import Failure, Rule

__all__ = ["FailureResource", "RetriedAnswer", "RuleBody", "RulePatch", "RuleReplacement", "RuleResource"]

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
FactName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100),
    Field(description="a fact, with or without its version", examples=["interaction.purchase_recorded"]),
]
When = Annotated[
    dict[str, Any] | None,
    Field(
        description="all, any or not of conditions; or a field of the fact's data, an op and a value",
        examples=[{"all": [{"field": "total.amount", "op": "gt", "value": "1000000"}]}],
    ),
]
After = Annotated[
    str | dict[str, Any] | None,
    Field(
        description="an ISO 8601 duration of weeks, days, hours, minutes; the same in words; or business_minutes of a "
        "calendar",
        examples=["P3D", {"days": 3}, {"business_minutes": 60, "calendar": "tehran"}],
    ),
]
Age = Annotated[int | None, Field(ge=1, le=36_500, description="what happened longer ago is left alone")]
Done = Annotated[
    dict[str, Any],
    Field(
        description="create_task: title, owner_id, owner, notes, priority, timezone, remind_before_minutes. open_case: "
        "type, subject, priority, channel, policy, queue, owner_id, owner, tags. send_message: template, channel, "
        "purpose, variables, language. Texts may hold {{field}} and {{field|fall-back}}.",
        examples=[{"kind": "create_task", "title": "Satisfaction call: {{total.amount}}", "owner_id": "agent-7"}],
    ),
]


class RuleReplacement(RequestModel):
    """A rule without its code: on a fact, when a condition over its data holds, after a delay, something is done."""

    on: FactName
    action: Done
    when: When = None
    delay: After = None
    max_age_days: Age = None
    active: bool = True

    def definition(self) -> dict[str, Any]:
        """What is stored as it was written."""
        return definition_of(self.model_dump())


class RuleBody(RuleReplacement):
    """A new rule; `code` names it for good."""

    code: Code


class RulePatch(RequestModel):
    """What is named is replaced as a whole; null takes an optional member away."""

    on: FactName = ""
    action: Done = Field(default_factory=dict)
    when: When = None
    delay: After = None
    max_age_days: Age = None
    active: bool = True

    def given(self) -> dict[str, Any]:
        """What the client said."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class RuleResource(ResponseModel):
    """A rule; `on` is the wire type of its fact."""

    id: UUID
    code: str
    active: bool
    on: str
    when: dict[str, Any] | None
    delay: str | dict[str, Any] | None
    max_age_days: int | None
    action: dict[str, Any]
    created_at: Moment
    updated_at: Moment
    updated_by: str
    version: int

    @classmethod
    def of(cls, rule: Rule) -> RuleResource:
        """As it is stored."""
        return cls(
            id=rule.id,
            code=rule.code,
            active=rule.active,
            on=rule.fact_type,
            when=rule.definition.get("when"),
            delay=rule.definition.get("delay"),
            max_age_days=rule.definition.get("max_age_days"),
            action=rule.definition["action"],
            created_at=rule.created_at,
            updated_at=rule.updated_at,
            updated_by=rule.updated_by,
            version=rule.version,
        )


class FailureResource(ResponseModel):
    """A fact that the rule could not follow; `error` is the code of the problem, `key` what the fact is about."""

    id: UUID
    fact_type: str
    key: str
    customer_id: UUID
    occurred_at: Moment
    error: str
    attempts: int
    failed_at: Moment

    @classmethod
    def of(cls, failure: Failure) -> FailureResource:
        """As it is stored, without the fact's data."""
        return cls(
            id=failure.id,
            fact_type=failure.fact_type,
            key=failure.fact_key,
            customer_id=failure.customer_id,
            occurred_at=failure.occurred_at,
            error=failure.error,
            attempts=failure.attempts,
            failed_at=failure.failed_at,
        )


class RetriedAnswer(ResponseModel):
    """How many of the tried facts went well now, and how many failed again."""

    resolved: int
    failed: int


def definition_of(members: dict[str, Any]) -> dict[str, Any]:
    """The members that say what the rule does, without those that say nothing."""
    return {
        name: members[name] for name in ("when", "delay", "max_age_days", "action") if members.get(name) is not None
    }
