"""The rules of conversations: which one a message belongs to, and where in it the message stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

__all__ = ["IDLE", "ContactKey", "Conversation", "Incoming", "Place", "continued", "is_idle", "threads"]

IDLE: Final = timedelta(days=30)
"""After this long without a message a conversation is over; the next message opens a new one."""


class ContactKey(NamedTuple):
    """Whose messages are one conversation: two customers who share an address have one each."""

    channel: str
    contact: str
    customer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Messages to and from one address. `contact` is canonical and never changes, whoever is merged with whom;
    `messages` counts them; `busy` says whether an open case is kept in it. Times are UTC."""

    id: UUID
    customer_id: UUID
    channel: str
    contact: str
    status: str
    messages: int
    opened_at: datetime
    last_message_at: datetime
    version: int
    busy: bool = False


class Incoming(NamedTuple):
    """A message that was just stored; ids are in the order of arrival."""

    id: UUID
    key: ContactKey
    recorded_at: datetime


class Place(NamedTuple):
    """Where a message stands: `position` counts 1, 2, 3 … in the conversation, in the order of arrival."""

    message_id: UUID
    conversation_id: UUID
    position: int
    contact: str
    at: datetime


def threads(messages: Iterable[Incoming]) -> dict[ContactKey, list[Incoming]]:
    """The messages of each key in the order of arrival; the keys are sorted, so that writers lock in one order."""
    found: dict[ContactKey, list[Incoming]] = {}
    for message in sorted(messages, key=lambda one: (one.key, one.id)):
        found.setdefault(message.key, []).append(message)
    return found


def is_idle(conversation: Conversation, now: datetime) -> bool:
    """Whether it is over, because nobody wrote for long and no open case needs it."""
    return not conversation.busy and now - conversation.last_message_at > IDLE


def continued(candidates: Sequence[Conversation], key: ContactKey, now: datetime) -> Conversation | None:
    """The open conversation that a message goes on with: the customer's own, else the one used last by somebody who is
    one with the customer; None where a new one has to be opened."""
    live = [one for one in candidates if not is_idle(one, now)]
    return max(
        live,
        key=lambda one: (one.customer_id == key.customer_id, one.last_message_at, one.id),
        default=None,
    )
