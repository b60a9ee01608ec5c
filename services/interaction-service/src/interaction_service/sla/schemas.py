"""Bodies of policies."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from hamdel.contracts.base import Moment
from hamdel.http import FieldError, InvalidValue, RequestModel, ResponseModel
from hamdel.ids import new_id
from interaction_service.calendars.schemas import Code
from interaction_service.sla.domain import PRIORITIES, Policy
from interaction_service.sla.repository import Row

__all__ = ["PolicyBody", "PolicyChange", "PolicyResource", "Priority"]

A_YEAR: Final = 525_600

Priority = Literal[PRIORITIES]  # type: ignore[valid-type]
Promised = Annotated[int, Field(strict=True, ge=1, le=A_YEAR)]
Tier = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Targets(RequestModel):
    calendar: Code
    first_response_minutes: Promised | None = None
    next_response_minutes: Promised | None = None
    resolution_minutes: Promised | None = None
    warn_before_minutes: Annotated[int, Field(strict=True, ge=0, le=A_YEAR)] | None = None


class PolicyBody(_Targets):
    """What is promised to cases of a priority, to customers of a `tier` where one is named. Targets are business
    minutes of the calendar; one that is left out promises nothing. The warning comes `warn_before_minutes` (0: none)
    before a deadline, where that is less than the target; by default a fifth of the target.

    A code has one row per priority and tier. A case asks for a code (`default` where it names none) and gets the row of
    its priority: for its customer's tier, else for everybody. Where the code has none of the priority, the nearest less
    urgent row applies, else the nearest more urgent one.
    """

    code: Code
    priority: Priority
    tier: Tier | None = None

    def policy(self) -> Policy:
        """A new row."""
        return Policy(id=new_id(), version=1, **self.model_dump())


class PolicyChange(_Targets):
    """A row's new promises; `code`, `priority` and `tier` are what it is known by: if given, they must be the same."""

    code: Code | None = None
    priority: Priority | None = None
    tier: Tier | None = None

    def values(self) -> dict[str, Any]:
        """What changes."""
        return self.model_dump(exclude={"code", "priority", "tier"})

    def check_names(self, policy: Policy) -> None:
        """Raises InvalidValue where the body names another row."""
        names = [
            name for name in ("code", "priority", "tier") if getattr(self, name) not in (None, getattr(policy, name))
        ]
        if names:
            errors = [FieldError(f"/{name}", "cannot be changed: make another policy", "fixed_name") for name in names]
            raise InvalidValue(errors=errors)


class PolicyResource(ResponseModel):
    """A row of a policy; `version` is its entity tag."""

    id: UUID
    code: str
    calendar: str
    priority: str
    tier: str | None
    first_response_minutes: int | None
    next_response_minutes: int | None
    resolution_minutes: int | None
    warn_before_minutes: int | None
    version: int
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, row: Row) -> PolicyResource:
        """The resource of a stored row."""
        return cls(**asdict(row.policy), created_at=row.created_at, updated_at=row.updated_at)
