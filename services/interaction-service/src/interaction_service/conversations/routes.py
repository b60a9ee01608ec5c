"""HTTP of conversations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, principal_of, query
from interaction_service.cases.replies import Message, reply_in_conversation
from interaction_service.conversations import service
from interaction_service.conversations.schemas import ConversationResource, MessagePage, ReplyBody, messages_body
from interaction_service.interactions.schemas import InteractionResource, resource_of
from interaction_service.interactions.service import interaction_of

__all__ = ["of_customer", "router"]

router = Router(prefix="/v1/conversations", tags=["conversations"])
of_customer = Router(prefix="/v1/customers", tags=["conversations"])


@router.get("/{conversation_id}", response_model=ConversationResource)
async def get_conversation(request: Request, conversation_id: UUID) -> Response:
    """One conversation."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> ConversationResource:
        return ConversationResource.of(await service.conversation_of(connection, conversation_id), in_full=in_full)

    return await query(request, read)


@router.get("/{conversation_id}/messages", response_model=MessagePage)
async def list_conversation_messages(request: Request, conversation_id: UUID, paging: PageQuery) -> Response:
    """Its messages, in the order they came."""

    async def read(connection: AsyncConnection) -> dict[str, Any]:
        return messages_body(*await service.page_of_messages(connection, conversation_id, paging))

    return await query(request, read)


@router.post("/{conversation_id}/messages", status_code=201, response_model=InteractionResource)
async def reply_to_conversation(request: Request, conversation_id: UUID, body: ReplyBody) -> Response:
    """Replies to the conversation's own address; e-mail and SMS are sent, other channels are taken down."""

    async def use_case(unit: UnitOfWork) -> dict[str, Any]:
        written = await reply_in_conversation(unit, conversation_id, Message(**body.model_dump()))
        return resource_of(await interaction_of(unit.connection, written.id))

    return await command(request, use_case)


@of_customer.get("/{customer_id}/conversations", response_model=Page[ConversationResource])
async def list_conversations(request: Request, customer_id: UUID, paging: PageQuery) -> Response:
    """Conversations with a customer, newest first; of merged customers, those of both."""
    in_full = principal_of(request).sees_personal_data

    async def read(connection: AsyncConnection) -> Page[ConversationResource]:
        found, cursor = await service.page_of_conversations(connection, customer_id, paging)
        items = [ConversationResource.of(each, in_full=in_full) for each in found]
        return Page(items=items, next_cursor=cursor)

    return await query(request, read)
