"""HTTP of birthdays: for other services alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import PageQuery, Router, query
from profile_service.birthdays.days import Calendar, MonthDay
from profile_service.birthdays.schemas import Birthdays, MonthDayText
from profile_service.birthdays.service import page_of_birthdays

__all__ = ["internal"]

internal = Router(prefix="/internal/customers", include_in_schema=False)

MonthDays = Annotated[list[MonthDayText], Query(alias="month_day", min_length=1, max_length=2)]


@internal.get("/birthdays", response_model=Birthdays)
async def customers_by_birthday(
    request: Request, paging: PageQuery, days: MonthDays, calendar: Calendar = "gregorian"
) -> Response:
    """Whose birthday is on one of at most two days (`02-28`, `02-29`) of the calendar."""
    wanted = frozenset(map(MonthDay.parse, days))

    async def read(connection: AsyncConnection) -> Birthdays:
        items, cursor = await page_of_birthdays(connection, calendar, wanted, paging)
        return Birthdays(items=items, next_cursor=cursor)

    return await query(request, read)
