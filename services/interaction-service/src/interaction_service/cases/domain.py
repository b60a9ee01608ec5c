"""The rules of cases: what one is, which moves its status allows, and what each move changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

__all__ = [
    "MIRRORED",
    "MOVES",
    "OPEN_STATUSES",
    "PRIORITIES",
    "RELATIONS",
    "REOPEN_WINDOW",
    "STATUSES",
    "TYPES",
    "Case",
    "CaseDraft",
    "Change",
    "Line",
    "Moved",
    "Note",
    "changes_between",
    "escalated_priority",
    "move",
    "occasion_of",
]

TYPES: Final = ("question", "complaint", "return", "request", "follow_up")
PRIORITIES: Final = ("low", "normal", "high", "urgent")
STATUSES: Final = ("open", "waiting", "resolved", "closed")
OPEN_STATUSES: Final = ("open", "waiting")
"""The statuses in which somebody still has to do something."""

RELATIONS: Final = ("related", "duplicate_of", "duplicated_by")
MIRRORED: Final = dict(zip(RELATIONS, ("related", "duplicated_by", "duplicate_of"), strict=True))
"""How a case names another, and how that one names it."""

REOPEN_WINDOW: Final = timedelta(days=30)
"""How long after it was resolved or closed a case may come back; afterwards a new one is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDraft:
    """A case to be opened. `origin` names what it was opened for: the same origin twice opens one case. Without an
    `owner_id` the queue's own way of assigning decides, if it has one."""

    customer_id: UUID
    type: str
    priority: str
    subject: str
    channel: str | None = None
    policy: str | None = None
    queue: str | None = None
    owner_id: str | None = None
    tags: tuple[str, ...] = ()
    conversation_id: UUID | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stored case. Times are UTC; `level` counts escalations; `resolution` is a code; a case that another one
    absorbed is closed and names it in `merged_into`."""

    id: UUID
    number: int
    customer_id: UUID
    type: str
    priority: str
    status: str
    subject: str
    channel: str | None
    policy: str | None
    queue: str | None
    owner_id: str | None
    tags: tuple[str, ...]
    conversation_id: UUID | None
    origin: str | None
    level: int
    resolution: str | None
    merged_into: UUID | None
    opened_at: datetime
    opened_by: str
    resolved_at: datetime | None
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Note:
    """What staff wrote down for themselves; no customer ever sees it. `noted_at` is UTC."""

    id: UUID
    case_id: UUID
    author: str
    body: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; the empty field means the case as a whole."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Line:
    """A change as it was written down: by whom, when (UTC), from where, in the course of what."""

    version: int
    at: datetime
    actor: str
    source: str
    action: str
    field: str
    before: Any
    after: Any


_TRACKED: Final = (
    "type", "priority", "status", "subject", "policy", "queue", "owner_id", "tags", "level", "resolution",
    "conversation_id", "merged_into",
)  # fmt: skip

MOVES: Final = {
    "agent_replied": {"open": "open", "waiting": "open", "resolved": "resolved"},
    "wait": {"open": "waiting", "waiting": "waiting"},
    "customer_replied": {"open": "open", "waiting": "open", "resolved": "open"},
    "resolve": {"open": "resolved", "waiting": "resolved"},
    "close": {"open": "closed", "waiting": "closed", "resolved": "closed"},
    "reopen": {"resolved": "open", "closed": "open"},
}
"""Move → status before → status after. What is not here is not allowed."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The status after a move, and whether the case came back from being resolved or closed."""

    status: str
    reopened: bool


def move(status: str, name: str, *, done_at: datetime | None, now: datetime) -> Moved | None:
    """What the move makes of a case in this status; None where it is not allowed.

    A case that is done (since `done_at`) comes back within REOPEN_WINDOW alone.
    """
    after = MOVES[name].get(status)
    if after is None:
        return None
    reopened = status not in OPEN_STATUSES and after in OPEN_STATUSES
    if reopened and done_at is not None and now - done_at > REOPEN_WINDOW:
        return None
    return Moved(after, reopened)


def occasion_of(origin: str | None) -> str | None:
    """What a rule opened a case for, in one word: `detractor`; None for whatever else."""
    told = origin is not None and origin.startswith("rule:/") and "/survey.detractor_detected.v1/" in origin
    return "detractor" if told else None


def escalated_priority(priority: str) -> str:
    """One step up; urgent stays urgent."""
    return PRIORITIES[min(PRIORITIES.index(priority) + 1, len(PRIORITIES) - 1)]


def changes_between(before: Case, after: Case) -> list[Change]:
    """The fields that differ, in a fixed order."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in _TRACKED)
    return [Change(name, old, new) for name, old, new in pairs if old != new]
