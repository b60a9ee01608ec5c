"""Every statement on rules and on what went wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = [
    "Failure",
    "Rule",
    "active",
    "add",
    "add_failure",
    "failures",
    "find",
    "hold",
    "hold_failures",
    "page",
    "resolve",
    "store",
]

COLUMNS: Final = "id, code, active, fact_type, definition, created_at, updated_at, updated_by, version"

ADD: Final = text(
    f"""
    INSERT INTO rules ({COLUMNS})
    VALUES (:id, :code, :active, :fact_type, CAST(:definition AS json), :created_at, :updated_at, :updated_by, :version)
    ON CONFLICT (code) DO NOTHING RETURNING id
    """  # noqa: S608
)
STORE: Final = text(
    """
    UPDATE rules SET active = :active, fact_type = :fact_type, definition = CAST(:definition AS json),
                     updated_at = :updated_at, updated_by = :updated_by, version = :version
    WHERE id = :id
    """
)
FIND: Final = text(f"SELECT {COLUMNS} FROM rules WHERE code = :code")  # noqa: S608
HOLD: Final = text(f"SELECT {COLUMNS} FROM rules WHERE code = :code FOR UPDATE")  # noqa: S608
PAGE: Final = text(f"SELECT {COLUMNS} FROM rules WHERE code > :after ORDER BY code LIMIT :limit")  # noqa: S608
ACTIVE: Final = text(f"SELECT {COLUMNS} FROM rules WHERE active ORDER BY code")  # noqa: S608

FAILED: Final = "id, fact_type, fact_key, customer_id, occurred_at, data, error, attempts, failed_at"
ADD_FAILURE: Final = text(
    """
    INSERT INTO rule_failures AS f (id, rule_id, fact_type, fact_key, customer_id, occurred_at, data, error, failed_at)
    VALUES (:id, :rule_id, :fact_type, :fact_key, :customer_id, :occurred_at, CAST(:data AS json), :error, :failed_at)
    ON CONFLICT (rule_id, fact_type, fact_key) DO UPDATE
    SET error = excluded.error, failed_at = excluded.failed_at, attempts = f.attempts + 1, resolved_at = NULL
    """
)
FAILURES: Final = text(
    f"""
    SELECT {FAILED} FROM rule_failures
    WHERE rule_id = :rule_id AND resolved_at IS NULL AND id > :after ORDER BY id LIMIT :limit
    """  # noqa: S608
)
HOLD_FAILURES: Final = text(
    f"""
    SELECT {FAILED} FROM rule_failures
    WHERE rule_id = :rule_id AND resolved_at IS NULL AND id = ANY(CAST(:ids AS uuid[]))
    ORDER BY id FOR UPDATE SKIP LOCKED
    """  # noqa: S608
)
RESOLVE: Final = text("UPDATE rule_failures SET resolved_at = :now WHERE id = :id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A stored rule; `definition` holds `when`, `delay`, `max_age_days` and `action` as they were written."""

    id: UUID
    code: str
    active: bool
    fact_type: str
    definition: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    updated_by: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A fact that a rule could not follow: the fact's data, and the code of what went wrong."""

    id: UUID
    fact_type: str
    fact_key: str
    customer_id: UUID
    occurred_at: datetime
    data: Mapping[str, Any]
    error: str
    attempts: int
    failed_at: datetime


async def add(connection: AsyncConnection, rule: Rule) -> bool:
    """Stores a new rule; False when its code is taken."""
    return (await connection.execute(ADD, _row(rule))).scalar() is not None


async def store(connection: AsyncConnection, rule: Rule) -> None:
    """Stores a rule that the caller holds as it is now."""
    await connection.execute(STORE, _row(rule))


async def find(connection: AsyncConnection, code: str) -> Rule | None:
    """One rule."""
    return _one((await connection.execute(FIND, {"code": code})).first())


async def hold(connection: AsyncConnection, code: str) -> Rule | None:
    """One rule, locked until the end of the transaction."""
    return _one((await connection.execute(HOLD, {"code": code})).first())


async def page(connection: AsyncConnection, after: str, limit: int) -> list[Rule]:
    """Rules after a code, in the order of their codes."""
    return [_rule(row) for row in await connection.execute(PAGE, {"after": after, "limit": limit})]


async def active(connection: AsyncConnection) -> list[Rule]:
    """The active rules, in the order of their codes."""
    return [_rule(row) for row in await connection.execute(ACTIVE)]


async def add_failure(connection: AsyncConnection, rule_id: UUID, failure: Failure) -> None:
    """Keeps what went wrong; the same fact of the same rule again is one more attempt."""
    values = {name: getattr(failure, name) for name in Failure.__slots__ if name not in ("attempts", "data")}
    document = {"rule_id": rule_id, "data": orjson.dumps(failure.data).decode()}
    await connection.execute(ADD_FAILURE, values | document)


async def failures(connection: AsyncConnection, rule_id: UUID, after: UUID, limit: int) -> list[Failure]:
    """What is not resolved yet, oldest first."""
    rows = await connection.execute(FAILURES, {"rule_id": rule_id, "after": after, "limit": limit})
    return [Failure(**row._mapping) for row in rows]


async def hold_failures(connection: AsyncConnection, rule_id: UUID, ids: Sequence[UUID]) -> list[Failure]:
    """Those of the ids that are not resolved yet, locked; what another call has in hand is left to it."""
    rows = await connection.execute(HOLD_FAILURES, {"rule_id": rule_id, "ids": list(ids)})
    return [Failure(**row._mapping) for row in rows]


async def resolve(connection: AsyncConnection, failure_id: UUID, now: datetime) -> None:
    """It went well after all."""
    await connection.execute(RESOLVE, {"id": failure_id, "now": now})


def _row(rule: Rule) -> dict[str, Any]:
    values = {name: getattr(rule, name) for name in Rule.__slots__}
    return values | {"definition": orjson.dumps(rule.definition).decode()}


def _one(row: Row[Any] | None) -> Rule | None:
    return None if row is None else _rule(row)


def _rule(row: Row[Any]) -> Rule:
    return Rule(**row._mapping)
