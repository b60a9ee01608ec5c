"""Statements on the case itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.cases.domain import Case

__all__ = ["Filters", "by_id", "by_origin", "insert", "loads", "lock", "of_conversations", "open_of", "page", "save"]

_NAMES: Final = (
    "id, number, customer_id, type, priority, status, subject, channel, policy, queue, owner_id, tags, "
    "conversation_id, origin, level, resolution, merged_into, opened_at, opened_by, resolved_at, closed_at, version"
)

BY_ID: Final = text(f"SELECT {_NAMES} FROM cases WHERE id = :id")  # noqa: S608
LOCK: Final = text(f"SELECT {_NAMES} FROM cases WHERE id = :id FOR UPDATE")  # noqa: S608
BY_ORIGIN: Final = text("SELECT id FROM cases WHERE origin = :origin")

INSERT: Final = text(
    """
    INSERT INTO cases (id, customer_id, type, priority, status, subject, channel, policy, queue, owner_id, tags,
                       conversation_id, origin, opened_at, opened_by)
    VALUES (:id, :customer_id, :type, :priority, :status, :subject, :channel, :policy, :queue, :owner_id,
            CAST(:tags AS text[]), :conversation_id, :origin, :opened_at, :opened_by)
    ON CONFLICT (origin) DO NOTHING RETURNING number
    """
)

SAVE: Final = text(
    """
    UPDATE cases SET type = :type, priority = :priority, status = :status, subject = :subject, policy = :policy,
                     queue = :queue, owner_id = :owner_id, tags = CAST(:tags AS text[]),
                     conversation_id = :conversation_id, level = :level, resolution = :resolution,
                     merged_into = :merged_into, resolved_at = :resolved_at, closed_at = :closed_at,
                     version = :version
    WHERE id = :id
    """
)

LOADS: Final = text(
    """
    SELECT owner_id, count(*) FROM cases
    WHERE owner_id = ANY(CAST(:members AS text[])) AND status IN ('open', 'waiting') AND id <> :but
    GROUP BY owner_id
    """
)

OPEN_OF: Final = text(
    """
    SELECT f.root, c.id, c.number, c.type, c.priority, c.status, c.subject, c.queue, c.owner_id, c.opened_at
    FROM (SELECT root, array_agg(member) AS members
          FROM unnest(CAST(:roots AS uuid[]), CAST(:members AS uuid[])) AS t(root, member) GROUP BY root) AS f
    CROSS JOIN LATERAL (
        SELECT * FROM cases
        WHERE customer_id = ANY(f.members) AND status IN ('open', 'waiting')
        ORDER BY opened_at DESC, id DESC LIMIT :most
    ) AS c
    ORDER BY f.root, c.opened_at DESC, c.id DESC
    """
)

# The newest case of a conversation that is not over; for one that another case absorbed, that other case.
OF_CONVERSATIONS: Final = text(
    """
    SELECT m.id, m.customer_id, k.id
    FROM interactions AS m
    CROSS JOIN LATERAL (
        SELECT coalesce(c.merged_into, c.id) AS id FROM cases AS c
        WHERE c.conversation_id = m.conversation_id AND (c.status <> 'closed' OR c.merged_into IS NOT NULL)
        ORDER BY c.merged_into IS NOT NULL, c.id DESC LIMIT 1
    ) AS k
    WHERE m.id = ANY(CAST(:ids AS uuid[])) ORDER BY m.conversation_id, m.position
    """
)

CONDITIONS: Final = {
    "customers": "customer_id = ANY(CAST(:customers AS uuid[]))",
    "status": "status = :status",
    "queue": "queue = :queue",
    "owner": "owner_id = :owner",
    "priority": "priority = :priority",
    "tag": "tags @> ARRAY[CAST(:tag AS text)]",
    "before": "id < CAST(:before AS uuid)",
}


class Filters(NamedTuple):
    """None = whatever."""

    customers: Sequence[UUID] | None = None
    status: str | None = None
    queue: str | None = None
    owner: str | None = None
    priority: str | None = None
    tag: str | None = None


async def insert(connection: AsyncConnection, case: Case) -> int | None:
    """Stores a new case and gives its number; None where its origin has one already."""
    number: int | None = (await connection.execute(INSERT, _values(case))).scalar_one_or_none()
    return number


async def save(connection: AsyncConnection, case: Case) -> None:
    """Stores what may change of a case."""
    await connection.execute(SAVE, _values(case))


async def by_id(connection: AsyncConnection, case_id: UUID) -> Case | None:
    """The case."""
    return _found((await connection.execute(BY_ID, {"id": case_id})).one_or_none())


async def lock(connection: AsyncConnection, case_id: UUID) -> Case | None:
    """The case, locked until the end of the transaction."""
    return _found((await connection.execute(LOCK, {"id": case_id})).one_or_none())


async def by_origin(connection: AsyncConnection, origin: str) -> UUID | None:
    """The case that was opened for this."""
    found: UUID | None = (await connection.execute(BY_ORIGIN, {"origin": origin})).scalar_one_or_none()
    return found


async def loads(connection: AsyncConnection, members: Sequence[str], but: UUID) -> dict[str, int]:
    """How many open cases each of the agents has, one case not counted; those without any are left out."""
    rows = await connection.execute(LOADS, {"members": list(members), "but": but})
    return {row[0]: row[1] for row in rows}


async def open_of(
    connection: AsyncConnection, roots: Sequence[UUID], members: Sequence[UUID], most: int
) -> list[tuple[Any, ...]]:
    """Root and columns of the newest open cases of each family, at most so many of one."""
    rows = await connection.execute(OPEN_OF, {"roots": roots, "members": members, "most": most})
    return [tuple(row) for row in rows]


async def of_conversations(connection: AsyncConnection, message_ids: Iterable[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """(message, its customer, case) of the messages whose conversation has a case, in order."""
    rows = await connection.execute(OF_CONVERSATIONS, {"ids": list(message_ids)})
    return [(row[0], row[1], row[2]) for row in rows]


async def page(connection: AsyncConnection, filters: Filters, before: UUID | None, limit: int) -> list[Case]:
    """Cases, newest first."""
    asked = filters._asdict() | {"before": before}
    given = {name: value for name, value in asked.items() if value is not None}
    rows = await connection.execute(_listing(frozenset(given)), given | {"limit": limit})
    return [_case(row) for row in rows]


@cache
def _listing(given: frozenset[str]) -> TextClause:
    """The statement for these conditions; the parts are constants of this module, never what a client sent."""
    wanted = " AND ".join(CONDITIONS[name] for name in sorted(given)) or "true"
    return text(f"SELECT {_NAMES} FROM cases WHERE {wanted} ORDER BY id DESC LIMIT :limit")  # noqa: S608


def _values(case: Case) -> dict[str, Any]:
    return asdict(case) | {"tags": list(case.tags)}


def _found(row: Any) -> Case | None:
    return _case(row) if row else None


def _case(row: Any) -> Case:
    return Case(**(dict(row._mapping) | {"tags": tuple(row.tags)}))
