"""How a token of an anonymous survey is used up: once, and without a trace beside the answers.

Rows of one transaction can be joined, so the answers and the use of the token need two. That of the token begins first
and is committed last: it holds the row of the invitation or link, so whoever finishes with the same token in the same
moment waits for it and then finds the token used. Where the answers are refused it is taken back. Only a crash between
the two commits leaves a counted response whose token is open; its own repetition then uses the token up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hamdel.context import CallContext
from hamdel.database import UnitOfWork
from hamdel.http import Conflict, NotFound, Services
from survey_service.invitations.domain import Ticket
from survey_service.invitations.service import redeem_token, use_up, used
from survey_service.responses.domain import FINISHED
from survey_service.responses.service import response_of
from survey_service.responses.stepping import Result

__all__ = ["Ending", "used_once"]

AT_ONCE: Final = 2
"""Each holds one connection and waits for another: as many as the pool has would wait for each other."""


@dataclass(slots=True)
class Ending:
    """What became of the step; whoever stored it says so in `result`."""

    result: Result | None = None

    def uses(self, ticket: Ticket) -> bool:
        """Whether the token is used: by the step that finishes, for an invitation by its repetition too."""
        if self.result is None:
            return False
        repeated = ticket.invitation_id is not None and self.result.response.status == FINISHED
        return self.result.finished or repeated


class _UnusedError(Exception):
    """Takes the use of a token back."""


@asynccontextmanager
async def used_once(
    services: Services, context: CallContext, token: str, response_id: UUID | None, *, finished: bool
) -> AsyncIterator[Ending]:
    """Around the transaction of a step. Of an anonymous survey it uses the token up where the step finishes; for every
    other step and token it does nothing. Raises Conflict `survey-token-expired` where a link has had as many as may."""
    ending, ticket = Ending(), await _anonymous(services, token) if finished else None
    if ticket is None:
        yield ending
        return
    slots: asyncio.Semaphore = services.extras.setdefault("anonymous endings", asyncio.Semaphore(AT_ONCE))
    async with slots:
        with suppress(_UnusedError):
            async with services.units(context) as unit:
                await _use(unit, ticket, response_id)
                yield ending
                if not ending.uses(ticket):
                    raise _UnusedError


async def _anonymous(services: Services, token: str) -> Ticket | None:
    async with services.units.reading() as connection:
        ticket = await redeem_token(connection, token)
    return ticket if ticket.anonymous else None


async def _use(unit: UnitOfWork, ticket: Ticket, response_id: UUID | None) -> None:
    """That an invitation is used already is for the step to judge: it may be a repetition."""
    if ticket.invitation_id is not None:
        await use_up(unit, ticket.invitation_id)
    elif ticket.link_id is not None and not await used(unit, ticket.link_id):
        with suppress(NotFound):
            if response_id and (await _stored(unit, ticket, response_id)).response.status == FINISHED:
                return
        raise Conflict("survey-token-expired", "as many have answered as may")


async def _stored(unit: UnitOfWork, ticket: Ticket, response_id: UUID) -> Result:
    return await response_of(unit.connection, ticket.survey_id, response_id)
