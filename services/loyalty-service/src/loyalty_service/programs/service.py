"""The programmes, for everybody who needs one, and the use cases of writing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Conflict, NotFound, Paging, check_version, cut_page, decode_cursor
from loyalty_service.programs import repository
from loyalty_service.programs.domain import Program
from loyalty_service.programs.known import Known
from loyalty_service.programs.repository import StoredProgram

__all__ = ["active_programs", "change", "create", "page_of_programs", "program_of", "stored_program"]


async def program_of(connection: AsyncConnection, program_id: UUID) -> Program:
    """The programme. Raises NotFound `unknown-program`."""
    found = (await _programs(connection)).get(program_id)
    if found is None:
        raise _unknown()
    return found


async def active_programs(connection: AsyncConnection) -> Sequence[Program]:
    """Every programme, oldest first."""
    return tuple((await _programs(connection)).values())


async def stored_program(connection: AsyncConnection, program_id: UUID) -> StoredProgram:
    """The programme with its version. Raises NotFound `unknown-program`."""
    found = await repository.find(connection, program_id)
    if found is None:
        raise _unknown()
    return found


async def page_of_programs(connection: AsyncConnection, paging: Paging) -> tuple[list[StoredProgram], str | None]:
    """A page of programmes in the order of their codes, and the cursor of the next one. Raises Malformed."""
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page(connection, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.program.code,))


async def create(unit: UnitOfWork, program: Program) -> StoredProgram:
    """Makes a programme. Raises Conflict `program-exists` where the code is taken."""
    stored = StoredProgram(program, unit.now, unit.now, 1)
    if not await repository.add(unit.connection, stored):
        raise Conflict("program-exists", "there is a programme with this code")
    await repository.changed(unit.connection)
    return stored


async def change(unit: UnitOfWork, program_id: UUID, version: int, given: Mapping[str, Any]) -> StoredProgram:
    """Changes the fields of `Program` that are given; what was earned before keeps its dates. Raises NotFound,
    PreconditionFailed."""
    held = await repository.hold(unit.connection, program_id)
    if held is None:
        raise _unknown()
    check_version(held.version, version)
    changed = replace(held, program=replace(held.program, **given), updated_at=unit.now, version=held.version + 1)
    await repository.store(unit.connection, changed)
    await repository.changed(unit.connection)
    return changed


def _unknown() -> NotFound:
    return NotFound("unknown-program", "there is no such programme")


async def _read(connection: AsyncConnection) -> Mapping[UUID, Program]:
    return {one.id: one for one in await repository.all_programs(connection)}


_programs: Final = Known(_read)
