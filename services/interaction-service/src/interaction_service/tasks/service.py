"""Use cases of tasks: making, changing, ending them. A task of a customer is part of the customer's section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork, family_of
from hamdel.http.cursors import cut_page, decode_cursor
from hamdel.http.etag import check_version
from hamdel.http.problem import Conflict, FieldError, InvalidValue, NotFound
from hamdel.http.schemas import Paging
from hamdel.ids import new_id
from interaction_service.cases.repository.records import by_id
from interaction_service.tasks import repository
from interaction_service.tasks.domain import (
    Change,
    Filters,
    Recorded,
    Task,
    TaskDraft,
    Wanted,
    changes_between,
    moved,
    occurrence_after,
    reminder_of,
    wall_clock,
)
from interaction_service.tasks.recurrence import BadRecurrenceError, next_local, recurrence_of

__all__ = [
    "TaskDraft",
    "Wanted",
    "cancel",
    "change",
    "complete",
    "create",
    "create_task",
    "page_of_changes",
    "page_of_tasks",
    "reopen",
    "task_of",
]

BEFORE_ALL = UUID(int=0)


async def create_task(unit: UnitOfWork, draft: TaskDraft) -> UUID:
    """The id of the new task, or of the one that the same `origin` made before. Does not commit; locks the customer's
    stream. Raises InvalidValue for a rule that is not accepted and for a reminder after the due date."""
    task = _born(unit, draft)
    await _lock_stream(unit, draft.customer_id)
    if not await repository.add(unit.connection, task):
        assert draft.origin is not None
        return await repository.find_origin(unit.connection, draft.origin)
    _show(unit, task)
    return task.id


async def create(unit: UnitOfWork, directory: CustomerDirectory, draft: TaskDraft) -> Task:
    """`create_task` for a customer and a case that must exist, where they are given; without a customer it is that of
    the case. Raises NotFound `unknown-customer`, `unknown-case`, Unavailable."""
    if draft.case_id is not None:
        case = await by_id(unit.connection, draft.case_id)
        if case is None:
            raise NotFound("unknown-case", "there is no such case")
        draft = replace(draft, customer_id=draft.customer_id or case.customer_id)
    if draft.customer_id is not None:
        await directory.require(unit.connection, draft.customer_id)
    return await task_of(unit.connection, await create_task(unit, draft))


async def change(unit: UnitOfWork, task_id: UUID, version: int, given: Mapping[str, Any]) -> Task:
    """Changes fields. A new due date moves this occurrence alone; a new rule or zone begins a new series with it.
    Raises NotFound, PreconditionFailed that names the fields changed meanwhile, InvalidValue."""
    before = await _locked(unit, task_id)
    if before.version != version:
        meanwhile = await repository.fields_changed_since(unit.connection, task_id, version)
        check_version(before.version, version, [name for name in meanwhile if name in given])
    after = replace(before, **_complete(given))
    after = replace(after, remind_at=reminder_of(after.due_at, after.remind_at, after.remind_before_minutes))
    if (after.recurrence, after.timezone) != (before.recurrence, before.timezone):
        after = _begun(replace(after, series_id=new_id(), occurrence=1))
    _check_reminder(after)
    return await _store(unit, before, moved(before, after))


async def complete(unit: UnitOfWork, task_id: UUID) -> tuple[Task, Task | None]:
    """The task, done, and the next occurrence of its series where it has one: the next in order, even when that is
    overdue too, so none is lost. Again changes nothing. Raises NotFound, Conflict `task-cancelled`."""
    before = await _locked(unit, task_id)
    if before.status == "cancelled":
        raise Conflict("task-cancelled", "reopen it first")
    if before.status == "done":
        return before, None
    done = await _store(unit, before, _ended(unit, before, "done"))
    following = _following(unit, done)
    if following is None or not await repository.add(unit.connection, following):
        return done, None
    return done, following


async def cancel(unit: UnitOfWork, task_id: UUID) -> Task:
    """Ends a task without doing it, and its series with it. Again changes nothing. Raises NotFound, Conflict
    `task-done`."""
    before = await _locked(unit, task_id)
    if before.status == "done":
        raise Conflict("task-done", "reopen it first")
    return before if before.status == "cancelled" else await _store(unit, before, _ended(unit, before, "cancelled"))


async def reopen(unit: UnitOfWork, task_id: UUID) -> Task:
    """Opens a task that ended; the next occurrence, if it was made already, stays. Raises NotFound."""
    before = await _locked(unit, task_id)
    if before.status == "open":
        return before
    return await _store(unit, before, replace(before, status="open", closed_at=None, closed_by=None))


async def task_of(connection: AsyncConnection, task_id: UUID) -> Task:
    """The task. Raises NotFound `unknown-task`."""
    found = await repository.find(connection, task_id)
    if found is None:
        raise NotFound("unknown-task", "there is no such task")
    return found


async def page_of_tasks(connection: AsyncConnection, wanted: Wanted, paging: Paging) -> tuple[list[Task], str | None]:
    """A page of tasks by due date and the cursor of the next one; a customer's are those of everybody who is one with
    it. Raises Malformed."""
    after = decode_cursor(paging.cursor, datetime, UUID)
    family = None if wanted.customer_id is None else await family_of(connection, wanted.customer_id)
    filters = Filters(
        owner_id=wanted.owner_id,
        customer_ids=None if family is None else tuple(family),
        case_id=wanted.case_id,
        status=wanted.status,
        due_before=wanted.due_before,
    )
    found = await repository.page(connection, filters, after and (after[0], after[1]), paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.due_at, row.id))


async def page_of_changes(
    connection: AsyncConnection, task_id: UUID, paging: Paging
) -> tuple[list[Recorded], str | None]:
    """A page of a task's history, oldest first, and the cursor of the next one. Raises NotFound, Malformed."""
    after = decode_cursor(paging.cursor, UUID)
    await task_of(connection, task_id)
    found = await repository.changes(connection, task_id, after[0] if after else BEFORE_ALL, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


def _born(unit: UnitOfWork, draft: TaskDraft) -> Task:
    task_id = new_id()
    task = Task(
        id=task_id,
        customer_id=draft.customer_id,
        case_id=draft.case_id,
        title=draft.title,
        notes=draft.notes,
        owner_id=draft.owner_id,
        priority=draft.priority,
        status="open",
        due_at=draft.due_at,
        remind_at=reminder_of(draft.due_at, draft.remind_at, draft.remind_before_minutes),
        remind_before_minutes=draft.remind_before_minutes,
        timezone=draft.timezone,
        recurrence=draft.recurrence,
        series_id=task_id,
        occurrence=1,
        reminder_told=False,
        due_told=False,
        recurs_from=None,
        recurs_at=None,
        origin=draft.origin,
        created_at=unit.now,
        created_by=unit.context.actor,
    )
    _check_reminder(task)
    return _begun(task)


def _complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """A reminder is said in one of two ways: saying it in one takes the other back."""
    ways = ("remind_at", "remind_before_minutes")
    return {**(dict.fromkeys(ways) if given.keys() & set(ways) else {}), **given}


def _check_reminder(task: Task) -> None:
    if task.remind_at is not None and task.remind_at > task.due_at:
        raise InvalidValue(errors=[FieldError("/remind_at", "must not be later than due_at", "after_due")])


def _begun(task: Task) -> Task:
    """The task as the first of its series, if it has a rule. Raises InvalidValue for a rule that is not accepted, and
    for one that would never come again without being told to end."""
    if task.recurrence is None:
        return replace(task, recurs_from=None, recurs_at=None)
    zone = ZoneInfo(task.timezone)
    start = wall_clock(task.due_at, zone)
    try:
        rule = recurrence_of(task.recurrence)
        following = next_local(rule, zone, start=start, at=start, occurrence=1)
        if following is None and rule.most is None and rule.until is None:
            raise BadRecurrenceError("it never comes again")
    except BadRecurrenceError as error:
        raise InvalidValue(errors=[FieldError("/recurrence", str(error), "recurrence")]) from error
    return replace(task, recurs_from=start, recurs_at=start)


def _following(unit: UnitOfWork, task: Task) -> Task | None:
    if task.recurrence is None or task.recurs_from is None or task.recurs_at is None:
        return None
    local = next_local(
        recurrence_of(task.recurrence),
        ZoneInfo(task.timezone),
        start=task.recurs_from,
        at=task.recurs_at,
        occurrence=task.occurrence,
    )
    return None if local is None else occurrence_after(task, new_id(), local, unit.now, unit.context.actor)


def _ended(unit: UnitOfWork, task: Task, status: Any) -> Task:
    return replace(task, status=status, closed_at=unit.now, closed_by=unit.context.actor)


async def _locked(unit: UnitOfWork, task_id: UUID) -> Task:
    """The task under the lock of its customer's stream, which never changes."""
    seen = await task_of(unit.connection, task_id)
    await _lock_stream(unit, seen.customer_id)
    return await repository.lock(unit.connection, task_id) or seen


async def _lock_stream(unit: UnitOfWork, customer_id: UUID | None) -> None:
    if customer_id is not None:
        await unit.lock_streams([customer_id])


async def _store(unit: UnitOfWork, before: Task, after: Task) -> Task:
    changed: list[Change] = changes_between(before, after)
    if not changed:
        return before
    after = replace(after, version=before.version + 1)
    await repository.store(unit.connection, after)
    await repository.add_changes(unit.connection, after, changed, unit.context.actor, unit.now)
    _show(unit, after)
    return after


def _show(unit: UnitOfWork, task: Task) -> None:
    if task.customer_id is not None:
        unit.touch(task.customer_id)
