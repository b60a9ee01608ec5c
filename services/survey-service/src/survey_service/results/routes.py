"""HTTP of results and cross tables. `from` and `to` are days in the survey's time zone, both included."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, NamedTuple
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import FieldError, InvalidValue, Page, PageQuery, Router, principal_of, query, services_of
from survey_service.results.crosstabs import CrossAsk, crosstab
from survey_service.results.export import page_of_responses, read_table, written
from survey_service.results.periods import ALWAYS, Calendar, Days, Step
from survey_service.results.reading import Ask, results
from survey_service.results.repository.responses import Filters
from survey_service.results.schemas import CrosstabResource, ResponseResource, ResultsResource

__all__ = ["router"]

CSV: Final = "text/csv"
PERSONAL: Final = frozenset({"admin", "manager"})
"""Who sees open text and whose a response is."""

router = Router(prefix="/v1/surveys", tags=["results"])

VersionQuery = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="one version alone")]
Id = Annotated[str, Query(min_length=1, max_length=200)]
RowQuery = Annotated[str | None, Query(min_length=1, max_length=200, description="a row of a Likert matrix")]
StatusQuery = Literal["open", "finished"] | None


def days_of(
    first: Annotated[date | None, Query(alias="from")] = None, last: Annotated[date | None, Query(alias="to")] = None
) -> Days:
    """The days asked for; without a bound, all on that side."""
    return Days(first or ALWAYS.first, last or ALWAYS.last)


def compared_days(compare_from: date | None = None, compare_to: date | None = None) -> Days | None:
    """The earlier days. Raises InvalidValue for half a period."""
    if compare_from is None and compare_to is None:
        return None
    if compare_from is None or compare_to is None:
        missing = "compare_from" if compare_from is None else "compare_to"
        raise InvalidValue(errors=[FieldError(f"/query/{missing}", "goes with the other one", "half_period")])
    return Days(compare_from, compare_to)


DaysQuery = Annotated[Days, Depends(days_of)]


def ask_of(
    survey_id: UUID,
    days: DaysQuery,
    compare: Annotated[Days | None, Depends(compared_days)],
    version: VersionQuery = None,
    by: Step | None = None,
    calendar: Calendar | None = None,
) -> Ask:
    """Which results."""
    return Ask(survey_id, version, days, by, calendar, compare)


def cross_of(
    survey_id: UUID, days: DaysQuery, question: Id, attribute: Id, row: RowQuery = None, version: VersionQuery = None
) -> CrossAsk:
    """Which cross table."""
    return CrossAsk(survey_id, version, days, question, row, attribute)


def filters_of(survey_id: UUID, version: VersionQuery = None, status: StatusQuery = None) -> Filters:
    """Which responses."""
    return Filters(survey_id, version, status)


FiltersQuery = Annotated[Filters, Depends(filters_of)]


class TableQuery(NamedTuple):
    """How the table is written; `language` None is the survey's own."""

    language: str | None
    bom: bool


def table_of(
    request: Request,
    format_: Annotated[Literal["json", "csv"] | None, Query(alias="format")] = None,
    language: Annotated[str | None, Query(min_length=2, max_length=35)] = None,
    bom: bool = False,
) -> TableQuery | None:
    """The table where one is asked for."""
    wanted = format_ or ("csv" if CSV in request.headers.get("accept", "") else "json")
    return TableQuery(language, bom) if wanted == "csv" else None


@router.get("/{survey_id}/results", response_model=ResultsResource)
async def get_survey_results(request: Request, ask: Annotated[Ask, Depends(ask_of)]) -> Response:
    """What the finished responses add up to, across all versions that asked alike; `by` adds a trend, `compare_from`
    and `compare_to` the change since an earlier period. Weeks begin on Monday, in the Jalali calendar on Saturday."""
    return await query(request, lambda connection: results(connection, ask))


@router.get("/{survey_id}/crosstab", response_model=CrosstabResource)
async def get_survey_crosstab(request: Request, ask: Annotated[CrossAsk, Depends(cross_of)]) -> Response:
    """The answers to a question by a declared attribute, with a test of independence; `row` is one of a matrix."""
    return await query(request, lambda connection: crosstab(connection, ask))


@router.get(
    "/{survey_id}/responses",
    response_model=Page[ResponseResource],
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}},
)
async def list_survey_responses(
    request: Request, paging: PageQuery, filters: FiltersQuery, table: Annotated[TableQuery | None, Depends(table_of)]
) -> Response:
    """Responses, in no order that means anything; as CSV all of them, with `?format=csv` or `Accept: text/csv`."""
    personal = bool(principal_of(request).roles & PERSONAL)
    if table is not None:
        return await _table(request, filters, table, personal)

    async def read(connection: AsyncConnection) -> Page[ResponseResource]:
        items, cursor = await page_of_responses(connection, filters, paging, personal=personal)
        return Page(items=items, next_cursor=cursor)

    return await query(request, read)


async def _table(request: Request, filters: Filters, asked: TableQuery, personal: bool) -> Response:
    units = services_of(request).units
    async with units.reading() as connection:
        table = await read_table(connection, filters, asked.language, personal=personal, bom=asked.bom)
    name = f"responses-{filters.survey_id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(written(units, table), media_type=CSV, headers=headers)
