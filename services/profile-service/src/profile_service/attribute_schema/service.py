"""Use cases of the attribute schema: set it, and hold attributes to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import FieldError, InvalidValue, NotFound, PreconditionFailed, PreconditionRequired, check_version
from profile_service.attribute_schema import repository
from profile_service.attribute_schema.checker import Checker, schema_faults
from profile_service.attribute_schema.repository import Stored

__all__ = ["check", "load", "put"]

_KEPT: Final = 8
_CHECKERS: Final[dict[UUID, Checker]] = {}
"""Compiled versions by id: what every replica does once for each version."""


async def check(connection: AsyncConnection, attributes: Mapping[str, Any]) -> None:
    """Holds attributes to the schema in force; without one everything is allowed. Raises InvalidValue with pointers."""
    id_ = await repository.newest_id(connection)
    if id_ is None:
        return
    checker = _CHECKERS.get(id_) or await _compile(connection)
    faults = checker.faults(attributes)
    if faults:
        raise InvalidValue(errors=faults)


async def load(connection: AsyncConnection) -> Stored:
    """The schema in force. Raises NotFound `no-attribute-schema`."""
    stored = await repository.newest(connection)
    if stored is None:
        raise NotFound("no-attribute-schema")
    return stored


async def put(unit: UnitOfWork, schema: Mapping[str, Any], expected_version: int | None) -> Stored:
    """A new version of the schema, in force from now on; who is stored already is not looked at again.

    `expected_version` is the one in force, None where there is none yet. Raises InvalidValue with pointers, and
    PreconditionRequired (428) or PreconditionFailed (412).
    """
    faults = await asyncio.to_thread(schema_faults, schema)
    if faults:
        raise InvalidValue(errors=[FieldError(f"/schema{each.pointer}", each.message) for each in faults])
    current = await repository.newest(unit.connection)
    if current is not None and expected_version is None:
        raise PreconditionRequired()
    version = current.version if current else 0
    check_version(version, expected_version or 0)
    made = await repository.add(unit.connection, version + 1, schema, actor=unit.context.actor, now=unit.now)
    if made is None:
        raise PreconditionFailed(detail="somebody else has set the schema meanwhile")
    return made


async def _compile(connection: AsyncConnection) -> Checker:
    stored = await load(connection)
    if len(_CHECKERS) >= _KEPT:
        _CHECKERS.clear()
    return _CHECKERS.setdefault(stored.id, Checker(stored.schema))
