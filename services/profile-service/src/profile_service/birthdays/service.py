"""The use case of birthdays: who celebrates on a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import Paging, cut_page, decode_cursor
from profile_service.birthdays import repository
from profile_service.birthdays.days import Calendar, MonthDay, day_of, indexed_days
from profile_service.customers.domain import Customer
from profile_service.merges.reading import shown_many

__all__ = ["page_of_birthdays"]


async def page_of_birthdays(
    connection: AsyncConnection, calendar: Calendar, days: Collection[MonthDay], paging: Paging
) -> tuple[list[UUID], str | None]:
    """A page of the customers whose birthday is on one of the days, and the cursor of the next one.

    A page may be shorter than its limit: Jalali days lie on several Gregorian ones, and of a merged family only the one
    it is shown as is named, on the birth date it is shown with (on one page each once). Raises Malformed.
    """
    after = decode_cursor(paging.cursor, int, UUID)
    found = await repository.born_on(connection, indexed_days(calendar, days), after, paging.limit + 1)
    page, cursor = cut_page(found, paging.limit, lambda row: (row.number, row.id))
    customers = await shown_many(connection, [row.id for row in page])
    named = dict.fromkeys(each.id for each in customers.values() if _celebrates(each, calendar, days))
    return list(named), cursor


def _celebrates(customer: Customer, calendar: Calendar, days: Collection[MonthDay]) -> bool:
    born = customer.document.get("birth_date")
    if born is None or customer.archived_at is not None:
        return False
    return day_of(calendar, date.fromisoformat(born)) in days
