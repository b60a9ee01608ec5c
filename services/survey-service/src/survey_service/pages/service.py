"""What happens at a link: finding out who is there, and handing in a step."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.context import CallContext
from hamdel.http import NotFound, Services
from hamdel.http.commands import tried_again
from survey_service.invitations.domain import Ticket
from survey_service.invitations.ending import used_once
from survey_service.invitations.knowing import known_of
from survey_service.invitations.respondents import Step, take
from survey_service.invitations.service import opened, redeem_token
from survey_service.pages.visiting import GoOn, Visit
from survey_service.responses.service import response_of
from survey_service.responses.stepping import Result
from survey_service.surveys.service import definition_of

__all__ = ["hand_in", "note_look", "visit_of"]


async def visit_of(services: Services, token: str, response_id: UUID | None) -> Visit:
    """Who is at this link, and what is known of them; `response_id` is what the address or the form says where the link
    does not know it. Raises NotFound `unknown-survey-token`."""
    async with services.units.reading() as connection:
        visit = await _visit_at(connection, token, response_id)
    return replace(visit, known=await known_of(services, visit.ticket, visit.definition, visit.state))


async def _visit_at(connection: AsyncConnection, token: str, response_id: UUID | None) -> Visit:
    ticket = await redeem_token(connection, token)
    client_id = ticket.response_id or response_id or uuid4()
    state = await _state(connection, ticket, client_id)
    version = state.response.version if state else ticket.version
    definition = await definition_of(connection, ticket.survey_id, version)
    return Visit(token=token, ticket=ticket, definition=definition, response_id=client_id, state=state)


async def note_look(services: Services, context: CallContext, visit: Visit) -> None:
    """The first look of somebody invited is taken down, once."""
    if visit.state is None and visit.ticket.response_id is not None:
        async with services.units(context) as unit:
            await opened(unit, visit.ticket)


async def hand_in(services: Services, context: CallContext, visit: Visit, step: int, move: GoOn) -> Result:
    """Stores a step. Raises the problems of `respondents.take`."""
    given = Step(
        response_id=visit.response_id, step=step, finished=move.finished, answers=move.answers, language=move.language
    )

    async def stored() -> Result:
        async with services.units(context) as unit:
            result = await take(unit, visit.token, given, visit.known)
        if unit.sequences:
            services.units.after_commit()
        return result

    async with used_once(services, context, visit.token, visit.response_id, finished=move.finished) as ending:
        ending.result = await tried_again(stored)
        return ending.result


async def _state(connection: AsyncConnection, ticket: Ticket, client_id: UUID) -> Result | None:
    """The response so far; None before its first step, and where it is not this link's."""
    try:
        found = await response_of(connection, ticket.survey_id, client_id)
    except NotFound:
        return None
    held = found.response
    of_others = (held.invitation_id, held.customer_id) != (ticket.invitation_id, ticket.customer_id)
    return None if of_others and not held.anonymous else found
