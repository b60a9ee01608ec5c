"""HTTP of calendars."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import Page, PageQuery, Router, command, query, require_if_match
from interaction_service.calendars import service
from interaction_service.calendars.schemas import (
    CalendarBody,
    CalendarResource,
    DeadlineAnswer,
    ElapsedAnswer,
    HolidaysBody,
    HoursBody,
    Minutes,
    PlausibleTime,
    check_code,
)

__all__ = ["router"]

router = Router(prefix="/v1/calendars", tags=["calendars"])

From = Annotated[PlausibleTime, Query(alias="from")]
To = Annotated[PlausibleTime, Query(alias="to")]


@router.post("", status_code=201, response_model=CalendarResource)
async def create_calendar(request: Request, body: CalendarBody) -> Response:
    """Makes a calendar; a code that is taken gives 409 `calendar-exists`."""

    async def use_case(unit: UnitOfWork) -> CalendarResource:
        return CalendarResource.of(await service.create(unit, body.code, body.hours()))

    return await command(request, use_case)


@router.get("", response_model=Page[CalendarResource])
async def list_calendars(request: Request, paging: PageQuery) -> Response:
    """Calendars in the order of their codes."""

    async def read(connection: AsyncConnection) -> Page[CalendarResource]:
        found, cursor = await service.page_of_calendars(connection, paging)
        return Page(items=[CalendarResource.of(each) for each in found], next_cursor=cursor)

    return await query(request, read)


@router.get("/{code}", response_model=CalendarResource)
async def get_calendar(request: Request, code: str) -> Response:
    """One calendar."""

    async def read(connection: AsyncConnection) -> CalendarResource:
        return CalendarResource.of(await service.calendar_of(connection, code))

    return await query(request, read)


@router.put("/{code}", response_model=CalendarResource)
async def replace_calendar(request: Request, code: str, body: HoursBody) -> Response:
    """Replaces the hours; needs `If-Match`. The deadlines of open cases are worked out again."""
    version = require_if_match(request)
    check_code(body, code)

    async def use_case(unit: UnitOfWork) -> CalendarResource:
        return CalendarResource.of(await service.replace_hours(unit, code, body.hours(), version))

    return await command(request, use_case, status=200)


@router.post("/{code}/holidays", status_code=200, response_model=CalendarResource)
async def add_calendar_holidays(request: Request, code: str, body: HolidaysBody) -> Response:
    """Closes the calendar on the holidays of a list in a year; dates that have an exception keep it."""

    async def use_case(unit: UnitOfWork) -> CalendarResource:
        return CalendarResource.of(await service.add_holidays(unit, code, body.list, body.year))

    return await command(request, use_case, status=200)


@router.get("/{code}/deadline", response_model=DeadlineAnswer)
async def get_calendar_deadline(request: Request, code: str, start: From, minutes: Minutes) -> Response:
    """When so many open minutes will have passed since `from`."""

    async def read(connection: AsyncConnection) -> DeadlineAnswer:
        return DeadlineAnswer(due_at=await service.deadline(connection, code, start, minutes))

    return await query(request, read)


@router.get("/{code}/elapsed", response_model=ElapsedAnswer)
async def get_calendar_elapsed(request: Request, code: str, start: From, end: To) -> Response:
    """How many open minutes lie between `from` and `to`; 0 where `to` is not later."""

    async def read(connection: AsyncConnection) -> ElapsedAnswer:
        return ElapsedAnswer(minutes=await service.elapsed(connection, code, start, end))

    return await query(request, read)
