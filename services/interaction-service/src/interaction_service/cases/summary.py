"""The open cases of a customer as the section shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from interaction_service.cases.repository.records import open_of
from interaction_service.sla.service import due_of

__all__ = ["open_cases"]

MOST: Final = 20


async def open_cases(
    connection: AsyncConnection, pairs: Sequence[tuple[UUID, UUID]]
) -> defaultdict[UUID, list[dict[str, Any]]]:
    """Of each root among the (root, member) pairs the open and waiting cases, newest first, at most 20; `due_at` is the
    next deadline."""
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    if not pairs:
        return found
    roots, members = [root for root, _ in pairs], [member for _, member in pairs]
    rows = await open_of(connection, roots, members, MOST)
    due = await due_of(connection, [row[1] for row in rows]) if rows else {}
    for root, case_id, number, type_, priority, status, subject, queue, owner_id, opened_at in rows:
        next_at = due[case_id].next_at
        found[root].append(
            {
                "id": str(case_id),
                "number": number,
                "type": type_,
                "priority": priority,
                "status": status,
                "subject": subject,
                "queue": queue,
                "owner_id": owner_id,
                "due_at": rfc3339(next_at) if next_at else None,
                "opened_at": rfc3339(opened_at),
            }
        )
    return found
