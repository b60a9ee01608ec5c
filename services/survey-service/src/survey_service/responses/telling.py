"""The facts of a response that somebody known has finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from hamdel.context import CallContext
from hamdel.contracts.base import rfc3339
from hamdel.contracts.survey import DetractorDetected, ResponseSubmitted
from hamdel.database import UnitOfWork
from survey_service.definition import Definition
from survey_service.responses.stepping import Result
from survey_service.responses.submissions import Submission

__all__ = ["tell"]

DETRACTOR: Final = 6
"""The highest NPS answer of a detractor (Reichheld, "The One Number You Need to Grow", HBR 2003)."""


async def tell(unit: UnitOfWork, given: Submission, result: Result, definition: Definition) -> None:
    """Records the facts in the context of the call, continuing the journey of the ticket, and marks its invitation
    answered. The customer's stream must be locked; of a response without a customer nothing is told."""
    response = result.response
    before, unit.context = unit.context, _context(unit.context, given)
    if response.customer_id is not None:
        about = _about(result, definition)
        unit.record_data(response.customer_id, ResponseSubmitted.fact_type, _submitted(result, definition, about))
        if response.nps is not None and response.nps <= DETRACTOR:
            unit.record_data(response.customer_id, DetractorDetected.fact_type, about)
    ticket = given.ticket
    if ticket and ticket.answered and ticket.invitation_id and not response.anonymous:
        await ticket.answered(unit, ticket.invitation_id, response.id)
    unit.context = before


def _context(own: CallContext, given: Submission) -> CallContext:
    context = given.context or own
    journey = given.ticket.correlation_id if given.ticket else None
    return replace(context, correlation_id=journey) if journey else context


def _about(result: Result, definition: Definition) -> dict[str, Any]:
    """What both facts say; it is the whole of `DetractorDetected`."""
    response = result.response
    assert response.finished_at is not None
    return {
        "response_id": response.id,
        "survey_id": response.survey_id,
        "survey_code": definition.code,
        "customer_id": response.customer_id,
        "nps": response.nps,
        "submitted_at": rfc3339(response.finished_at),
    }


def _submitted(result: Result, definition: Definition, about: Mapping[str, Any]) -> dict[str, Any]:
    """The data of `ResponseSubmitted`, as its own dump has them: building the model costs more than the rules."""
    response = result.response
    return {
        **about,
        "survey_version": response.version,
        "channel": response.channel,
        "language": response.language,
        "csat": response.csat,
        "ces": response.ces,
        **_scale("csat", response.csat, result, definition),
        **_scale("ces", response.ces, result, definition),
    }


def _scale(kind: str, score: int | None, result: Result, definition: Definition) -> dict[str, int | None]:
    """The ends of the scale that the score is on."""
    low, high = f"{kind}_min", f"{kind}_max"
    if score is None:
        return {low: None, high: None}
    questions = (definition.questions[name] for name, answer in result.path.kept.items() if not answer.dismissed)
    steps = next(one.scale.steps for one in questions if one.kind == kind and one.scale)
    return {low: steps[0], high: steps[-1]}
