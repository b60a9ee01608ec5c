"""Use cases of cases: opening, changing and listing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.interaction import CaseAssigned, CaseOpened
from hamdel.database import UnitOfWork, family_of
from hamdel.http import Conflict, Paging, check_version, cut_page, decode_cursor
from hamdel.ids import new_id
from interaction_service.cases.assignment import picked
from interaction_service.cases.domain import Case, CaseDraft, Change
from interaction_service.cases.keeping import case_of, changed, check_open, held, show_on_timeline, tell, write_down
from interaction_service.cases.repository import events, records
from interaction_service.cases.repository.records import Filters
from interaction_service.conversations.service import conversation_of
from interaction_service.queues.service import locked, queue_of
from interaction_service.sla import service as sla
from interaction_service.sla.domain import SlaEvent, SlaSubject

__all__ = ["CaseDraft", "Filters", "case_of", "change", "open_case", "page_of_cases"]

_CLOCKED = frozenset({"priority", "policy"})


async def open_case(unit: UnitOfWork, draft: CaseDraft) -> UUID:
    """Opens the case, starts its clocks and tells; gives its id, that of the earlier one where `origin` was used.

    Locks the customer's stream. The customer must be known. A case that is kept in a conversation belongs to the
    customer of the conversation, so that no un-merge parts them. Raises NotFound `unknown-queue`,
    `unknown-conversation`, and what `sla.service.start` raises; Conflict `other-customer`.
    """
    customer_id = await _customer_of(unit, draft)
    await unit.lock_streams([customer_id])
    if draft.origin and (earlier := await records.by_origin(unit.connection, draft.origin)):
        return earlier
    case, strategy = await _assigned(unit, _case(unit, draft, customer_id))
    number = await records.insert(unit.connection, case)
    if number is None:
        assert draft.origin is not None
        earlier = await records.by_origin(unit.connection, draft.origin)
        assert earlier is not None
        return earlier
    await _begin(unit, replace(case, number=number), strategy)
    return case.id


async def change(unit: UnitOfWork, case_id: UUID, version: int, changes: Mapping[str, Any]) -> Case:
    """Changes fields of the case. Raises NotFound, PreconditionFailed naming what changed meanwhile, Conflict
    `case-status`."""
    case = await held(unit, case_id)
    if case.version != version:
        check_version(case.version, version, await events.fields_since(unit.connection, case_id, version))
    check_open(case)
    if changes.get("queue") is not None:
        await queue_of(unit.connection, changes["queue"])
    after = await changed(unit, case, "change", **changes)
    if any(getattr(after, name) != getattr(case, name) for name in _CLOCKED):
        await sla.case_event(unit, case_id, SlaEvent.CHANGED, unit.now, priority=after.priority, policy=after.policy)
    return after


async def page_of_cases(
    connection: AsyncConnection, customer_id: UUID | None, filters: Filters, paging: Paging
) -> tuple[list[Case], str | None]:
    """A page of cases, newest first, and the cursor of the next one; of a customer those of everybody who is one with
    it. Raises Malformed."""
    (before,) = decode_cursor(paging.cursor, UUID) or (None,)
    if customer_id is not None:
        filters = filters._replace(customers=list(await family_of(connection, customer_id)))
    found = await records.page(connection, filters, before, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


async def _customer_of(unit: UnitOfWork, draft: CaseDraft) -> UUID:
    if draft.conversation_id is None:
        return draft.customer_id
    conversation = await conversation_of(unit.connection, draft.conversation_id)
    if conversation.customer_id not in await family_of(unit.connection, draft.customer_id):
        raise Conflict("other-customer", "the conversation is somebody else's")
    return conversation.customer_id


async def _assigned(unit: UnitOfWork, case: Case) -> tuple[Case, str]:
    queue = await locked(unit, case.queue) if case.queue else None
    if case.owner_id is not None or queue is None or queue.strategy == "manual":
        return case, "manual"
    try:
        owner = await picked(unit, queue.strategy, queue, case.customer_id, case.id)
    except Conflict:
        return case, "manual"
    return replace(case, owner_id=owner), queue.strategy


async def _begin(unit: UnitOfWork, case: Case, strategy: str) -> None:
    whole = {"type": case.type, "priority": case.priority, "queue": case.queue, "owner_id": case.owner_id}
    await write_down(unit, case, "open", [Change("", None, whole)])
    await sla.start(unit, SlaSubject(case.id, case.customer_id, case.policy, case.priority), unit.now)
    await tell(unit, case, CaseOpened, number=case.number, conversation_id=case.conversation_id)
    if case.owner_id is not None:
        await tell(unit, case, CaseAssigned, strategy=strategy)
    await show_on_timeline(unit, case, "case_opened")


def _case(unit: UnitOfWork, draft: CaseDraft, customer_id: UUID) -> Case:
    return Case(
        id=new_id(),
        number=0,
        customer_id=customer_id,
        type=draft.type,
        priority=draft.priority,
        status="open",
        subject=draft.subject,
        channel=draft.channel,
        policy=draft.policy,
        queue=draft.queue,
        owner_id=draft.owner_id,
        tags=draft.tags,
        conversation_id=draft.conversation_id,
        origin=draft.origin,
        level=0,
        resolution=None,
        merged_into=None,
        opened_at=unit.now,
        opened_by=unit.context.actor,
        resolved_at=None,
        closed_at=None,
        version=1,
    )
