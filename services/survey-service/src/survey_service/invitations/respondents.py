"""What somebody with a token may do: see the survey, answer it step by step."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Conflict, FieldError, InvalidValue, NotFound
from survey_service.definition import Definition
from survey_service.invitations.domain import Ticket
from survey_service.invitations.service import answered, opened, redeem_token, used
from survey_service.responses.service import response_of, submit
from survey_service.responses.stepping import Result
from survey_service.responses.submissions import Submission
from survey_service.responses.submissions import Ticket as Proof
from survey_service.surveys.service import definition_of, version_of

__all__ = ["Seen", "Step", "proof_of", "response_behind", "see", "take"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a token shows: the definition as it was written, and the response so far; None where there is none."""

    ticket: Ticket
    version: int
    definition: Definition
    document: Mapping[str, Any]
    response: Result | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a response. `response_id` is the client's, needed where the token has none."""

    response_id: UUID | None
    step: int
    finished: bool
    answers: Mapping[str, Any]
    language: str | None


async def see(unit: UnitOfWork, token: str) -> Seen:
    """The survey behind a token; the first look is taken down. Raises NotFound `unknown-survey-token`."""
    ticket = await redeem_token(unit.connection, token)
    if ticket.state == "open":
        await opened(unit, ticket)
    response = await response_behind(unit.connection, ticket, ticket.response_id)
    version = response.response.version if response else ticket.version
    _, document = await version_of(unit.connection, ticket.survey_id, version)
    definition = await definition_of(unit.connection, ticket.survey_id, version)
    return Seen(ticket=ticket, version=version, definition=definition, document=document, response=response)


async def take(unit: UnitOfWork, token: str, step: Step, attributes: Mapping[str, Any] | None = None) -> Result:
    """Takes a step; `attributes` are what `knowing` found of the customer. Raises NotFound `unknown-survey-token`;
    Conflict `survey-token-used`, `survey-token-expired`; InvalidValue without the id of a response that needs one; and
    what `responses.service.submit` raises."""
    ticket = await redeem_token(unit.connection, token)
    response_id = ticket.response_id or step.response_id
    if response_id is None:
        raise InvalidValue(errors=[FieldError("/response_id", "must be given", "missing")])
    await _check_state(unit.connection, ticket, response_id)
    submission = Submission(
        id=response_id,
        survey_id=ticket.survey_id,
        step=step.step,
        finished=step.finished,
        answers=step.answers,
        language=step.language or ticket.language,
        ticket=proof_of(ticket, attributes),
    )
    result = await submit(unit, submission)
    # that of an anonymous survey is used in a transaction of its own, see `ending`
    if result.finished and ticket.kind == "link" and ticket.link_id and not await used(unit, ticket.link_id):
        raise _expired()
    return result


def proof_of(ticket: Ticket, attributes: Mapping[str, Any] | None = None) -> Proof:
    """The ticket as responses ask for it."""
    personal = ticket.kind == "personal" and not ticket.anonymous
    return Proof(
        survey_id=ticket.survey_id,
        version=ticket.version,
        invitation_id=ticket.invitation_id if personal else None,
        customer_id=ticket.customer_id,
        correlation_id=ticket.correlation_id,
        channel=ticket.channel,
        attributes=attributes if personal else None,
        answered=answered if personal else None,
    )


async def _check_state(connection: AsyncConnection, ticket: Ticket, response_id: UUID) -> None:
    """What is closed or answered by somebody known is for `submit` to judge: a late retry is no mistake."""
    if ticket.state == "answered" and ticket.anonymous:
        if await response_behind(connection, ticket, response_id) is None:
            raise Conflict("survey-token-used", "the invitation was answered already")
    elif ticket.state == "expired":
        begun = await response_behind(connection, ticket, response_id)
        definition = await definition_of(connection, ticket.survey_id, ticket.version)
        if begun is None or definition.settings.late == "refuse":
            raise _expired()


async def response_behind(connection: AsyncConnection, ticket: Ticket, response_id: UUID | None) -> Result | None:
    """The response so far; None where there is none."""
    if response_id is not None:
        with suppress(NotFound):
            return await response_of(connection, ticket.survey_id, response_id)
    return None


def _expired() -> Conflict:
    return Conflict("survey-token-expired", "the invitation is over")
