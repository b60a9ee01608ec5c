"""Bodies of the conversation routes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints

from hamdel.contracts.base import Moment
from hamdel.http import RequestModel, ResponseModel
from interaction_service.conversations.domain import Conversation
from interaction_service.interactions.domain import Interaction
from interaction_service.interactions.schemas import InteractionResource, resource_of

__all__ = ["ConversationResource", "MessagePage", "Passage", "ReplyBody", "messages_body"]

Passage = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]

_NUMBERS = frozenset({"phone", "sms", "fax", "ivr"})
_SHOWN = 4


class ConversationResource(ResponseModel):
    """`contact` is the address the conversation is held with; a number is masked for agents and analysts without the
    scope `pii:read`. `messages` counts them."""

    id: UUID
    customer_id: UUID
    channel: str
    contact: str
    status: str
    messages: int
    opened_at: Moment
    last_message_at: Moment
    version: int

    @classmethod
    def of(cls, found: Conversation, *, in_full: bool) -> ConversationResource:
        """`in_full`: whether the reader may see numbers unmasked."""
        values = {name: getattr(found, name) for name in cls.model_fields}
        if not in_full and found.channel in _NUMBERS:
            values["contact"] = "*" * (len(found.contact) - _SHOWN) + found.contact[-_SHOWN:]
        return cls(**values)


class ReplyBody(RequestModel):
    """A reply to the conversation's own address. `waiting`: it is the customer's turn, so a case kept in the
    conversation waits."""

    body: Passage
    subject: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    waiting: bool = False


class MessagePage(ResponseModel):
    """Messages in the order of arrival."""

    items: list[InteractionResource]
    next_cursor: str | None


def messages_body(messages: Iterable[Interaction], next_cursor: str | None) -> dict[str, Any]:
    """The body of a page of messages."""
    return {"items": [resource_of(message) for message in messages], "next_cursor": next_cursor}
