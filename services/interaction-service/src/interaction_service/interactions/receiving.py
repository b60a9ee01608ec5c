"""The HTTP side of one message that names its contact: the answer tells the conversation that it joined."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Answer, command, etag, services_of
from interaction_service.cases.replies import customers_wrote
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.schemas import resource_of
from interaction_service.interactions.service import InteractionStore, interaction_of
from interaction_service.recording.domain import Status
from interaction_service.recording.http import rejection
from interaction_service.recording.service import record_many
from interaction_service.rules.service import Happening, tell

__all__ = ["ReceivingStore", "receive"]

Turns = WeakValueDictionary[UUID, asyncio.Lock]


async def receive(request: Request, record: Interaction) -> Response:
    """201 with the message in its conversation; 200 with the stored one when the same was received before; the
    problems of `recording.http.record_one`.

    The messages of one customer wait for each other here, in the order they came: a hundred at once would wait in the
    database otherwise, each with a connection, and nobody else would get one.
    """
    directory = directory_of(request)

    async def use_case(unit: UnitOfWork) -> Answer:
        (outcome,) = await record_many(unit, directory, ReceivingStore(), [record])
        if outcome.id is None:
            raise rejection(outcome)
        stored = await interaction_of(unit.connection, outcome.id)
        return Answer(resource_of(stored), 201 if outcome.status is Status.CREATED else 200, {"ETag": etag(1)})

    async with _turn(request, record.customer_id):
        return await command(request, use_case)


class ReceivingStore(InteractionStore):
    """Interactions with what follows from them: a customer's message is a reply in the cases of its conversation, and
    rules hear of every one."""

    async def recorded(self, unit: UnitOfWork, told: Sequence[tuple[Interaction, dict[str, Any]]]) -> None:
        """See `recording.service.Store`."""
        inbound = [one.id for one, _ in told if one.contact is not None and one.direction == "inbound"]
        if inbound:
            await customers_wrote(unit, inbound)
        # made only where a rule listens
        happenings = (Happening(one.customer_id, one.occurred_at, fact, str(one.id)) for one, fact in told)
        await tell(unit, self.fact_type, happenings)


def _turn(request: Request, customer_id: UUID) -> asyncio.Lock:
    turns: Turns = services_of(request).extras.setdefault("turns of messages", Turns())
    return turns.setdefault(customer_id, asyncio.Lock())
