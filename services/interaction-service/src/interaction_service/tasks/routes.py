"""HTTP of tasks."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Body, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import directory_of
from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match
from interaction_service.tasks import service
from interaction_service.tasks.schemas import (
    ChangeResource,
    CompletedResource,
    DueAt,
    Status,
    TaskBody,
    TaskPatch,
    TaskResource,
)
from interaction_service.tasks.service import Wanted

__all__ = ["router"]

router = Router(prefix="/v1/tasks", tags=["tasks"])

Patch = Annotated[TaskPatch, Body(media_type="application/merge-patch+json")]


def wanted_of(
    owner: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    customer_id: UUID | None = None,
    case_id: UUID | None = None,
    status: Status | None = None,
    due_before: DueAt | None = None,
) -> Wanted:
    """The filters of the query; `due_before` is not included."""
    return Wanted(owner, customer_id, case_id, status, due_before)


@router.post("", status_code=201, response_model=TaskResource)
async def create_task(request: Request, body: TaskBody) -> Response:
    """Makes a task; one of a customer is shown in the customer's view and told when it is due."""
    directory = directory_of(request)

    async def use_case(unit: UnitOfWork) -> TaskResource:
        return TaskResource.of(await service.create(unit, directory, body.draft()))

    return await command(request, use_case)


@router.get("", response_model=Page[TaskResource])
async def list_tasks(request: Request, wanted: Annotated[Wanted, Depends(wanted_of)], paging: PageQuery) -> Response:
    """Tasks by due date, soonest first."""

    async def read(connection: AsyncConnection) -> Page[TaskResource]:
        found, cursor = await service.page_of_tasks(connection, wanted, paging)
        return Page(items=[TaskResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{task_id}", response_model=TaskResource)
async def get_task(request: Request, task_id: UUID) -> Response:
    """One task."""

    async def read(connection: AsyncConnection) -> TaskResource:
        return TaskResource.of(await service.task_of(connection, task_id))

    return await query(request, read)


@router.patch("/{task_id}", response_model=TaskResource)
async def update_task(request: Request, task_id: UUID, patch: Patch) -> Response:
    """A JSON merge patch; needs `If-Match`. A new due date moves this occurrence alone."""
    version = require_if_match(request)

    async def use_case(unit: UnitOfWork) -> TaskResource:
        return TaskResource.of(await service.change(unit, task_id, version, patch.given()))

    return await command(request, use_case, status=200)


@router.post("/{task_id}/complete", status_code=200, response_model=CompletedResource)
async def complete_task(request: Request, task_id: UUID) -> Response:
    """The task is done; one that recurs is followed by its next occurrence, given as `next`."""

    async def use_case(unit: UnitOfWork) -> CompletedResource:
        return CompletedResource.after(*await service.complete(unit, task_id))

    return await command(request, use_case, status=200)


@router.post("/{task_id}/cancel", status_code=200, response_model=TaskResource)
async def cancel_task(request: Request, task_id: UUID) -> Response:
    """The task will not be done; a series ends with it."""

    async def use_case(unit: UnitOfWork) -> TaskResource:
        return TaskResource.of(await service.cancel(unit, task_id))

    return await command(request, use_case, status=200)


@router.post("/{task_id}/reopen", status_code=200, response_model=TaskResource)
async def reopen_task(request: Request, task_id: UUID) -> Response:
    """Opens a task again that was done or cancelled."""

    async def use_case(unit: UnitOfWork) -> TaskResource:
        return TaskResource.of(await service.reopen(unit, task_id))

    return await command(request, use_case, status=200)


@router.get("/{task_id}/history", response_model=Page[ChangeResource])
async def get_task_history(request: Request, task_id: UUID, paging: PageQuery) -> Response:
    """Who changed what and when, oldest first."""

    async def read(connection: AsyncConnection) -> Page[ChangeResource]:
        found, cursor = await service.page_of_changes(connection, task_id, paging)
        return Page(items=[ChangeResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)
