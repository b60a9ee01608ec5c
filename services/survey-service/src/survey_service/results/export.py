"""Responses one by one: as pages of JSON, and as a table that is written while it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.base import rfc3339
from hamdel.database import UnitOfWorkFactory
from hamdel.http import Paging, cut_page, decode_cursor
from survey_service.definition.domain import Definition, Settings
from survey_service.results.reading import versions_of
from survey_service.results.repository import responses
from survey_service.results.repository.responses import FIRST, Filters, Stored
from survey_service.results.schemas import ResponseResource
from survey_service.results.table import BOM, Answers, Column, columns_of, csv_lines, safe_cell

__all__ = ["Table", "page_of_responses", "read_table", "written"]

AT_ONCE: Final = 1_000

COMMON: Final = ("survey_version", "status", "language", "channel", "day", "late")
EXACT: Final = ("id", "started_at", "finished_at", "duration_seconds")
WHOSE: Final = ("customer_id", "invitation_id")


class Table(NamedTuple):
    """A table to be written: whose responses, under which columns, with the customers or without. `exact`: some of the
    versions are not anonymous, so there are ids and times."""

    filters: Filters
    settings: Settings
    columns: Sequence[Column]
    personal: bool
    exact: bool
    bom: bool


async def page_of_responses(
    connection: AsyncConnection, filters: Filters, paging: Paging, *, personal: bool
) -> tuple[list[ResponseResource], str | None]:
    """A page in the order of the ids; without `personal` no customers and no open text. Raises NotFound, Malformed."""
    versions = await versions_of(connection, filters.survey_id, filters.version)
    (after,) = decode_cursor(paging.cursor, UUID) or (FIRST,)
    found = await responses.page(connection, filters, after, paging.limit + 1)
    shown, cursor = cut_page(found, paging.limit, lambda row: (row.id,))
    return [_resource(versions.definition.settings, row, personal) for row in shown], cursor


async def read_table(
    connection: AsyncConnection, filters: Filters, language: str | None, *, personal: bool, bom: bool
) -> Table:
    """What is to be written. Raises NotFound."""
    versions = await versions_of(connection, filters.survey_id, filters.version)
    settings = versions.definition.settings
    newest_first: list[Definition] = [versions.definitions[one] for one in sorted(versions.definitions, reverse=True)]
    columns = columns_of(newest_first, language or settings.default_language, texts=personal)
    exact = not all(definition.settings.anonymous for definition in newest_first)
    return Table(filters, settings, columns, personal, exact, bom)


async def written(units: UnitOfWorkFactory, table: Table) -> AsyncIterator[bytes]:
    """The table as CSV (RFC 4180, UTF-8), a thousand lines at a time; no longer than one of these is held in memory or
    on the database."""
    yield ((BOM if table.bom else "") + csv_lines([_headings(table)])).encode()
    after = FIRST
    while True:
        async with units.reading() as connection:
            found = await responses.page(connection, table.filters, after, AT_ONCE)
        if found:
            yield csv_lines(_line(table, row) for row in found).encode()
            after = found[-1].id
        if len(found) < AT_ONCE:
            return


def _about(table: Table) -> tuple[str, ...]:
    """What is shown beside the answers."""
    if not table.exact:
        return COMMON
    return (*EXACT, *WHOSE, *COMMON) if table.personal else (*EXACT, *COMMON)


def _headings(table: Table) -> list[str]:
    """With a point where it is no answer, which no question's id has."""
    about = [f"response.{name}" for name in _about(table)]
    attributes = [f"attribute.{name}" for name in table.settings.crosstab]
    return [*about, *attributes, *(column.heading for column in table.columns)]


def _line(table: Table, row: Stored) -> list[str]:
    shown = _resource(table.settings, row, table.personal)
    about = [_cell(getattr(shown, name)) for name in _about(table)]
    attributes = [safe_cell(_cell(shown.attributes.get(name))) for name in table.settings.crosstab]
    answers: Answers = row.answers
    return [*about, *attributes, *(column.cell(answers) for column in table.columns)]


def _resource(settings: Settings, row: Stored, personal: bool) -> ResponseResource:
    exact = not row.anonymous
    at = row.finished_at or row.started_at
    return ResponseResource(
        id=row.id if exact else None,
        survey_version=row.version,
        customer_id=row.customer_id if personal else None,
        invitation_id=row.invitation_id if personal else None,
        language=row.language,
        channel=row.channel,
        status=row.status,
        day=at.astimezone(ZoneInfo(settings.timezone)).date(),
        started_at=row.started_at if exact else None,
        finished_at=row.finished_at if exact else None,
        duration_seconds=row.duration_seconds,
        late=row.late,
        attributes=row.attributes or {},
        answers=row.answers if personal else _without_text(row.answers),
    )


def _without_text(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if "text" not in answer}


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
