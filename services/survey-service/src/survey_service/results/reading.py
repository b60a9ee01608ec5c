"""Reads results: sums of counters, put together by question. No response is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http import NotFound
from survey_service.definition.domain import Definition
from survey_service.results.dropping import drop_off
from survey_service.results.figures import question_result
from survey_service.results.periods import Calendar, Days, Step
from survey_service.results.repository import counts, invited
from survey_service.results.repository.counts import Scope
from survey_service.results.schemas import ComparedPeriod, ResponseRate, ResultsResource
from survey_service.results.tallies import Tallies, Versions
from survey_service.results.trends import trend
from survey_service.scores.domain import wilson
from survey_service.surveys.service import definition_of, survey_of

__all__ = ["Ask", "results", "versions_of"]


@dataclass(frozen=True, slots=True)
class Ask:
    """Which results: of one version or of all that are comparable, of which days, as a trend by which step, compared
    with which earlier days. `calendar` None is the survey's."""

    survey_id: UUID
    version: int | None
    days: Days
    step: Step | None = None
    calendar: Calendar | None = None
    compare: Days | None = None


async def results(connection: AsyncConnection, ask: Ask) -> ResultsResource:
    """The results. Raises NotFound `unknown-survey`, `unknown-survey-version`, and InvalidValue for a trend of more
    than a thousand periods."""
    versions = await versions_of(connection, ask.survey_id, ask.version)
    scope = Scope(ask.survey_id, sorted(versions.definitions), ask.days)
    tallies = Tallies.of(versions, await counts.summed(connection, scope))
    before = await _before(connection, ask, versions)
    parts = await counts.parts(connection, scope)
    settings = versions.definition.settings
    questions = {
        name: question_result(
            question,
            tallies.questions[name],
            versions.excluded(name),
            before.questions[name] if before else None,
        )
        for name, question in versions.questions.items()
    }
    return ResultsResource(
        survey_id=ask.survey_id,
        survey_version=versions.reference,
        versions=list(scope.versions),
        excluded_versions=sorted({version for found in questions.values() for version in found.excluded_versions}),
        timezone=settings.timezone,
        calendar=ask.calendar or settings.calendar,
        responses=tallies.finished + tallies.open.total(),
        finished=tallies.finished,
        languages=parts["language"],
        channels=parts["channel"],
        response_rate=await _response_rate(connection, ask, settings.timezone),
        questions=questions,
        drop_off=drop_off(versions.definition, tallies.open),
        trend=await trend(connection, scope, versions, ask.step, ask.calendar),
        compared_with=_compared(ask, before),
    )


async def versions_of(connection: AsyncConnection, survey_id: UUID, version: int | None) -> Versions:
    """One version alone, or the current one with those before it. Raises NotFound."""
    survey = await survey_of(connection, survey_id)
    current = survey.current_version or 0
    if version is None and not current:
        raise NotFound("unknown-survey-version", "nothing of this survey is published")
    reference = version or current
    wanted: Sequence[int] = range(1, current + 1) if version is None else [version]
    definitions: Mapping[int, Definition] = {one: await definition_of(connection, survey_id, one) for one in wanted}
    return Versions(definitions, reference)


async def _before(connection: AsyncConnection, ask: Ask, versions: Versions) -> Tallies | None:
    if ask.compare is None:
        return None
    scope = Scope(ask.survey_id, sorted(versions.definitions), ask.compare)
    return Tallies.of(versions, await counts.summed(connection, scope))


def _compared(ask: Ask, before: Tallies | None) -> ComparedPeriod | None:
    if ask.compare is None or before is None:
        return None
    return ComparedPeriod(start=ask.compare.first, end=ask.compare.last, finished=before.finished)


async def _response_rate(connection: AsyncConnection, ask: Ask, timezone: str) -> ResponseRate | None:
    sent, answered = await invited.answered(connection, ask.survey_id, ask.days, timezone)
    if not sent:
        return None
    return ResponseRate(invited=sent, answered=answered, rate=answered / sent, interval=wilson(answered, sent))
