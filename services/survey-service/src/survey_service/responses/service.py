"""Use cases of responses: steps are taken in batches, in which everybody stands for himself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork
from hamdel.http import Conflict, NotFound, ProblemError
from survey_service.definition import Definition
from survey_service.responses import repository
from survey_service.responses.domain import Response, hidden_id
from survey_service.responses.repository import Asked
from survey_service.responses.stepping import Result, Terms, path_of, take
from survey_service.responses.submissions import Submission
from survey_service.responses.telling import tell
from survey_service.results.service import FinishedResponse, Move, count, last_answered
from survey_service.surveys.service import definition_of

__all__ = ["MixedError", "day_of", "move_of", "response_of", "submit", "submit_many"]


class MixedError(Exception):
    """Anonymous responses and others were handed in together: one transaction would join them."""


@dataclass(slots=True)
class _Batch:
    """What the steps of a transaction meet, and by client id the responses as they are after those before."""

    unit: UnitOfWork
    stored: Mapping[UUID, Response]
    surveys: Mapping[UUID, Asked]
    terms: list[Terms | ProblemError] = field(default_factory=list)
    known: set[UUID] | None = None
    taken: dict[UUID, tuple[Result, Terms]] = field(default_factory=dict)


async def submit(unit: UnitOfWork, submission: Submission, directory: CustomerDirectory | None = None) -> Result:
    """`submit_many` for one. Raises the problem that it would give."""
    (outcome,) = await submit_many(unit, [submission], directory)
    if isinstance(outcome, ProblemError):
        raise outcome
    return outcome


async def submit_many(
    unit: UnitOfWork, submissions: Sequence[Submission], directory: CustomerDirectory | None = None
) -> list[Result | ProblemError]:
    """Takes the steps, in order; each has a result or the problem that kept it out, and no other's. `directory` says
    which customers exist; None where tickets vouch for all of them.

    The problems are those of `stepping.take` and `unknown-survey`, `unknown-survey-version`, `unknown-customer` (404),
    `survey-not-published` (409). Raises MixedError where some of the responses are anonymous and others not, before
    anything is written, and Unavailable where a customer cannot be checked.

    Steps of one response take turns; then the streams of identified respondents who finish are locked. The caller must
    hold nothing that a handler of events might wait for.
    """
    batch = await _opened(unit, submissions)
    anonymous = {terms.anonymous for terms in batch.terms if isinstance(terms, Terms)}
    if len(anonymous) > 1:
        raise MixedError
    if anonymous == {False}:
        batch.known = await _known(unit.connection, submissions, directory)
        ends = (one for one in submissions if one.finished and _exists(batch, one))
        await unit.lock_streams({one.customer for one in ends if one.customer is not None})
    outcomes = [_outcome(batch, one, terms) for one, terms in zip(submissions, batch.terms, strict=True)]
    await _store(batch, submissions, outcomes)
    return outcomes


async def response_of(connection: AsyncConnection, survey_id: UUID, client_id: UUID) -> Result:
    """A response as it is kept. Raises NotFound `unknown-survey`, `unknown-response`."""
    if survey_id not in await repository.surveys(connection, [survey_id]):
        raise _no_survey()
    found = _own(await repository.find(connection, [client_id, hidden_id(client_id)]), client_id)
    if found is None or found.survey_id != survey_id:
        raise NotFound("unknown-response", "there is no such response")
    definition = await definition_of(connection, survey_id, found.version)
    return Result(id=client_id, response=found, path=path_of(found, definition))


def move_of(definition: Definition, before: Response | None, after: Response | None) -> Move:
    """How an open response went on, as it is counted; `after` is None where it is finished or gone."""
    one = before or after
    assert one is not None
    return Move(
        one.survey_id,
        one.version,
        day_of(one.started_at, definition),
        None if before is None else last_answered(definition, before.answers),
        None if after is None else last_answered(definition, after.answers),
    )


def day_of(moment: datetime, definition: Definition) -> date:
    """The date in the survey's time zone."""
    return moment.astimezone(ZoneInfo(definition.settings.timezone)).date()


async def _opened(unit: UnitOfWork, submissions: Sequence[Submission]) -> _Batch:
    connection = unit.connection
    await repository.lock(connection, {hidden_id(one.id) for one in submissions})
    stored = await repository.find(connection, {id_ for one in submissions for id_ in (one.id, hidden_id(one.id))})
    surveys = await repository.surveys(connection, {one.survey_id for one in submissions})
    batch = _Batch(unit, stored, surveys)
    for one in submissions:
        try:
            batch.terms.append(await _terms(batch, one))
        except ProblemError as problem:
            batch.terms.append(problem)
    return batch


async def _terms(batch: _Batch, given: Submission) -> Terms:
    """Raises NotFound, and Conflict `survey-not-published`."""
    survey = batch.surveys.get(given.survey_id)
    if survey is None:
        raise _no_survey()
    if survey.current_version is None:
        raise Conflict("survey-not-published", "the survey is not published")
    stored = _own(batch.stored, given.id)
    wanted = given.ticket.version if given.ticket else given.version or survey.current_version
    version = stored.version if stored is not None and stored.survey_id == survey.id else wanted
    definition = await definition_of(batch.unit.connection, survey.id, version)
    return Terms(version, definition, survey.closed_at, batch.unit.now)


async def _known(
    connection: AsyncConnection, submissions: Sequence[Submission], directory: CustomerDirectory | None
) -> set[UUID] | None:
    asked = {one.customer_id for one in submissions if one.customer_id is not None and one.ticket is None}
    if directory is None:
        return None
    return await directory.known(connection, asked) if asked else set()


def _exists(batch: _Batch, given: Submission) -> bool:
    return batch.known is None or given.ticket is not None or given.customer_id in (None, *batch.known)


def _outcome(batch: _Batch, given: Submission, terms: Terms | ProblemError) -> Result | ProblemError:
    if isinstance(terms, ProblemError):
        return terms
    if not terms.anonymous and not _exists(batch, given):
        return NotFound("unknown-customer", "there is no such customer")
    earlier = batch.taken.get(given.id)
    before, met = (earlier[0].response, earlier[1]) if earlier else (_own(batch.stored, given.id), terms)
    try:
        result = take(before, given, met)
    except ProblemError as problem:
        return problem
    if result.changed:
        batch.taken[given.id] = (result, met)
    return result


async def _store(batch: _Batch, submissions: Sequence[Submission], outcomes: Sequence[Result | ProblemError]) -> None:
    if not batch.taken:
        return
    await repository.store(batch.unit.connection, [taken.response for taken, _ in batch.taken.values()])
    for given, outcome in zip(submissions, outcomes, strict=True):
        if isinstance(outcome, Result) and outcome.finished:
            await tell(batch.unit, given, outcome, batch.taken[given.id][1].definition)
    ended = [_counted(*taken) for taken in batch.taken.values() if taken[0].finished]
    await count(batch.unit, ended, list(_moves(batch)))


def _moves(batch: _Batch) -> Iterator[Move]:
    for client_id, (taken, terms) in batch.taken.items():
        before, after = _own(batch.stored, client_id), None if taken.finished else taken.response
        if before or after:
            yield move_of(terms.definition, before, after)


def _counted(taken: Result, terms: Terms) -> FinishedResponse:
    response = taken.response
    assert response.finished_at is not None
    return FinishedResponse(
        response.survey_id,
        response.version,
        day_of(response.finished_at, terms.definition),
        taken.path.kept,
        response.language,
        response.channel,
        response.attributes,
    )


def _own(found: Mapping[UUID, Response], client_id: UUID) -> Response | None:
    return found.get(client_id) or found.get(hidden_id(client_id))


def _no_survey() -> NotFound:
    return NotFound("unknown-survey", "there is no such survey")
