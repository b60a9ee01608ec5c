"""Results day by day, week by week, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import FieldError, InvalidValue
from survey_service.definition.domain import SCALED
from survey_service.results.figures import scores_of
from survey_service.results.periods import Calendar, Days, Step, label, period_end, periods
from survey_service.results.repository import counts
from survey_service.results.repository.counts import Scope
from survey_service.results.schemas import PeriodFigures
from survey_service.results.tallies import Sum, Tallies, Versions

__all__ = ["MOST_PERIODS", "trend"]

MOST_PERIODS: Final = 1_000


async def trend(
    connection: AsyncConnection, scope: Scope, versions: Versions, step: Step | None, calendar: Calendar | None
) -> list[PeriodFigures] | None:
    """The scales of each period from the first to the last day that has a finished response, those without one among
    them; None without a step. Raises InvalidValue for more than a thousand periods."""
    if step is None:
        return None
    days = await counts.span(connection, scope)
    if days is None:
        return []
    in_calendar = calendar or versions.definition.settings.calendar
    starts = _starts(days, step, in_calendar)
    scaled = [name for name, question in versions.questions.items() if question.kind in SCALED]
    found: list[list[Sum]] = [[] for _ in starts]
    for place, one in await counts.by_period(connection, scope, starts, ["", *scaled]):
        found[place].append(one)
    return [
        _period(versions, scaled, sums, start, step, in_calendar) for start, sums in zip(starts, found, strict=True)
    ]


def _starts(days: Days, step: Step, calendar: Calendar) -> list[date]:
    try:
        return periods(days, step, calendar, MOST_PERIODS)
    except ValueError as error:
        wrong = FieldError("/query/by", f"gives more than {MOST_PERIODS} periods: ask for fewer days", "trend_long")
        raise InvalidValue(errors=[wrong]) from error


def _period(
    versions: Versions, scaled: Sequence[str], sums: Sequence[Sum], start: date, step: Step, calendar: Calendar
) -> PeriodFigures:
    tallies = Tallies.of(versions, sums)
    return PeriodFigures(
        label=label(start, step, calendar),
        start=start,
        end=period_end(start, step, calendar),
        finished=tallies.finished,
        questions={name: scores_of(versions.questions[name], tallies.questions[name]) for name in scaled},
    )
