"""Use cases of conversations: reading one, and writing into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork, family_of
from hamdel.http import NotFound, Paging, cut_page, decode_cursor
from hamdel.ids import new_id
from interaction_service.conversations import repository
from interaction_service.conversations.domain import Conversation
from interaction_service.delivery.domain import MessageDraft
from interaction_service.delivery.service import enqueue
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.repository import by_ids
from interaction_service.interactions.service import record_in
from interaction_service.recording.domain import UNCOMPARED

__all__ = ["Letter", "conversation_of", "held", "page_of_conversations", "page_of_messages", "write"]

SENT: Final = frozenset({"email", "sms"})
"""Channels that a message leaves by on its own; on the others the agent has spoken, and it is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is said to a customer, or by one; `agent_id` is who said it or took it down."""

    customer_id: UUID
    channel: str
    direction: str
    body: str
    subject: str | None
    agent_id: str


async def conversation_of(connection: AsyncConnection, conversation_id: UUID) -> Conversation:
    """The conversation. Raises NotFound `unknown-conversation`."""
    found = await repository.by_id(connection, conversation_id)
    if found is None:
        raise _unknown()
    return found


async def held(unit: UnitOfWork, conversation_id: UUID) -> Conversation:
    """The conversation, locked after the stream of its customer. Raises NotFound `unknown-conversation`."""
    await unit.lock_streams([(await conversation_of(unit.connection, conversation_id)).customer_id])
    found = await repository.lock(unit.connection, conversation_id)
    if found is None:
        raise _unknown()
    return found


async def write(unit: UnitOfWork, conversation: Conversation | None, letter: Letter) -> Interaction:
    """Records the letter in the locked conversation (or in none) and sends it where its channel sends.

    It goes to the conversation's own address, whoever the customer has been merged with since; without a conversation
    to the address that the customer has for the channel.
    """
    record = _recorded(unit, letter)
    await record_in(unit, conversation, record)
    if letter.direction == "outbound" and letter.channel in SENT:
        draft = MessageDraft(
            customer_id=letter.customer_id,
            channel=letter.channel,
            purpose="service",
            key=f"reply:{record.id}",
            subject=letter.subject,
            body=letter.body,
            address=conversation.contact if conversation else None,
            transactional=True,
            on_timeline=True,
        )
        await enqueue(unit, draft)
    return record


async def page_of_messages(
    connection: AsyncConnection, conversation_id: UUID, paging: Paging
) -> tuple[list[Interaction], str | None]:
    """A page of messages in the order of arrival, and the cursor of the next. Raises NotFound, Malformed."""
    await conversation_of(connection, conversation_id)
    (after,) = decode_cursor(paging.cursor, int) or (0,)
    rows = await repository.message_ids(connection, conversation_id, after, paging.limit + 1)
    shown, following = cut_page(rows, paging.limit, lambda row: (row[0],))
    records = await by_ids(connection, [message_id for _, message_id in shown])
    return [records[message_id] for _, message_id in shown], following


async def page_of_conversations(
    connection: AsyncConnection, customer_id: UUID, paging: Paging
) -> tuple[Sequence[Conversation], str | None]:
    """The conversations of a customer and of everybody who is one with it, newest first. Raises Malformed."""
    (before,) = decode_cursor(paging.cursor, UUID) or (None,)
    family = await family_of(connection, customer_id)
    found = await repository.of_customers(connection, family, before, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


def _recorded(unit: UnitOfWork, letter: Letter) -> Interaction:
    return Interaction(
        id=new_id(),
        # orjson does not know the driver's own kind of UUID
        customer_id=UUID(int=letter.customer_id.int),
        source="hamdel",
        external_id=None,
        occurred_at=unit.now,
        channel=letter.channel,
        direction=letter.direction,
        kind="message",
        subject=letter.subject,
        body=letter.body,
        agent_id=letter.agent_id,
        duration_seconds=None,
        outcome=None,
        attributes="{}",
        fingerprint=UNCOMPARED,
        recorded_at=unit.now,
    )


def _unknown() -> NotFound:
    return NotFound("unknown-conversation", "there is no such conversation")
