"""What other services tell of a customer, put on the timeline: scores, counts and codes, never what people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from hamdel.contracts.envelope import Event
from hamdel.contracts.loyalty import (
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsRedeemed,
    PointsReversed,
    TierChanged,
)
from hamdel.contracts.survey import ResponseSubmitted
from hamdel.database import UnitOfWork
from hamdel.messaging import Handler
from interaction_service.timeline.service import TimelineEntry, add_entry

__all__ = ["ON_TIMELINE", "on_points_moved", "on_response_submitted", "on_tier_changed"]

_Movement = PointsEarned | PointsRedeemed | PointsReversed | PointsExpired | PointsAdjusted
_MOVEMENTS: Final[Mapping[str, type[_Movement]]] = {
    kind.fact_type: kind for kind in (PointsEarned, PointsRedeemed, PointsReversed, PointsExpired, PointsAdjusted)
}


async def on_response_submitted(unit: UnitOfWork, event: Event) -> None:
    """A survey was answered: its scores, on the channel where it was."""
    fact = event.fact(ResponseSubmitted)
    shown = {"response_id", "survey_id", "survey_code", "survey_version", "nps", "csat", "ces"}
    summary = fact.model_dump(mode="json", include=shown, exclude_none=True)
    await _add(unit, event, "survey", fact.submitted_at, summary, fact.channel)


async def on_points_moved(unit: UnitOfWork, event: Event) -> None:
    """Points were earned, spent, taken back, lost or corrected: how many, and what is left to spend."""
    fact = event.fact(_MOVEMENTS[event.type])
    summary = fact.model_dump(mode="json", exclude={"customer_id", "occurred_at", "reason"}, exclude_none=True)
    await _add(unit, event, "points", fact.occurred_at, summary)


async def on_tier_changed(unit: UnitOfWork, event: Event) -> None:
    """The customer is in another tier of a programme."""
    fact = event.fact(TierChanged)
    summary = fact.model_dump(mode="json", exclude={"customer_id", "occurred_at"})
    await _add(unit, event, "tier", fact.occurred_at, summary)


async def _add(
    unit: UnitOfWork, event: Event, type_: str, at: datetime, summary: dict[str, Any], channel: str | None = None
) -> None:
    # The wire type is `<service>.<fact>.v1`: the fact is the kind, the event's own id makes a repeat harmless.
    kind = event.type.split(".")[1]
    await add_entry(unit, TimelineEntry(event.id, event.subject, type_, kind, channel, at, unit.now, summary))


ON_TIMELINE: Final[Mapping[str, Handler]] = {
    ResponseSubmitted.fact_type: on_response_submitted,
    TierChanged.fact_type: on_tier_changed,
    **dict.fromkeys(_MOVEMENTS, on_points_moved),
}
"""For the subscription of this service."""
