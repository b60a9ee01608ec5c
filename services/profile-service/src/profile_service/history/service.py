"""Use cases of the history."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import FieldError, InvalidValue, NotFound, Paging, decode_cursor, encode_cursor
from profile_service.customers import service as customers
from profile_service.customers.domain import FIELDS, Customer, Document
from profile_service.history import repository
from profile_service.history.domain import Line, OverwrittenError, is_restorable, undone

__all__ = ["page_of_changes", "restore"]


async def restore(
    unit: UnitOfWork,
    customer_id: UUID,
    expected_version: int,
    change: tuple[int, str],
    check: Callable[[Document], Document],
) -> Customer:
    """The customer with a field as it was before a change, which is named by its version and its field (or a field
    around it, such as `/location`); `check` holds the outcome to the rules of the record.

    Raises InvalidValue `not-restorable`, NotFound `unknown-change`, and what a patch raises.
    """
    version, field = change
    if not is_restorable(field, FIELDS):
        raise _not_restorable("only fields of the record itself are restored")
    current = await customers.load_for_change(unit, customer_id, expected_version)
    lines = await repository.lines_of_change(unit.connection, current.id, version, field)
    if not lines:
        raise NotFound("unknown-change")
    try:
        document = undone(current.document, lines)
    except OverwrittenError as error:
        raise _not_restorable("what the field was part of is something else now") from error
    return await customers.apply(unit, current, check(document), source="restore")


def _not_restorable(message: str) -> InvalidValue:
    return InvalidValue("not-restorable", message, errors=[FieldError("/field", message, "not_restorable")])


async def page_of_changes(
    connection: AsyncConnection, customer_id: UUID, paging: Paging
) -> tuple[list[Line], str | None]:
    """A page of a customer's changes, newest first, and the cursor of the next one. Raises NotFound, Malformed."""
    before = decode_cursor(paging.cursor, int, int)
    found = await repository.lines(connection, customer_id, before, paging.limit + 1)
    if not found:
        await customers.load(connection, customer_id)
    page = found[: paging.limit]
    more = len(found) > paging.limit
    return page, encode_cursor(page[-1].version, page[-1].ordinal) if more else None
