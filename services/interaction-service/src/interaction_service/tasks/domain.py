"""A follow-up: somebody promised to do something by a moment; once, or again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

__all__ = [
    "PRIORITIES",
    "STATUSES",
    "Change",
    "Filters",
    "Recorded",
    "Task",
    "TaskDraft",
    "Wanted",
    "alarm_at",
    "changes_between",
    "instant",
    "moved",
    "next_reminder",
    "occurrence_after",
    "reminder_of",
    "told",
    "wall_clock",
]

Status = Literal["open", "done", "cancelled"]
Priority = Literal["low", "normal", "high", "urgent"]
STATUSES: Final[tuple[Status, ...]] = ("open", "done", "cancelled")
PRIORITIES: Final[tuple[Priority, ...]] = ("low", "normal", "high", "urgent")

CHANGING: Final = (
    "title",
    "notes",
    "owner_id",
    "priority",
    "status",
    "due_at",
    "remind_at",
    "remind_before_minutes",
    "timezone",
    "recurrence",
)
"""The fields whose changes the history tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
    """A task to be made. Moments are aware; `timezone` (IANA) is where its days are counted; `recurrence` is an
    RFC 5545 rule; a reminder is a moment or a lead in minutes, not both. The same `origin` makes one task."""

    title: str
    owner_id: str
    due_at: datetime
    customer_id: UUID | None = None
    case_id: UUID | None = None
    notes: str | None = None
    priority: Priority = "normal"
    timezone: str = "UTC"
    remind_at: datetime | None = None
    remind_before_minutes: int | None = None
    recurrence: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A stored task. `series_id` is the first occurrence's id, `occurrence` counts from 1; `recurs_from` and
    `recurs_at` are local times of `timezone`: where the series began, and this one's place in it whatever its due
    date was moved to. `reminder_told` and `due_told`: whether the moment as it is now has been told."""

    id: UUID
    customer_id: UUID | None
    case_id: UUID | None
    title: str
    notes: str | None
    owner_id: str
    priority: Priority
    status: Status
    due_at: datetime
    remind_at: datetime | None
    remind_before_minutes: int | None
    timezone: str
    recurrence: str | None
    series_id: UUID
    occurrence: int
    recurs_from: datetime | None
    recurs_at: datetime | None
    reminder_told: bool
    due_told: bool
    origin: str | None
    created_at: datetime
    created_by: str
    closed_at: datetime | None = None
    closed_by: str | None = None
    version: int = 1

    @property
    def alarm_at(self) -> datetime | None:
        """See the function of the same name; a property so that it is stored with the rest."""
        return alarm_at(self)


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a task changed; values as JSON has them."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Recorded:
    """A line of a task's history."""

    id: UUID
    at: datetime
    by: str
    version: int
    change: Change


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of tasks is asked for; None = whatever. `due_before` is not included."""

    owner_id: str | None
    customer_id: UUID | None
    case_id: UUID | None
    status: Status | None
    due_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """`Wanted` with everybody who is one with the customer."""

    owner_id: str | None = None
    customer_ids: tuple[UUID, ...] | None = None
    case_id: UUID | None = None
    status: Status | None = None
    due_before: datetime | None = None


def alarm_at(task: Task) -> datetime | None:
    """When the next moment of an open task is to be told: its reminder or its due date. None when nothing is left, and
    for a task without a customer: facts have a customer as their subject."""
    if task.status != "open" or task.customer_id is None:
        return None
    waiting = [] if task.due_told else [task.due_at]
    if task.remind_at is not None and not task.reminder_told:
        waiting.append(task.remind_at)
    return min(waiting, default=None)


def wall_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """What a clock on the wall shows at a moment: a local time without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) of a local time. Of two it is the first; one that a clock skips is read with the offset from
    before the gap (RFC 5545, section 3.3.5)."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def reminder_of(due_at: datetime, remind_at: datetime | None, before_minutes: int | None) -> datetime | None:
    """When to remind: the lead before the due date, else the moment itself."""
    return remind_at if before_minutes is None else due_at - timedelta(minutes=before_minutes)


def next_reminder(task: Task, due_at: datetime) -> datetime | None:
    """The reminder of the occurrence due at `due_at`: the same lead, or as much earlier by the wall clock as before;
    never after the due date."""
    if task.remind_at is None or task.remind_before_minutes is not None:
        return reminder_of(due_at, None, task.remind_before_minutes)
    zone = ZoneInfo(task.timezone)
    lead = wall_clock(task.due_at, zone) - wall_clock(task.remind_at, zone)
    return min(due_at, instant(wall_clock(due_at, zone) - lead, zone))


def changes_between(before: Task, after: Task) -> list[Change]:
    """What differs, field by field."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in CHANGING)
    return [Change(name, old, new) for name, old, new in pairs if old != new]


def moved(before: Task, after: Task) -> Task:
    """The changed task: a moment that changed is still to be told."""
    return replace(
        after,
        reminder_told=before.reminder_told and after.remind_at == before.remind_at,
        due_told=before.due_told and after.due_at == before.due_at,
    )


def occurrence_after(task: Task, new_id: UUID, local: datetime, now: datetime, actor: str) -> Task:
    """The next occurrence of a series, at a local time of the task's zone: due date and reminder move alike."""
    due_at = instant(local, ZoneInfo(task.timezone))
    return replace(
        task,
        id=new_id,
        status="open",
        due_at=due_at,
        remind_at=next_reminder(task, due_at),
        occurrence=task.occurrence + 1,
        recurs_at=local,
        reminder_told=False,
        due_told=False,
        origin=None,
        created_at=now,
        created_by=actor,
        closed_at=None,
        closed_by=None,
        version=1,
    )


def told(task: Task, now: datetime) -> tuple[Task, list[bool]]:
    """What of a task is to be told at `now` (True: its reminder, False: that it is due), in order, and the task after
    that."""
    if task.status != "open" or task.customer_id is None:
        return task, []
    reminds = task.remind_at is not None and not task.reminder_told and task.remind_at <= now
    due = not task.due_told and task.due_at <= now
    after = replace(task, reminder_told=task.reminder_told or reminds, due_told=task.due_told or due)
    return after, [True] * reminds + [False] * due
