"""A response as it is kept, and the rules that need nothing else: whose id it is, how long it took, when it is late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final, Literal
from uuid import UUID, uuid5

__all__ = ["FINISHED", "OPEN", "Response", "Status", "earliest", "hidden_id", "noon", "seconds_between", "started"]

Status = Literal["open", "finished"]
OPEN: Final[Status] = "open"
FINISHED: Final[Status] = "finished"

LONGEST_HEAD_START: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response. `answers` are plain JSON values as the API has them: all that were given while it is open, those on
    the path once it is finished, when `dropped` names the others. `snapshot` holds what is known of the customer, for
    conditions; `attributes` the part that the survey declares for cross tables. Times are UTC; those of an anonymous
    response are noon of the day in the survey's time zone, and it has no duration, no customer, no invitation."""

    id: UUID
    survey_id: UUID
    version: int
    anonymous: bool
    customer_id: UUID | None
    invitation_id: UUID | None
    language: str | None
    channel: str | None
    status: Status
    step: int
    answers: Mapping[str, Any]
    snapshot: Mapping[str, Any] | None
    attributes: Mapping[str, Any] | None
    dropped: tuple[str, ...]
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    duration_seconds: int | None
    late: bool
    nps: int | None
    csat: int | None
    ces: int | None


@lru_cache(maxsize=1_000)
def hidden_id(client_id: UUID) -> UUID:
    """The id under which an anonymous response is kept. A client's id may be a UUIDv7, which tells the millisecond in
    which it was made; its hash tells nothing, and rows in the order of the hashes are in no order of time."""
    return uuid5(client_id, "anonymous response")


def started(now: datetime, claimed: datetime | None) -> datetime:
    """When a response began whose first step arrives now: what the client says, if that was before now and less than a
    day ago."""
    if claimed is None or not now - LONGEST_HEAD_START <= claimed <= now:
        return now
    return claimed


def seconds_between(start: datetime, end: datetime) -> int:
    """Whole seconds, never below 0."""
    return max(0, int((end - start).total_seconds()))


def noon(moment: datetime, zone: tzinfo) -> datetime:
    """Noon of the moment's day in the time zone, in UTC: all that is kept of an anonymous respondent's time."""
    return datetime.combine(moment.astimezone(zone).date(), time(12), zone).astimezone(UTC)


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of the moments that are there."""
    return min((one for one in moments if one is not None), default=None)
