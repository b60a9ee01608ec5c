"""The SQL of memberships."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from profile_service.memberships.domain import Membership, Terms
from profile_service.tables import memberships

__all__ = ["add", "end", "find", "has_any", "of_organizations", "of_people", "standing"]

STANDING: Final = memberships.c.ended_at.is_(None)
FIRST: Final = UUID(int=0)


async def add(connection: AsyncConnection, membership: Membership) -> None:
    """Stores a new membership; the streams of both customers are locked by the caller."""
    terms = membership.terms
    values = {
        "id": membership.id,
        "person_id": membership.person_id,
        "organization_id": terms.organization_id,
        "role": terms.role,
        "title": terms.title,
        "since": terms.since,
        "until": terms.until,
        "created_at": membership.created_at,
    }
    await connection.execute(insert(memberships).values(values))


async def end(connection: AsyncConnection, membership_id: UUID, now: datetime) -> None:
    """Marks a membership as ended."""
    await connection.execute(update(memberships).where(memberships.c.id == membership_id).values(ended_at=now))


async def find(connection: AsyncConnection, person_ids: Sequence[UUID], membership_id: UUID) -> Membership | None:
    """A membership of one of these people, ended or not."""
    wanted = (memberships.c.id == membership_id, memberships.c.person_id == func.any(list(person_ids)))
    return next(iter(await _read(connection, select(memberships).where(*wanted))), None)


async def has_any(connection: AsyncConnection, customer_id: UUID) -> bool:
    """Whether a membership stands on either side of which the customer is."""
    either = or_(memberships.c.person_id == customer_id, memberships.c.organization_id == customer_id)
    return bool((await connection.execute(select(exists().where(either, STANDING)))).scalar())


async def standing(connection: AsyncConnection, person_ids: Sequence[UUID]) -> list[Membership]:
    """The memberships of these people that have not ended, oldest first."""
    wanted = (memberships.c.person_id == func.any(list(person_ids)), STANDING)
    return await _read(connection, select(memberships).where(*wanted).order_by(memberships.c.id))


async def of_people(
    connection: AsyncConnection, person_ids: Sequence[UUID], after: UUID | None, limit: int
) -> list[Membership]:
    """The memberships of these people, the ended ones included, oldest first, after the last one seen."""
    wanted = (memberships.c.person_id == func.any(list(person_ids)), memberships.c.id > (after or FIRST))
    return await _read(connection, select(memberships).where(*wanted).order_by(memberships.c.id).limit(limit))


async def of_organizations(
    connection: AsyncConnection, organization_ids: Sequence[UUID], after: UUID | None, limit: int
) -> list[Membership]:
    """The members these organizations have now, oldest first, after the last one seen."""
    ours = memberships.c.organization_id == func.any(list(organization_ids))
    wanted = (ours, STANDING, memberships.c.id > (after or FIRST))
    return await _read(connection, select(memberships).where(*wanted).order_by(memberships.c.id).limit(limit))


async def _read(connection: AsyncConnection, statement: Select[Any]) -> list[Membership]:
    return [_membership(row) for row in await connection.execute(statement)]


def _membership(row: Row[Any]) -> Membership:
    terms = Terms(row.organization_id, row.role, row.title, row.since, row.until)
    return Membership(row.id, row.person_id, terms, row.created_at, row.ended_at)
