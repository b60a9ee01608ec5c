"""Use cases of calendars: make, replace, add holidays, and ask for deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
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
from interaction_service.calendars import repository
from interaction_service.calendars.domain import (
    HORIZON,
    DeadlineOutOfReachError,
    business_deadline,
    business_minutes,
)
from interaction_service.calendars.holidays import closed_days, list_codes
from interaction_service.calendars.stored import Hours, StoredCalendar
from interaction_service.sla.renewal import check_promises, renew_few

__all__ = ["add_holidays", "calendar_of", "create", "deadline", "elapsed", "page_of_calendars", "replace_hours"]


async def create(unit: UnitOfWork, code: str, hours: Hours) -> StoredCalendar:
    """Makes a calendar. Raises Conflict `calendar-exists`."""
    made = StoredCalendar(code, hours, 1, unit.now, unit.now)
    if not await repository.add(unit.connection, made):
        raise Conflict("calendar-exists", "there is a calendar with this code; PUT replaces it")
    return made


async def replace_hours(unit: UnitOfWork, code: str, hours: Hours, expected: int) -> StoredCalendar:
    """Replaces the hours of a calendar; the clocks of open cases follow. Raises NotFound, PreconditionFailed, and
    InvalidValue where a promise made in this calendar could no longer be kept within ten years."""
    held = await _held(unit, code)
    check_version(held.version, expected)
    return await _store(unit, held, hours)


async def add_holidays(unit: UnitOfWork, code: str, list_code: str, year: int) -> StoredCalendar:
    """Closes the calendar on the holidays of a year. A date that has an exception keeps it; the same list again changes
    nothing. Raises NotFound and InvalidValue."""
    held = await _held(unit, code)
    taken = {one["date"] for one in held.hours.exceptions}
    added = [one for one in _holidays(list_code, year) if one["date"] not in taken]
    if not added:
        return held
    exceptions = sorted((*held.hours.exceptions, *added), key=lambda one: str(one["date"]))
    return await _store(unit, held, replace(held.hours, exceptions=exceptions))


async def calendar_of(connection: AsyncConnection, code: str) -> StoredCalendar:
    """The calendar. Raises NotFound `unknown-calendar`."""
    found = await repository.find(connection, code)
    if found is None:
        raise NotFound("unknown-calendar")
    return found


async def page_of_calendars(connection: AsyncConnection, paging: Paging) -> tuple[list[StoredCalendar], str | None]:
    """A page of calendars in the order of their codes, and the cursor of the next one. Raises Malformed."""
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page(connection, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.code,))


async def deadline(connection: AsyncConnection, code: str, start: datetime, minutes: int) -> datetime:
    """When (UTC) so many open minutes have passed. Raises NotFound, and InvalidValue `deadline-out-of-reach`."""
    found = await calendar_of(connection, code)
    try:
        return business_deadline(found.hours.calendar(), start, minutes)
    except DeadlineOutOfReachError as error:
        raise InvalidValue("deadline-out-of-reach", str(error)) from error


async def elapsed(connection: AsyncConnection, code: str, start: datetime, end: datetime) -> float:
    """The open minutes between two moments. Raises NotFound, and InvalidValue for more than twenty years."""
    if end - start > HORIZON:
        raise InvalidValue(errors=[FieldError("/query/to", "must be within twenty years of `from`", "out_of_range")])
    found = await calendar_of(connection, code)
    return business_minutes(found.hours.calendar(), start, end)


async def _held(unit: UnitOfWork, code: str) -> StoredCalendar:
    found = await repository.hold(unit.connection, code)
    if found is None:
        raise NotFound("unknown-calendar")
    return found


async def _store(unit: UnitOfWork, held: StoredCalendar, hours: Hours) -> StoredCalendar:
    await check_promises(unit, held.code, hours.calendar())
    stored = replace(held, hours=hours, version=held.version + 1, updated_at=unit.now)
    await repository.replace(unit.connection, stored)
    await renew_few(unit)
    return stored


def _holidays(list_code: str, year: int) -> Sequence[dict[str, Any]]:
    if list_code not in list_codes():
        raise InvalidValue(errors=[FieldError("/list", f"must be one of {', '.join(list_codes())}", "unknown_list")])
    try:
        return closed_days(list_code, year)
    except ValueError as error:
        raise InvalidValue(errors=[FieldError("/year", str(error), "year_out_of_range")]) from error
