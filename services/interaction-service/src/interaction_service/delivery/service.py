"""Use cases of messages: putting one into the queue, looking at them, what providers and recipients answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork, family_of
from hamdel.http import Malformed, NotFound, Paging, cut_page, decode_cursor
from hamdel.ids import new_id
from interaction_service.delivery.domain import MessageDraft
from interaction_service.delivery.keys import message_of
from interaction_service.delivery.repository import messages, refusals
from interaction_service.delivery.repository.messages import AttemptRow, Message, Report

__all__ = ["Wanted", "enqueue", "linked_message", "message_with_attempts", "page_of_messages", "report", "unsubscribe"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages: of a customer (whoever it was merged with included), in a status; None = of all, in any."""

    customer_id: UUID | None
    status: str | None


async def enqueue(unit: UnitOfWork, draft: MessageDraft) -> UUID | None:
    """Stores the message with the transaction and gives its id; None when one with its key was there already.

    Nothing is asked here, so that no write waits for a neighbour: consent, address and language are asked for when it
    is sent. A template that does not exist makes a message that has `failed`, not an error of whoever wanted it sent.
    """
    return await messages.add(unit.connection, new_id(), draft, unit.now)


async def page_of_messages(
    connection: AsyncConnection, wanted: Wanted, paging: Paging
) -> tuple[list[Message], str | None]:
    """Messages, the newest first, and the cursor of the next page. Raises Malformed."""
    before = decode_cursor(paging.cursor, UUID)
    family: Sequence[UUID] | None = None
    if wanted.customer_id is not None:
        family = await family_of(connection, wanted.customer_id)
    found = await messages.page(connection, family, wanted.status, before[0] if before else None, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


async def message_with_attempts(connection: AsyncConnection, message_id: UUID) -> tuple[Message, list[AttemptRow]]:
    """A message and its attempts, in order. Raises NotFound `unknown-message`."""
    found = await messages.find(connection, message_id)
    if found is None:
        raise NotFound("unknown-message", "there is no such message")
    return found, await messages.attempts_of(connection, message_id)


async def report(unit: UnitOfWork, said: Report, *, suppresses: bool) -> None:
    """Takes down what a provider says of a message; with `suppresses` its address is not used again. An older report
    than the one that stands changes nothing. Raises NotFound `unknown-message`, Malformed without a name of one."""
    if said.message_id is None and said.provider_message_id is None:
        raise Malformed("no-message-named", "either message_id or provider_message_id")
    changed = await messages.note_status(unit.connection, said, unit.now)
    if not changed and not await messages.left(unit.connection, said):
        raise NotFound("unknown-message", "no such message has left")
    for channel, hashed in changed:
        if suppresses and hashed is not None:
            await refusals.suppress(unit.connection, channel, hashed, said.reason or said.status, unit.now)


async def linked_message(connection: AsyncConnection, token: str) -> Message:
    """The message of an unsubscribe link. Raises NotFound `unknown-unsubscribe-link` for a token that is not ours, and
    for one whose message is kept no more."""
    message_id = message_of(await refusals.key(connection, "unsubscribe"), token)
    found = await messages.find(connection, message_id) if message_id else None
    if found is None:
        raise NotFound("unknown-unsubscribe-link", "this link is not known")
    return found


async def unsubscribe(unit: UnitOfWork, token: str) -> Message:
    """From now on no message of the purpose leaves on the channel; profile-service is told soon. Again is fine. Raises
    NotFound `unknown-unsubscribe-link`."""
    message = await linked_message(unit.connection, token)
    await refusals.unsubscribe(unit.connection, message.id, unit.now)
    return message
