"""Statements on what a case hangs together with: watchers, other cases, the customer's own agent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = [
    "absorbed_by",
    "copy_watchers",
    "hand_over",
    "link",
    "links",
    "owner_of",
    "set_owner",
    "unlink",
    "unwatch",
    "watch",
    "watchers",
]

WATCH: Final = text(
    "INSERT INTO case_watchers (case_id, agent_id, since) VALUES (:id, :agent, :now) ON CONFLICT DO NOTHING"
)
UNWATCH: Final = text("DELETE FROM case_watchers WHERE case_id = :id AND agent_id = :agent")
WATCHERS: Final = text("SELECT agent_id FROM case_watchers WHERE case_id = :id ORDER BY since, agent_id")
COPY_WATCHERS: Final = text(
    """
    INSERT INTO case_watchers (case_id, agent_id, since)
    SELECT :into, agent_id, since FROM case_watchers WHERE case_id = :id ON CONFLICT DO NOTHING
    """
)

LINK: Final = text(
    """
    INSERT INTO case_links (case_id, other_id, relation) VALUES (:id, :other, :relation), (:other, :id, :mirrored)
    ON CONFLICT (case_id, other_id) DO UPDATE SET relation = excluded.relation
    """
)
UNLINK: Final = text(
    "DELETE FROM case_links WHERE (case_id = :id AND other_id = :other) OR (case_id = :other AND other_id = :id)"
)
LINKS: Final = text("SELECT other_id, relation FROM case_links WHERE case_id = :id ORDER BY other_id")

ABSORBED: Final = text(
    "SELECT id FROM cases WHERE merged_into = :id AND customer_id = ANY(CAST(:customers AS uuid[])) ORDER BY id"
)
HAND_OVER: Final = text("UPDATE cases SET merged_into = :into WHERE merged_into = :id")

SET_OWNER: Final = text(
    """
    INSERT INTO customer_owners (customer_id, owner_id, changed_at) VALUES (:customer, :owner, :now)
    ON CONFLICT (customer_id) DO UPDATE SET owner_id = excluded.owner_id, changed_at = excluded.changed_at
    """
)
OWNER_OF: Final = text(
    """
    SELECT o.owner_id FROM unnest(CAST(:family AS uuid[])) WITH ORDINALITY AS f(id, ordinal)
    JOIN customer_owners AS o ON o.customer_id = f.id
    WHERE o.owner_id IS NOT NULL ORDER BY f.ordinal LIMIT 1
    """
)


async def watch(connection: AsyncConnection, case_id: UUID, agent_id: str, now: datetime) -> bool:
    """The agent follows the case; False where it did already."""
    return (await connection.execute(WATCH, {"id": case_id, "agent": agent_id, "now": now})).rowcount == 1


async def unwatch(connection: AsyncConnection, case_id: UUID, agent_id: str) -> bool:
    """The agent follows it no longer; False where it did not."""
    return (await connection.execute(UNWATCH, {"id": case_id, "agent": agent_id})).rowcount == 1


async def watchers(connection: AsyncConnection, case_id: UUID) -> list[str]:
    """Who follows the case, the first one first."""
    return list((await connection.execute(WATCHERS, {"id": case_id})).scalars())


async def copy_watchers(connection: AsyncConnection, case_id: UUID, into: UUID) -> None:
    """Who follows the one follows the other as well."""
    await connection.execute(COPY_WATCHERS, {"id": case_id, "into": into})


async def link(connection: AsyncConnection, case_id: UUID, other_id: UUID, relation: str, mirrored: str) -> None:
    """Both cases name each other; a pair has one relation."""
    values = {"id": case_id, "other": other_id, "relation": relation, "mirrored": mirrored}
    await connection.execute(LINK, values)


async def unlink(connection: AsyncConnection, case_id: UUID, other_id: UUID) -> bool:
    """They name each other no longer; False where they did not."""
    return (await connection.execute(UNLINK, {"id": case_id, "other": other_id})).rowcount > 0


async def links(connection: AsyncConnection, case_id: UUID) -> list[tuple[UUID, str]]:
    """The cases that this one names, and as what."""
    return [(row[0], row[1]) for row in await connection.execute(LINKS, {"id": case_id})]


async def absorbed_by(connection: AsyncConnection, case_id: UUID, customers: Sequence[UUID]) -> list[UUID]:
    """The cases of these customers that were merged into this one."""
    return list((await connection.execute(ABSORBED, {"id": case_id, "customers": list(customers)})).scalars())


async def hand_over(connection: AsyncConnection, case_id: UUID, into: UUID) -> None:
    """What the one had absorbed belongs to the other."""
    await connection.execute(HAND_OVER, {"id": case_id, "into": into})


async def set_owner(connection: AsyncConnection, customer_id: UUID, owner_id: str | None, now: datetime) -> None:
    """Who keeps the relationship with the customer."""
    await connection.execute(SET_OWNER, {"customer": customer_id, "owner": owner_id, "now": now})


async def owner_of(connection: AsyncConnection, family: Sequence[UUID]) -> str | None:
    """Who keeps the relationship with the first of these customers that has somebody."""
    found: str | None = (await connection.execute(OWNER_OF, {"family": list(family)})).scalar_one_or_none()
    return found
