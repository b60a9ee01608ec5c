"""What a survey asks of the customer who answers it over an invitation: looked up when the response begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog

from hamdel.customers import UnreachableError, post_to_profile
from hamdel.http import Services
from survey_service.definition import Definition, attributes_of
from survey_service.invitations.domain import Ticket
from survey_service.invitations.respondents import response_behind
from survey_service.invitations.service import redeem_token
from survey_service.responses.stepping import Result
from survey_service.surveys.service import definition_of

__all__ = ["known_of", "known_of_respondent"]

log = structlog.get_logger(__name__)

SECONDS: Final = 1.0


async def known_of_respondent(services: Services, token: str) -> Mapping[str, Any] | None:
    """`known_of` for whoever has this token. Raises NotFound `unknown-survey-token`."""
    async with services.units.reading() as connection:
        ticket = await redeem_token(connection, token)
        if ticket.customer_id is None:
            return None
        state = await response_behind(connection, ticket, ticket.response_id)
        version = state.response.version if state else ticket.version
        definition = await definition_of(connection, ticket.survey_id, version)
    return await known_of(services, ticket, definition, state)


async def known_of(
    services: Services, ticket: Ticket, definition: Definition, state: Result | None
) -> Mapping[str, Any] | None:
    """The customer's attributes that the definition names. The response keeps those of its first step.

    None where nobody is known (a link, an anonymous survey), where the survey names none, and where profile-service
    does not answer within a second: the survey goes on with its fall-backs, and the next step asks again.
    """
    if state is not None and state.response.snapshot is not None:
        return state.response.snapshot
    names = attributes_of(definition)
    if ticket.customer_id is None or ticket.anonymous or not names:
        return None
    body = {"customer_ids": [str(ticket.customer_id)], "names": names}
    try:
        (found,) = (await post_to_profile(services, "attributes", body, SECONDS))["items"]
    except (UnreachableError, KeyError, TypeError, ValueError) as error:
        log.warning("attributes_unknown", error=str(error))
        return None
    return found if isinstance(found, dict) else None
