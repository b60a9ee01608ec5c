"""Points given or taken by a person, and who may do that alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

__all__ = ["STATUSES", "UNBOUNDED", "Adjustment", "AdjustmentDraft", "decided", "may_decide", "needs_second_person"]

Status = Literal["posted", "waiting", "rejected"]
STATUSES: Final[tuple[Status, ...]] = ("posted", "waiting", "rejected")

UNBOUNDED: Final = "admin"
"""The role that may decide about any amount, as the second person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentDraft:
    """What is asked for: `points` are given (positive) or taken (negative). `allow_negative`: the balance may fall
    below zero; `expires_at`: when given points lapse, None = as the programme says."""

    program_id: UUID
    points: int
    reason: str
    allow_negative: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An adjustment as it is kept. `entry_id` is its row in the ledger once it is posted; who was asked for a second
    opinion is in `decided_by`, None where the first person could decide alone."""

    id: UUID
    program_id: UUID
    customer_id: UUID
    points: int
    reason: str
    allow_negative: bool
    expires_at: datetime | None
    status: Status
    requested_by: str
    requested_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    entry_id: UUID | None = None
    version: int = 1


def needs_second_person(limits: Mapping[str, int], roles: Collection[str], draft: AdjustmentDraft) -> bool:
    """Whether somebody else has to agree: above the limit of the person's best role, either way, and wherever the
    balance may fall below zero."""
    return draft.allow_negative or abs(draft.points) > _limit(limits, roles)


def may_decide(limits: Mapping[str, int], roles: Collection[str], points: int) -> bool:
    """Whether a second person's role is enough for so many points: its limit covers them, or it has none."""
    return UNBOUNDED in roles or abs(points) <= _limit(limits, roles)


def decided(waiting: Adjustment, status: Status, by: str, at: datetime, entry_id: UUID | None = None) -> Adjustment:
    """The adjustment after the second person spoke."""
    return replace(waiting, status=status, decided_by=by, decided_at=at, entry_id=entry_id, version=waiting.version + 1)


def _limit(limits: Mapping[str, int], roles: Collection[str]) -> int:
    return max((limits.get(role, 0) for role in roles), default=0)
