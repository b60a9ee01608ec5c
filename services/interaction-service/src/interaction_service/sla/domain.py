"""Promises of a case: what is promised, how a clock stands, and which policy applies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Final, Literal
from uuid import UUID

__all__ = [
    "DEFAULT_POLICY",
    "PRIORITIES",
    "TARGETS",
    "Due",
    "Policy",
    "SlaEvent",
    "SlaSubject",
    "State",
    "Target",
    "Unchanged",
    "policy_for",
    "warning_lead",
]

Target = Literal["first_response", "next_response", "resolution"]
State = Literal["none", "running", "paused", "met", "breached"]

TARGETS: Final[tuple[Target, ...]] = ("first_response", "next_response", "resolution")

PRIORITIES: Final = ("low", "normal", "high", "urgent")
"""The least urgent first."""

DEFAULT_POLICY: Final = "default"
"""The code of the rows for cases that name no policy."""


class SlaEvent(StrEnum):
    """What happened to a case, as far as its clocks care."""

    AGENT_REPLIED = "agent_replied"
    CUSTOMER_REPLIED = "customer_replied"
    WAITING = "waiting"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    CHANGED = "changed"


class Unchanged(Enum):
    """Stands for a value that is not told anew."""

    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class SlaSubject:
    """A case that was just opened. `policy` is a code; None stands for the default one, if there is any."""

    case_id: UUID
    customer_id: UUID
    policy: str | None
    priority: str


@dataclass(frozen=True, slots=True)
class Due:
    """How the promises of a case stand; all times UTC.

    A deadline is None where nothing is promised, and while its clock is paused. `next_at` is the earliest deadline that
    somebody still has to keep, one that has passed already included.
    """

    first_response_at: datetime | None = None
    next_response_at: datetime | None = None
    resolution_at: datetime | None = None
    states: Mapping[Target, State] = field(default_factory=lambda: dict.fromkeys(TARGETS, "none"))
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """One row of a policy: what is promised to cases of a priority, and to customers of a tier where it names one.

    Targets are business minutes of `calendar`; None promises nothing.
    """

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

    def minutes(self, target: Target) -> int | None:
        """What is promised, in business minutes."""
        promised: int | None = getattr(self, f"{target}_minutes")
        return promised


def policy_for(rows: Iterable[Policy], priority: str, tier: str | None) -> Policy | None:
    """Which of the rows of one code applies to a case.

    A row for another tier never does. Of the others: the row of the priority itself, else the nearest less urgent one
    (what is promised to everybody is promised to an urgent case as well), else the nearest more urgent one; at the same
    priority the row that names the tier comes before the one for everybody.
    """
    wanted = PRIORITIES.index(priority)

    def distance(row: Policy) -> tuple[bool, int, bool]:
        steps = wanted - PRIORITIES.index(row.priority)
        return steps < 0, abs(steps), row.tier is None

    return min((row for row in rows if row.tier in (None, tier)), key=distance, default=None)


def warning_lead(promised: int, warn_before: int | None) -> float:
    """How many business minutes before the deadline the warning comes: as the policy says where that is less than what
    is promised, else a fifth of what is promised.

    >>> warning_lead(60, 15), warning_lead(60, None), warning_lead(60, 90)
    (15, 12.0, 12.0)
    """
    return warn_before if warn_before is not None and warn_before < promised else promised / 5
