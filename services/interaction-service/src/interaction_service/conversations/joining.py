"""Messages find the conversation they belong to, or open it, and get their place in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import families_of
from hamdel.ids import new_id
from interaction_service.conversations import repository
from interaction_service.conversations.domain import (
    ContactKey,
    Conversation,
    Incoming,
    Place,
    continued,
    is_idle,
    threads,
)

__all__ = ["join", "place_in"]


async def join(connection: AsyncConnection, messages: Sequence[Incoming]) -> list[Place]:
    """Places stored messages. The streams of their customers must be locked: that lock holds for the whole family, so
    nobody opens a second conversation of a key meanwhile; the conversations are locked here, after the streams.
    """
    by_key = threads(messages)
    families = await families_of(connection, sorted({key.customer_id for key in by_key}))
    found = await repository.lock_open(connection, [(key, families[key.customer_id]) for key in by_key])
    places: list[Place] = []
    counters: dict[UUID, count[int]] = {}
    for key, conversation in (await _chosen(connection, by_key, found)).items():
        counter = counters.setdefault(conversation.id, count(conversation.messages + 1))
        places += [
            Place(message.id, conversation.id, next(counter), key.contact, message.recorded_at)
            for message in by_key[key]
        ]
    await repository.place(connection, places)
    return places


async def place_in(connection: AsyncConnection, conversation: Conversation, message_id: UUID, at: datetime) -> None:
    """Puts one stored message at the end of a locked conversation."""
    place = Place(message_id, conversation.id, conversation.messages + 1, conversation.contact, at)
    await repository.place(connection, [place])


async def _chosen(
    connection: AsyncConnection, by_key: dict[ContactKey, list[Incoming]], found: dict[ContactKey, list[Conversation]]
) -> dict[ContactKey, Conversation]:
    chosen: dict[ContactKey, Conversation] = {}
    opened: list[Conversation] = []
    over: list[UUID] = []
    for key, messages in by_key.items():
        now = messages[0].recorded_at
        conversation = continued(found[key], key, now)
        if conversation is None:
            over += [one.id for one in found[key] if one.customer_id == key.customer_id and is_idle(one, now)]
            conversation = _new(key, now)
            opened.append(conversation)
        chosen[key] = conversation
    if over:
        await repository.close(connection, over)
    if opened:
        await repository.open_new(connection, opened)
    return chosen


def _new(key: ContactKey, now: datetime) -> Conversation:
    return Conversation(
        id=new_id(),
        customer_id=key.customer_id,
        channel=key.channel,
        contact=key.contact,
        status="open",
        messages=0,
        opened_at=now,
        last_message_at=now,
        version=1,
    )
