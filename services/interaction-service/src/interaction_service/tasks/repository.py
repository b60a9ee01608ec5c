"""Every statement on tasks and on the history of their changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.ids import new_id
from interaction_service.tasks.domain import Change, Filters, Recorded, Task

__all__ = [
    "add",
    "add_changes",
    "alarming",
    "changes",
    "claim_alarming",
    "fields_changed_since",
    "find",
    "find_origin",
    "lock",
    "next_alarm",
    "next_of",
    "page",
    "store",
]

FIELDS: Final = tuple(field.name for field in fields(Task))
COLUMNS: Final = ", ".join(FIELDS)
STORED: Final = (*FIELDS, "alarm_at")

ADD: Final = text(
    f"""
    INSERT INTO tasks ({", ".join(STORED)}) VALUES ({", ".join(f":{name}" for name in STORED)})
    ON CONFLICT DO NOTHING RETURNING id
    """  # noqa: S608
)
STORE: Final = text(
    f"UPDATE tasks SET {', '.join(f'{name} = :{name}' for name in STORED if name != 'id')} WHERE id = :id"  # noqa: S608
)
FIND: Final = text(f"SELECT {COLUMNS} FROM tasks WHERE id = :id")  # noqa: S608
LOCK: Final = text(f"SELECT {COLUMNS} FROM tasks WHERE id = :id FOR UPDATE")  # noqa: S608
FIND_ORIGIN: Final = text("SELECT id FROM tasks WHERE origin = :origin")

ALARMING: Final = text("SELECT id, customer_id FROM tasks WHERE alarm_at <= :now ORDER BY alarm_at, id LIMIT :limit")
CLAIM: Final = text(
    f"""
    SELECT {COLUMNS} FROM tasks WHERE id = ANY(CAST(:ids AS uuid[])) AND alarm_at <= :now
    ORDER BY alarm_at, id FOR UPDATE SKIP LOCKED
    """  # noqa: S608
)
NEXT_ALARM: Final = text("SELECT min(alarm_at) FROM tasks WHERE alarm_at IS NOT NULL")

ADD_CHANGES: Final = text(
    """
    INSERT INTO task_changes (id, task_id, changed_at, changed_by, version, field, before, after)
    SELECT id, :task_id, :at, :by, :version, field, CAST(before AS json), CAST(after AS json)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:fields AS text[]), CAST(:befores AS text[]), CAST(:afters AS text[]))
         AS t(id, field, before, after)
    """
)
CHANGES: Final = text(
    """
    SELECT id, changed_at, changed_by, version, field, before, after FROM task_changes
    WHERE task_id = :task_id AND id > :after ORDER BY id LIMIT :limit
    """
)

CHANGED_SINCE: Final = text(
    "SELECT DISTINCT field FROM task_changes WHERE task_id = :task_id AND version > :version ORDER BY field"
)

# The soonest of each member come from its index; only a merged customer has more than one to choose from.
NEXT_OF: Final = text(
    """
    SELECT root, id, title, due_at, owner_id
    FROM (SELECT f.root, n.*, row_number() OVER (PARTITION BY f.root ORDER BY n.due_at, n.id) AS place
          FROM unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS f(root, member)
          CROSS JOIN LATERAL (
              SELECT id, title, due_at, owner_id FROM tasks
              WHERE customer_id = f.member AND status = 'open' ORDER BY due_at, id LIMIT :most
          ) AS n) AS soonest
    WHERE place <= :most ORDER BY root, due_at, id
    """
)

CONDITIONS: Final = {
    "owner_id": "owner_id = :owner_id",
    "customer_ids": "customer_id = ANY(CAST(:customer_ids AS uuid[]))",
    "case_id": "case_id = :case_id",
    "status": "status = :status",
    "due_before": "due_at < CAST(:due_before AS timestamptz)",
    "after": "(due_at, id) > (CAST(:after AS timestamptz), CAST(:after_id AS uuid))",
}


@cache
def _page_statement(given: frozenset[str]) -> TextClause:
    """The parts are constants of this module, never what a client sent."""
    wanted = " AND ".join(CONDITIONS[name] for name in sorted(given)) or "true"
    return text(f"SELECT {COLUMNS} FROM tasks WHERE {wanted} ORDER BY due_at, id LIMIT :limit")  # noqa: S608


async def add(connection: AsyncConnection, task: Task) -> bool:
    """Stores a new task; False when its origin, or its place in its series, is taken."""
    return (await connection.execute(ADD, _row(task))).scalar() is not None


async def store(connection: AsyncConnection, task: Task) -> None:
    """Stores a task that the caller has locked as it is now."""
    await connection.execute(STORE, _row(task))


async def find(connection: AsyncConnection, task_id: UUID) -> Task | None:
    """One task."""
    return _one((await connection.execute(FIND, {"id": task_id})).first())


async def lock(connection: AsyncConnection, task_id: UUID) -> Task | None:
    """One task, its row locked until the end of the transaction; the customer's stream comes first."""
    return _one((await connection.execute(LOCK, {"id": task_id})).first())


async def find_origin(connection: AsyncConnection, origin: str) -> UUID:
    """The task that an origin made."""
    found: UUID = (await connection.execute(FIND_ORIGIN, {"origin": origin})).scalar_one()
    return found


async def page(
    connection: AsyncConnection, filters: Filters, after: tuple[datetime, UUID] | None, limit: int
) -> list[Task]:
    """Tasks after a place, by due date and id."""
    given: dict[str, Any] = {name: value for name in CONDITIONS if (value := getattr(filters, name, None)) is not None}
    if "customer_ids" in given:
        given["customer_ids"] = list(given["customer_ids"])
    if after is not None:
        given["after"] = after[0]
    statement = _page_statement(frozenset(given))
    places = {"after_id": after[1]} if after else {}
    return [_task(row) for row in await connection.execute(statement, given | places | {"limit": limit})]


async def alarming(connection: AsyncConnection, now: datetime, limit: int) -> dict[UUID, UUID]:
    """Tasks with a moment to be told and their customers; nothing is locked."""
    rows = await connection.execute(ALARMING, {"now": now, "limit": limit})
    return {row.id: row.customer_id for row in rows}


async def claim_alarming(connection: AsyncConnection, ids: Sequence[UUID], now: datetime) -> list[Task]:
    """Those of the tasks that still have a moment to be told, locked; those another worker holds are left to it."""
    rows = await connection.execute(CLAIM, {"ids": list(ids), "now": now})
    return [_task(row) for row in rows]


async def next_alarm(connection: AsyncConnection) -> datetime | None:
    """The soonest moment to be told."""
    found: datetime | None = (await connection.execute(NEXT_ALARM)).scalar()
    return found


async def add_changes(
    connection: AsyncConnection, task: Task, changed: Sequence[Change], by: str, at: datetime
) -> None:
    """Writes lines of the history of a task, which is as it is after the changes."""
    await connection.execute(
        ADD_CHANGES,
        {
            "task_id": task.id,
            "version": task.version,
            "at": at,
            "by": by,
            "ids": [new_id() for _ in changed],
            "fields": [each.field for each in changed],
            "befores": [_json(each.before) for each in changed],
            "afters": [_json(each.after) for each in changed],
        },
    )


async def changes(connection: AsyncConnection, task_id: UUID, after: UUID, limit: int) -> list[Recorded]:
    """Lines of a task's history after a place, oldest first."""
    rows = await connection.execute(CHANGES, {"task_id": task_id, "after": after, "limit": limit})
    return [
        Recorded(row.id, row.changed_at, row.changed_by, row.version, Change(row.field, row.before, row.after))
        for row in rows
    ]


async def fields_changed_since(connection: AsyncConnection, task_id: UUID, version: int) -> list[str]:
    """The fields that changed after a version."""
    return list((await connection.execute(CHANGED_SINCE, {"task_id": task_id, "version": version})).scalars())


async def next_of(
    connection: AsyncConnection, pairs: Sequence[tuple[UUID, UUID]], most: int
) -> list[tuple[UUID, UUID, str, datetime, str]]:
    """Of each root among the (root, member) pairs at most `most` open tasks, soonest first: (root, id, title, due,
    owner)."""
    roots, members = [root for root, _ in pairs], [member for _, member in pairs]
    rows = await connection.execute(NEXT_OF, {"roots": roots, "members": members, "most": most})
    return [(row.root, row.id, row.title, row.due_at, row.owner_id) for row in rows]


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()


def _row(task: Task) -> dict[str, Any]:
    return {name: getattr(task, name) for name in STORED}


def _one(row: Row[Any] | None) -> Task | None:
    return None if row is None else _task(row)


def _task(row: Row[Any]) -> Task:
    return Task(**row._mapping)
