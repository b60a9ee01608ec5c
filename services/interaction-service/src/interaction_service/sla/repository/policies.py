"""The SQL of policies and of the tiers of customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.engine import Row as Fetched
from sqlalchemy.ext.asyncio import AsyncConnection

from interaction_service.calendars.stored import Hours
from interaction_service.sla.clocks import Terms
from interaction_service.sla.domain import Policy

__all__ = [
    "Row",
    "add_policy",
    "all_of_code",
    "code_exists",
    "find_policy",
    "hold_policy",
    "longest_promise",
    "page_of_policies",
    "remember_tier",
    "replace_policy",
    "terms_of",
    "tiers_of",
]

COLUMNS: Final = """
    SELECT p.id, p.code, p.calendar, p.priority, p.tier, p.first_response_minutes, p.next_response_minutes,
           p.resolution_minutes, p.warn_before_minutes, p.version, p.created_at, p.updated_at
    FROM sla_policies AS p
"""

ADD: Final = text(
    """
    INSERT INTO sla_policies (id, code, calendar, priority, tier, first_response_minutes, next_response_minutes,
                              resolution_minutes, warn_before_minutes, version, created_at, updated_at)
    VALUES (:id, :code, :calendar, :priority, :tier, :first_response_minutes, :next_response_minutes,
            :resolution_minutes, :warn_before_minutes, :version, :created_at, :updated_at)
    ON CONFLICT (code, priority, tier) DO NOTHING
    RETURNING id
    """
)

REPLACE: Final = text(
    """
    UPDATE sla_policies
    SET calendar = :calendar, first_response_minutes = :first_response_minutes,
        next_response_minutes = :next_response_minutes, resolution_minutes = :resolution_minutes,
        warn_before_minutes = :warn_before_minutes, version = :version, updated_at = :updated_at
    WHERE id = :id
    """
)

FIND: Final = text(f"{COLUMNS} WHERE p.id = :id")
HOLD: Final = text(f"{COLUMNS} WHERE p.id = :id FOR NO KEY UPDATE")
OF_CODE: Final = text(f"{COLUMNS} WHERE p.code = :code")
CODE_EXISTS: Final = text("SELECT EXISTS (SELECT FROM sla_policies WHERE code = :code)")
PAGE: Final = text(
    f"{COLUMNS} WHERE p.id > :after AND (CAST(:code AS text) IS NULL OR p.code = :code) ORDER BY p.id LIMIT :limit"
)

TERMS: Final = text(
    """
    SELECT p.id, k.timezone, CAST(k.windows AS text) AS windows, CAST(k.exceptions AS text) AS exceptions, k.version
    FROM sla_policies AS p JOIN calendars AS k ON k.code = p.calendar
    WHERE p.id = ANY(CAST(:ids AS uuid[]))
    """
)

POLICIES: Final = text(f"{COLUMNS} WHERE p.id = ANY(CAST(:ids AS uuid[]))")

LONGEST: Final = text(
    """
    SELECT max(greatest(first_response_minutes, next_response_minutes, resolution_minutes))
    FROM sla_policies WHERE calendar = :calendar
    """
)

REMEMBER_TIER: Final = text(
    """
    INSERT INTO customer_tiers AS t (customer_id, program_id, tier, changed_at)
    VALUES (:customer_id, :program_id, :tier, :changed_at)
    ON CONFLICT (customer_id, program_id) DO UPDATE SET tier = excluded.tier, changed_at = excluded.changed_at
    WHERE t.changed_at <= excluded.changed_at
    """
)

TIERS: Final = text(
    """
    SELECT tier FROM customer_tiers
    WHERE customer_id = ANY(CAST(:ids AS uuid[])) AND tier IS NOT NULL ORDER BY changed_at DESC LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class Row:
    """A policy's row as it is stored; times are UTC."""

    policy: Policy
    created_at: datetime
    updated_at: datetime


async def add_policy(connection: AsyncConnection, row: Row) -> bool:
    """Stores a new row; False where the code has one for this priority and tier."""
    return (await connection.execute(ADD, _values(row))).scalar() is not None


async def replace_policy(connection: AsyncConnection, row: Row) -> None:
    """Stores the next version of a row that is held."""
    await connection.execute(REPLACE, _values(row))


async def find_policy(connection: AsyncConnection, policy_id: UUID) -> Row | None:
    """One row."""
    found = (await connection.execute(FIND, {"id": policy_id})).one_or_none()
    return None if found is None else _row(found)


async def hold_policy(connection: AsyncConnection, policy_id: UUID) -> Row | None:
    """One row, locked until the end of the transaction."""
    found = (await connection.execute(HOLD, {"id": policy_id})).one_or_none()
    return None if found is None else _row(found)


async def all_of_code(connection: AsyncConnection, code: str) -> list[Policy]:
    """The rows of a code."""
    return [_row(found).policy for found in await connection.execute(OF_CODE, {"code": code})]


async def code_exists(connection: AsyncConnection, code: str) -> bool:
    """Whether any row has the code."""
    return bool((await connection.execute(CODE_EXISTS, {"code": code})).scalar_one())


async def page_of_policies(connection: AsyncConnection, code: str | None, after: UUID, limit: int) -> list[Row]:
    """Rows in the order they were made."""
    return [_row(found) for found in await connection.execute(PAGE, {"code": code, "after": after, "limit": limit})]


async def terms_of(connection: AsyncConnection, policy_ids: Sequence[UUID]) -> dict[UUID, Terms]:
    """Policies with their calendars as they are now."""
    ids = {"ids": list(policy_ids)}
    policies = {found.id: _row(found).policy for found in await connection.execute(POLICIES, ids)}
    terms = {}
    for found in await connection.execute(TERMS, ids):
        hours = Hours(found.timezone, orjson.loads(found.windows), orjson.loads(found.exceptions))
        terms[found.id] = Terms(policies[found.id], hours.calendar(), found.version)
    return terms


async def longest_promise(connection: AsyncConnection, calendar: str) -> int | None:
    """The most business minutes that any policy promises in a calendar."""
    longest: int | None = (await connection.execute(LONGEST, {"calendar": calendar})).scalar()
    return longest


async def remember_tier(
    connection: AsyncConnection, customer_id: UUID, program_id: UUID, tier: str | None, changed_at: datetime
) -> None:
    """Keeps the tier of a customer in a program; an older change than the one known is dropped."""
    values = {"customer_id": customer_id, "program_id": program_id, "tier": tier, "changed_at": changed_at}
    await connection.execute(REMEMBER_TIER, values)


async def tiers_of(connection: AsyncConnection, family: Sequence[UUID]) -> str | None:
    """The tier that a family came into last, of those that one of it still is in."""
    tier: str | None = (await connection.execute(TIERS, {"ids": list(family)})).scalar()
    return tier


def _values(row: Row) -> dict[str, Any]:
    return {**asdict(row.policy), "created_at": row.created_at, "updated_at": row.updated_at}


def _row(found: Fetched[Any]) -> Row:
    *policy, created_at, updated_at = tuple(found)
    return Row(Policy(*policy), created_at, updated_at)
