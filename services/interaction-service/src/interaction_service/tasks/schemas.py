"""Request and response bodies of tasks."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Final, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from interaction_service.tasks.domain import PRIORITIES, STATUSES, Recorded, Task, TaskDraft

__all__ = ["ChangeResource", "CompletedResource", "DueAt", "TaskBody", "TaskPatch", "TaskResource"]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_zone(value: str) -> str:
    if value not in _zones():
        raise PydanticCustomError("time_zone", "must be a time zone of the IANA database")
    return value


def _one_reminder(value: int | None, info: ValidationInfo) -> int | None:
    if value is not None and info.data.get("remind_at") is not None:
        raise PydanticCustomError("two_reminders", "a reminder is a moment or a lead, not both")
    return value


Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Staff = Annotated[str, StringConstraints(min_length=1, max_length=200)]
DueAt = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
Lead = Annotated[int | None, Field(ge=0, le=527_040), AfterValidator(_one_reminder)]
Zone = Annotated[str, AfterValidator(_is_zone)]
Rule = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, strip_whitespace=True),
    Field(description="a recurrence rule of RFC 5545", examples=["FREQ=WEEKLY;BYDAY=MO"]),
]
Priority = Literal[PRIORITIES]  # type: ignore[valid-type]
Status = Literal[STATUSES]  # type: ignore[valid-type]

SHOWN: Final = tuple(
    field.name
    for field in fields(Task)
    if field.name not in ("recurs_from", "recurs_at", "reminder_told", "due_told", "origin")
)


class TaskBody(RequestModel):
    """A follow-up. Days are counted in `timezone`; a reminder is a moment or a lead before the due date."""

    title: Line
    owner_id: Staff
    due_at: DueAt
    customer_id: UUID | None = None
    case_id: UUID | None = None
    notes: str | None = None
    priority: Priority = "normal"
    timezone: Zone = "UTC"
    remind_at: DueAt | None = None
    remind_before_minutes: Lead = None
    recurrence: Rule | None = None

    def draft(self) -> TaskDraft:
        """The body as the domain names it."""
        return TaskDraft(**{name: getattr(self, name) for name in type(self).model_fields})


class TaskPatch(RequestModel):
    """A merge patch (RFC 7396): what is absent stays, null takes an optional field away."""

    title: Line = ""
    owner_id: Staff = ""
    due_at: DueAt = datetime(2000, 1, 1, tzinfo=UTC)
    notes: str | None = None
    priority: Priority = "normal"
    timezone: Zone = "UTC"
    remind_at: DueAt | None = None
    remind_before_minutes: Lead = None
    recurrence: Rule | None = None

    def given(self) -> dict[str, Any]:
        """What the client said."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class TaskResource(ResponseModel):
    """A task. `series_id` is the first of the occurrences that follow each other, `occurrence` counts from 1."""

    id: UUID
    customer_id: UUID | None
    case_id: UUID | None
    title: str
    notes: str | None
    owner_id: str
    priority: str
    status: str
    due_at: Moment
    remind_at: Moment | None
    remind_before_minutes: int | None
    timezone: str
    recurrence: str | None
    series_id: UUID
    occurrence: int
    created_at: Moment
    created_by: str
    closed_at: Moment | None
    closed_by: str | None
    version: int

    @classmethod
    def of(cls, task: Task) -> TaskResource:
        """As it is stored."""
        return cls(**_shown(task))


class CompletedResource(TaskResource):
    """A task that is done, and the next occurrence that this made."""

    next: TaskResource | None

    @classmethod
    def after(cls, task: Task, following: Task | None) -> CompletedResource:
        """The two together."""
        return cls(**_shown(task), next=following and TaskResource.of(following))


class ChangeResource(ResponseModel):
    """A field of a task changed; `version` is the task's after it."""

    at: Moment
    by: str
    version: int
    field: str
    before: Any
    after: Any

    @classmethod
    def of(cls, line: Recorded) -> ChangeResource:
        """As it is stored."""
        change = line.change
        return cls(
            at=line.at, by=line.by, version=line.version, field=change.field, before=change.before, after=change.after
        )


def _shown(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in SHOWN}
