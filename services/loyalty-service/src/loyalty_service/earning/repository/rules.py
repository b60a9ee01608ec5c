"""Statements on rules: versions are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["StoredRule", "add", "all_versions", "newest", "page_of_codes", "page_of_versions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """One version of a rule; `definition` as its schema wrote it. `effective_from` None: for all times. A retired
    version is one from which on the rule gives nothing."""

    program_id: UUID
    code: str
    version: int
    rule_id: UUID
    definition: Mapping[str, Any]
    retired: bool
    effective_from: datetime | None
    created_at: datetime
    created_by: str


COLUMNS: Final = ", ".join(StoredRule.__slots__)

ADD: Final = text(
    f"""
    INSERT INTO earning_rules ({COLUMNS})
    VALUES (:program_id, :code, :version, :rule_id, CAST(:definition AS json), :retired, :effective_from, :created_at,
            :created_by)
    ON CONFLICT (program_id, code, version) DO NOTHING RETURNING version
    """  # noqa: S608
)
NEWEST: Final = text(
    f"""
    SELECT {COLUMNS} FROM earning_rules WHERE program_id = :program_id AND code = :code ORDER BY version DESC LIMIT 1
    """  # noqa: S608
)
PAGE_OF_CODES: Final = text(
    f"""
    SELECT DISTINCT ON (code) {COLUMNS} FROM earning_rules
    WHERE program_id = :program_id AND code > :after ORDER BY code, version DESC LIMIT :limit
    """  # noqa: S608
)
PAGE_OF_VERSIONS: Final = text(
    f"""
    SELECT {COLUMNS} FROM earning_rules
    WHERE program_id = :program_id AND code = :code AND version < :before ORDER BY version DESC LIMIT :limit
    """  # noqa: S608
)
ALL: Final = text(f"SELECT {COLUMNS} FROM earning_rules ORDER BY program_id, code, version DESC")  # noqa: S608


async def add(connection: AsyncConnection, rule: StoredRule) -> bool:
    """Stores a version; False when the code has it already."""
    values: dict[str, Any] = {name: getattr(rule, name) for name in StoredRule.__slots__}
    values["definition"] = orjson.dumps(rule.definition).decode()
    return (await connection.execute(ADD, values)).scalar() is not None


async def newest(connection: AsyncConnection, program_id: UUID, code: str) -> StoredRule | None:
    """The newest version of a rule."""
    row = (await connection.execute(NEWEST, {"program_id": program_id, "code": code})).first()
    return None if row is None else _stored(row)


async def page_of_codes(connection: AsyncConnection, program_id: UUID, after: str, limit: int) -> list[StoredRule]:
    """The newest versions of the rules after a code, in the order of their codes."""
    values = {"program_id": program_id, "after": after, "limit": limit}
    return [_stored(row) for row in await connection.execute(PAGE_OF_CODES, values)]


async def page_of_versions(
    connection: AsyncConnection, program_id: UUID, code: str, before: int, limit: int
) -> list[StoredRule]:
    """The versions of a rule before one, the newest first."""
    values = {"program_id": program_id, "code": code, "before": before, "limit": limit}
    return [_stored(row) for row in await connection.execute(PAGE_OF_VERSIONS, values)]


async def all_versions(connection: AsyncConnection) -> Sequence[StoredRule]:
    """Every version of every rule, by programme and code, the newest first."""
    return [_stored(row) for row in await connection.execute(ALL)]


def _stored(row: Row[Any]) -> StoredRule:
    return StoredRule(**row._mapping)
