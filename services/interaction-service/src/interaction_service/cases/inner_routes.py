"""HTTP of what is inside a case and around it: messages, notes, history, watchers, links, merges."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query
from interaction_service.cases import ties
from interaction_service.cases.replies import write_in_case
from interaction_service.cases.routes import changes_case
from interaction_service.cases.schemas import (
    CaseDetail,
    CaseMessage,
    HistoryLine,
    LinkBody,
    MergeBody,
    MessageBody,
    NoteBody,
    NoteResource,
    WatchBody,
)
from interaction_service.conversations.schemas import MessagePage, messages_body
from interaction_service.interactions.schemas import resource_of
from interaction_service.interactions.service import interaction_of

__all__ = ["router"]

router = Router(prefix="/v1/cases/{case_id}", tags=["cases"])


@router.post("/messages", status_code=201, response_model=CaseMessage)
async def write_case_message(request: Request, case_id: UUID, body: MessageBody) -> Response:
    """Replies to the customer, or takes down what it said; 409 `case-status` where the case is closed."""

    async def use_case(unit: UnitOfWork) -> dict[str, Any]:
        written, case = await write_in_case(unit, case_id, body.message())
        stored = await interaction_of(unit.connection, written.id)
        return resource_of(stored) | {"case_id": str(case.id), "case_status": case.status}

    return await command(request, use_case)


@router.get("/messages", response_model=MessagePage)
async def list_case_messages(request: Request, case_id: UUID, paging: PageQuery) -> Response:
    """What was said in the case and in those it absorbed, in order."""

    async def read(connection: AsyncConnection) -> dict[str, Any]:
        return messages_body(*await ties.page_of_messages(connection, case_id, paging))

    return await query(request, read)


@router.post("/notes", status_code=201, response_model=NoteResource)
async def add_case_note(request: Request, case_id: UUID, body: NoteBody) -> Response:
    """Writes a note for staff; no customer ever sees it."""

    async def use_case(unit: UnitOfWork) -> NoteResource:
        return NoteResource.of(await ties.add_note(unit, case_id, body.body))

    return await command(request, use_case)


@router.get("/notes", response_model=Page[NoteResource])
async def list_case_notes(request: Request, case_id: UUID, paging: PageQuery) -> Response:
    """Notes of the case and of those it absorbed, oldest first."""

    async def read(connection: AsyncConnection) -> Page[NoteResource]:
        found, cursor = await ties.page_of_notes(connection, case_id, paging)
        return Page(items=[NoteResource.of(note) for note in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/history", response_model=Page[HistoryLine])
async def list_case_history(request: Request, case_id: UUID, paging: PageQuery) -> Response:
    """Every change of the case: who, when, which field, from what to what; oldest first."""

    async def read(connection: AsyncConnection) -> Page[HistoryLine]:
        found, cursor = await ties.page_of_history(connection, case_id, paging)
        return Page(items=[HistoryLine.of(line) for line in found], next_cursor=cursor)

    return await query(request, read)


@router.post("/watchers", status_code=200, response_model=CaseDetail)
async def watch_case(request: Request, case_id: UUID, body: WatchBody) -> Response:
    """An agent follows the case."""
    return await changes_case(request, lambda unit: ties.watch(unit, case_id, body.agent_id))


@router.delete("/watchers/{agent_id}", status_code=200, response_model=CaseDetail)
async def unwatch_case(request: Request, case_id: UUID, agent_id: str) -> Response:
    """An agent follows it no longer."""
    return await changes_case(request, lambda unit: ties.unwatch(unit, case_id, agent_id))


@router.post("/links", status_code=200, response_model=CaseDetail)
async def link_case(request: Request, case_id: UUID, body: LinkBody) -> Response:
    """Two cases name each other; 409 `same-case` where they are one."""
    return await changes_case(request, lambda unit: ties.link(unit, case_id, body.case_id, body.relation))


@router.delete("/links/{other_id}", status_code=200, response_model=CaseDetail)
async def unlink_case(request: Request, case_id: UUID, other_id: UUID) -> Response:
    """They name each other no longer."""
    return await changes_case(request, lambda unit: ties.unlink(unit, case_id, other_id))


@router.post("/merge", status_code=200, response_model=CaseDetail)
async def merge_case(request: Request, case_id: UUID, body: MergeBody) -> Response:
    """Absorbs another case of the same customer, which is closed and names this one; 409 `same-case`."""
    return await changes_case(request, lambda unit: ties.merge(unit, case_id, body.absorb))
