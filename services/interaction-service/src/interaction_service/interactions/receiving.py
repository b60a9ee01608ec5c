"""The HTTP side of one message that names its contact: the answer tells the conversation that it joined."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response

from hamdel.database import UnitOfWork
from hamdel.http import Answer, command, etag, services_of
from interaction_service.cases.replies import customers_wrote
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.schemas import resource_of
from interaction_service.interactions.service import InteractionStore, interaction_of
from interaction_service.recording.domain import Status
from interaction_service.recording.http import directory_of, rejection
from interaction_service.recording.service import record_many

__all__ = ["receive", "recorded"]

Turns = WeakValueDictionary[UUID, asyncio.Lock]


async def receive(request: Request, record: Interaction) -> Response:
    """201 with the message in its conversation; 200 with the stored one when the same was received before; the
    problems of `recording.http.record_one`.

    The messages of one customer wait for each other here, in the order they came: a hundred at once would wait in the
    database otherwise, each with a connection, and nobody else would get one.
    """
    directory = directory_of(request)

    async def use_case(unit: UnitOfWork) -> Answer:
        (outcome,) = await record_many(unit, directory, InteractionStore(), [record])
        if outcome.id is None:
            raise rejection(outcome)
        if outcome.status is Status.CREATED:
            await recorded(unit, [record])
        stored = await interaction_of(unit.connection, outcome.id)
        return Answer(resource_of(stored), 201 if outcome.status is Status.CREATED else 200, {"ETag": etag(1)})

    async with _turn(request, record.customer_id):
        return await command(request, use_case)


async def recorded(unit: UnitOfWork, records: Sequence[Interaction]) -> None:
    """What follows from messages that were just stored: they are replies in the cases of their conversations."""
    inbound = [record.id for record in records if record.contact is not None and record.direction == "inbound"]
    if inbound:
        await customers_wrote(unit, inbound)


def _turn(request: Request, customer_id: UUID) -> asyncio.Lock:
    turns: Turns = services_of(request).extras.setdefault("turns of messages", Turns())
    return turns.setdefault(customer_id, asyncio.Lock())
