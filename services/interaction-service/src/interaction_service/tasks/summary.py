"""The next tasks of a customer as the section shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from interaction_service.tasks import repository

__all__ = ["next_tasks"]

MOST: Final = 10


async def next_tasks(
    connection: AsyncConnection, pairs: Sequence[tuple[UUID, UUID]]
) -> defaultdict[UUID, list[dict[str, Any]]]:
    """Of each root among the (root, member) pairs the open tasks, soonest first, at most ten."""
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    if not pairs:
        return found
    for root, task_id, title, due_at, owner_id in await repository.next_of(connection, pairs, MOST):
        found[root].append({"id": str(task_id), "title": title, "due_at": rfc3339(due_at), "owner_id": owner_id})
    return found
