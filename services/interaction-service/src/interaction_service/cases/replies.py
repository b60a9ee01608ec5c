"""What agents and customers say in a case, wherever they say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from hamdel.contracts.interaction import CaseReplied
from hamdel.database import UnitOfWork, family_of
from interaction_service.cases.domain import Case, move
from interaction_service.cases.keeping import changed, check_open, held, moved, tell
from interaction_service.cases.moves import revive
from interaction_service.cases.repository import events, records
from interaction_service.conversations import service as conversations
from interaction_service.conversations.service import Letter
from interaction_service.interactions.domain import Interaction
from interaction_service.sla import service as sla
from interaction_service.sla.domain import SlaEvent

__all__ = ["Message", "customers_wrote", "reply_in_conversation", "write_in_case"]

WITHOUT_CHANNEL: Final = "web"
"""The channel of what is said in a case that came by none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said. `waiting`: from now on it is the customer's turn."""

    body: str
    direction: str = "outbound"
    subject: str | None = None
    waiting: bool = False


async def write_in_case(unit: UnitOfWork, case_id: UUID, message: Message) -> tuple[Interaction, Case]:
    """An agent's reply, or what a customer said to an agent. It goes to the address of the case's conversation. Raises
    NotFound, Conflict `case-status`."""
    case = await held(unit, case_id)
    check_open(case)
    if message.direction == "outbound":
        moved(unit, case, "wait" if message.waiting else "agent_replied")
    conversation = await conversations.held(unit, case.conversation_id) if case.conversation_id else None
    letter = Letter(
        customer_id=case.customer_id,
        channel=conversation.channel if conversation else case.channel or WITHOUT_CHANNEL,
        direction=message.direction,
        body=message.body,
        subject=message.subject or case.subject,
        agent_id=unit.context.actor,
    )
    written = await conversations.write(unit, conversation, letter)
    if message.direction == "inbound":
        return written, await _customer_replied(unit, case, written.id)
    return written, await _agent_replied(unit, case, written.id, message.waiting)


async def reply_in_conversation(unit: UnitOfWork, conversation_id: UUID, message: Message) -> Interaction:
    """An agent's reply to the conversation's own address; it counts as one of the case that is kept in it. Raises
    NotFound `unknown-conversation`, Conflict `case-status`."""
    conversation = await conversations.held(unit, conversation_id)
    letter = Letter(
        customer_id=conversation.customer_id,
        channel=conversation.channel,
        direction=message.direction,
        body=message.body,
        subject=message.subject,
        agent_id=unit.context.actor,
    )
    written = await conversations.write(unit, conversation, letter)
    case = await _case_of(unit, written.id)
    if case is not None and case.status != "closed":
        await _agent_replied(unit, case, written.id, message.waiting)
    return written


async def customers_wrote(unit: UnitOfWork, message_ids: Iterable[UUID]) -> None:
    """Inbound messages that were just recorded count as replies in the cases that are kept in their conversations; one
    that comes after the case may open again is a message of its conversation and no more."""
    for message_id, customer_id, case_id in await records.of_conversations(unit.connection, message_ids):
        case = await held(unit, case_id)
        if case.customer_id in await family_of(unit.connection, customer_id):
            await _customer_replied(unit, case, message_id)


async def _case_of(unit: UnitOfWork, message_id: UUID) -> Case | None:
    for _, customer_id, case_id in await records.of_conversations(unit.connection, [message_id]):
        case = await held(unit, case_id)
        return case if case.customer_id in await family_of(unit.connection, customer_id) else None
    return None


async def _agent_replied(unit: UnitOfWork, case: Case, interaction_id: UUID, waiting: bool) -> Case:
    status = moved(unit, case, "wait" if waiting else "agent_replied").status
    await events.add_message(unit.connection, case.id, interaction_id)
    after = await changed(unit, case, "reply", status=status)
    await sla.case_event(unit, case.id, SlaEvent.AGENT_REPLIED, unit.now)
    if status != case.status:
        turn = SlaEvent.WAITING if status == "waiting" else SlaEvent.RESUMED
        await sla.case_event(unit, case.id, turn, unit.now)
    await tell(unit, after, CaseReplied, key=interaction_id, interaction_id=interaction_id, direction="outbound")
    return after


async def _customer_replied(unit: UnitOfWork, case: Case, interaction_id: UUID) -> Case:
    done_at = case.closed_at or case.resolved_at
    found = move(case.status, "customer_replied", done_at=done_at, now=unit.now)
    if found is None:
        return case
    await events.add_message(unit.connection, case.id, interaction_id)
    if found.reopened:
        after = await revive(unit, case, "customer_reply")
    else:
        after = await changed(unit, case, "customer_reply", status=found.status)
        if case.status == "waiting":
            await sla.case_event(unit, case.id, SlaEvent.RESUMED, unit.now)
    await sla.case_event(unit, case.id, SlaEvent.CUSTOMER_REPLIED, unit.now)
    await tell(unit, after, CaseReplied, key=interaction_id, interaction_id=interaction_id, direction="inbound")
    return after
