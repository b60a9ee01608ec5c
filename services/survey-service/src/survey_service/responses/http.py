"""The HTTP side of a step: calls that arrive beside each other share a transaction (decision 0015)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from hamdel.customers import CustomerDirectory, directory_of
from hamdel.database import UnitOfWork
from hamdel.http import JsonBytes, ProblemError, Services, services_of
from hamdel.http.commands import tried_again
from hamdel.http.gathering import Gatherer, Waiting
from survey_service.responses.schemas import ResponseState
from survey_service.responses.service import submit_many
from survey_service.responses.stepping import Result
from survey_service.responses.submissions import Submission

__all__ = ["put_response"]

MOST_REMEMBERED: Final = 10_000
LINGER: Final = 0.5
"""Of the time of a batch; see `Gatherer`."""


@dataclass(slots=True)
class _Told:
    """What a call is answered, and whether its response is anonymous."""

    body: bytes
    created: bool
    anonymous: bool
    headers: dict[str, str] = field(default_factory=dict)


async def put_response(request: Request, submission: Submission) -> Response:
    """201 with the state of the response that this step began, else 200; raises the problems of `submit_many`.

    Repeating a step changes nothing, so an `Idempotency-Key` has nothing to add: none is looked at."""
    extras = services_of(request).extras
    if "responses" not in extras:
        extras["responses"] = _Gatherers(services_of(request), directory_of(request))
    gatherers: _Gatherers = extras["responses"]
    told = await gatherers.add(submission)
    return JsonBytes(told.body, 201 if told.created else 200, told.headers)


class _Gatherers:
    """One for identified responses and one for anonymous ones, which never share a transaction. Which survey is which
    is learned from the answers: steps that land in the wrong one are stored one by one, like all that cannot be stored
    together."""

    def __init__(self, services: Services, directory: CustomerDirectory) -> None:
        self._services, self._directory = services, directory
        self._anonymous: set[UUID] = set()
        self._identified, self._hidden = (
            Gatherer[Submission, _Told | ProblemError](
                lambda batch: tried_again(lambda: self._stored(batch)), linger=LINGER
            )
            for _ in range(2)
        )

    async def add(self, submission: Submission) -> _Told:
        """What the call is answered. Raises the problem of this step alone."""
        assert submission.context is not None
        hidden = submission.survey_id in self._anonymous
        told = await (self._hidden if hidden else self._identified).add(submission, submission.context)
        if isinstance(told, ProblemError):
            raise told
        if told.anonymous and len(self._anonymous) < MOST_REMEMBERED:
            self._anonymous.add(submission.survey_id)
        elif not told.anonymous:
            self._anonymous.discard(submission.survey_id)
        return told

    async def _stored(self, batch: Sequence[Waiting[Submission, _Told | ProblemError]]) -> list[_Told | ProblemError]:
        async with self._services.units(batch[0].context) as unit:
            outcomes = await submit_many(unit, [waiting.record for waiting in batch], self._directory)
            told = [outcome if isinstance(outcome, ProblemError) else _told(outcome) for outcome in outcomes]
        for outcome, answer in zip(outcomes, told, strict=True):
            if isinstance(outcome, Result) and isinstance(answer, _Told):
                answer.headers |= self._sequence(unit, outcome)
        return told

    def _sequence(self, unit: UnitOfWork, result: Result) -> dict[str, str]:
        """`Hamdel-Sequence` of a step that the customer's section shows."""
        customer = result.response.customer_id
        if not result.finished or customer is None:
            return {}
        return {"Hamdel-Sequence": f"{self._services.section}={unit.sequences[unit.survivor(customer)]}"}


def _told(result: Result) -> _Told:
    return _Told(ResponseState.bytes_of(result), result.created, result.response.anonymous)
