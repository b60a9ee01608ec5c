"""Use cases of canned replies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import (
    Conflict,
    FieldError,
    InvalidValue,
    NotFound,
    Paging,
    check_version,
    cut_page,
    decode_cursor,
)
from interaction_service.canned import repository
from interaction_service.canned.domain import CannedReply, MissingVariablesError, language_of, rendered
from interaction_service.cases.service import case_of

__all__ = ["change", "create", "page_of_replies", "render", "reply_of"]


async def create(unit: UnitOfWork, reply: CannedReply) -> CannedReply:
    """Makes a canned reply. Raises Conflict `canned-reply-exists`."""
    if not await repository.insert(unit.connection, reply):
        raise Conflict("canned-reply-exists", "there is a canned reply with this code")
    return reply


async def reply_of(connection: AsyncConnection, code: str) -> CannedReply:
    """The canned reply. Raises NotFound `unknown-canned-reply`."""
    found = await repository.by_code(connection, code)
    if found is None:
        raise NotFound("unknown-canned-reply", "there is no such canned reply")
    return found


async def change(unit: UnitOfWork, code: str, version: int, changes: Mapping[str, Any]) -> CannedReply:
    """Changes texts or fall-backs. Raises NotFound, PreconditionFailed."""
    current = await reply_of(unit.connection, code)
    check_version(current.version, version, list(changes))
    changed = replace(current, **changes, version=version + 1)
    if not await repository.save(unit.connection, changed):
        check_version(version + 1, version, list(changes))
    return changed


async def page_of_replies(connection: AsyncConnection, paging: Paging) -> tuple[list[CannedReply], str | None]:
    """A page in order of code, and the cursor of the next one. Raises Malformed."""
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page(connection, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.code,))


async def render(
    connection: AsyncConnection, code: str, case_id: Any, variables: Mapping[str, str], wanted: str
) -> tuple[str, str]:
    """The language and the text for a case; what is known of the case itself need not be given. Raises NotFound
    `unknown-canned-reply`, `unknown-case`; InvalidValue naming the variables that nobody gave."""
    reply = await reply_of(connection, code)
    case = await case_of(connection, case_id)
    known = {
        "case.number": str(case.number),
        "case.subject": case.subject,
        "case.type": case.type,
        "case.priority": case.priority,
        "agent": case.owner_id or "",
    }
    language = language_of(reply, wanted)
    try:
        return language, rendered(reply, language, known | dict(variables))
    except MissingVariablesError as error:
        faults = [FieldError(f"/variables/{name}", "must be given", "missing") for name in error.names]
        raise InvalidValue(errors=faults) from error
