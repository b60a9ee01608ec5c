"""Use cases of policies: what is promised to which cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

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
from interaction_service.calendars import repository as calendars
from interaction_service.sla import repository
from interaction_service.sla.domain import TARGETS, Policy
from interaction_service.sla.renewal import check_promises, renew_few
from interaction_service.sla.repository import Row

__all__ = ["create", "page_of_policies", "policy_row", "replace_targets"]

_FIRST = UUID(int=0)


async def create(unit: UnitOfWork, policy: Policy) -> Row:
    """Makes a row. Cases that are open already keep the row they have until their priority or policy changes. Raises
    Conflict `policy-exists`, and InvalidValue for a calendar that is not there or hardly ever open."""
    row = Row(policy, unit.now, unit.now)
    await _check(unit, policy)
    if not await repository.add_policy(unit.connection, row):
        raise Conflict("policy-exists", "the code has a policy for this priority and tier")
    return row


async def replace_targets(unit: UnitOfWork, policy_id: UUID, values: dict[str, Any], expected: int) -> Row:
    """Replaces what a row promises, and its calendar; the clocks of open cases follow. Raises NotFound,
    PreconditionFailed, and InvalidValue like `create`."""
    held = await repository.hold_policy(unit.connection, policy_id)
    if held is None:
        raise NotFound("unknown-policy")
    check_version(held.policy.version, expected)
    policy = replace(held.policy, **values, version=held.policy.version + 1)
    await _check(unit, policy)
    row = replace(held, policy=policy, updated_at=unit.now)
    await repository.replace_policy(unit.connection, row)
    await renew_few(unit)
    return row


async def policy_row(connection: AsyncConnection, policy_id: UUID) -> Row:
    """One row. Raises NotFound `unknown-policy`."""
    found = await repository.find_policy(connection, policy_id)
    if found is None:
        raise NotFound("unknown-policy")
    return found


async def page_of_policies(
    connection: AsyncConnection, code: str | None, paging: Paging
) -> tuple[list[Row], str | None]:
    """A page of rows, of one code or of all, in the order they were made. Raises Malformed."""
    (after,) = decode_cursor(paging.cursor, UUID) or (_FIRST,)
    found = await repository.page_of_policies(connection, code, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.policy.id,))


async def _check(unit: UnitOfWork, policy: Policy) -> None:
    calendar = await calendars.find(unit.connection, policy.calendar)
    if calendar is None:
        raise InvalidValue(errors=[FieldError("/calendar", "there is no such calendar", "unknown_calendar")])
    longest = max((policy.minutes(target) or 0 for target in TARGETS), default=0)
    await check_promises(unit, policy.calendar, calendar.hours.calendar(), longest)
