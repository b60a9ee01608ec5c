"""The HTTP side of recording, whatever the kind: one record, or a batch in which every item stands for itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from hamdel.clock import utc_now
from hamdel.customers import CustomerDirectory, directory_of
from hamdel.database import UnitOfWork
from hamdel.http import (
    Answer,
    FieldError,
    InvalidValue,
    Malformed,
    NotFound,
    ProblemError,
    call_of,
    command,
    etag,
    services_of,
)
from hamdel.http.body import read_body
from hamdel.http.call import call_context
from hamdel.http.commands import tried_again
from hamdel.http.gathering import Gatherer, Waiting
from hamdel.http.render import problem_body
from hamdel.http.responses import JsonBytes, json_bytes
from hamdel.http.services import Services
from hamdel.http.validation import field_errors
from interaction_service.recording.domain import Outcome, Recordable, Status
from interaction_service.recording.schemas import holds_nul
from interaction_service.recording.service import Store, key_taken, record_many

__all__ = ["MAX_BATCH", "Kind", "batch_body", "record_batch", "record_one"]

R = TypeVar("R", bound=Recordable)
Told = tuple[Answer | ProblemError, Mapping[str, str]]
"""What a call is answered, and its `Hamdel-Sequence`."""

MAX_BATCH: Final = 1000


class Kind(Store[R], Protocol[R]):
    """A store that HTTP can reach: bodies become records, records become resources."""

    def record(self, item: Any, now: datetime) -> R:
        """The record that parsed JSON describes. Raises pydantic's ValidationError."""

    def resource(self, record: R) -> dict[str, Any]:
        """The public form of a record."""

    async def by_ids(self, connection: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, R]:
        """The stored records among the ids."""


async def record_one(request: Request, kind: Kind[R], record: R) -> Response:
    """201 with the resource; 200 with the stored one when the same was recorded before; 404 `unknown-customer`,
    409 `external-id-taken`, 503 `profile-unreachable`.

    A call without an `Idempotency-Key` shares its transaction with the calls that arrive beside it."""
    if "idempotency-key" in request.headers:
        return await _record_alone(request, kind, record)
    answer, sequence = await _gatherer_of(request, kind).add(record, call_context(request))
    if isinstance(answer, ProblemError):
        raise answer
    return JsonBytes(json_bytes(answer.body), answer.status or 201, {**sequence, **answer.headers})


async def _record_alone(request: Request, kind: Kind[R], record: R) -> Response:
    directory = directory_of(request)

    async def use_case(unit: UnitOfWork) -> Answer:
        outcomes = await record_many(unit, directory, kind, [record])
        (answer,) = await _answers(unit, kind, [record], outcomes)
        if isinstance(answer, ProblemError):
            raise answer
        return answer

    return await command(request, use_case)


def _gatherer_of(request: Request, kind: Kind[R]) -> Gatherer[R, Told]:
    extras = services_of(request).extras
    name = f"gatherer of {kind.fact_type}"
    if name not in extras:
        services, directory = services_of(request), directory_of(request)
        extras[name] = Gatherer[R, Told](lambda batch: tried_again(lambda: _store(services, directory, kind, batch)))
    gatherer: Gatherer[R, Told] = extras[name]
    return gatherer


async def _store(
    services: Services, directory: CustomerDirectory, kind: Kind[R], batch: Sequence[Waiting[R, Told]]
) -> list[Told]:
    records = [waiting.record for waiting in batch]
    async with services.units(batch[0].context) as unit:
        contexts = {waiting.record.id: waiting.context for waiting in batch}
        outcomes = await record_many(unit, directory, kind, records, contexts)
        answers = await _answers(unit, kind, records, outcomes)
    told: list[Told] = []
    for record, outcome, answer in zip(records, outcomes, answers, strict=True):
        created = outcome.status is Status.CREATED
        sequence = unit.sequences[unit.survivor(record.customer_id)] if created else None
        told.append((answer, {"Hamdel-Sequence": f"{services.section}={sequence}"} if sequence else {}))
    return told


async def _answers(
    unit: UnitOfWork, kind: Kind[R], records: Sequence[R], outcomes: Sequence[Outcome]
) -> list[Answer | ProblemError]:
    """What each single call is answered; the bytes are made before the commit."""
    known = [outcome.id for outcome in outcomes if outcome.status is Status.DUPLICATE and outcome.id]
    stored = await kind.by_ids(unit.connection, known) if known else {}
    answers: list[Answer | ProblemError] = []
    for record, outcome in zip(records, outcomes, strict=True):
        if outcome.status is Status.CREATED:
            answers.append(Answer(json_bytes(kind.resource(record)), 201, {"ETag": etag(1)}))
        elif outcome.id is None:
            answers.append(rejection(outcome))
        else:
            there = stored[outcome.id]
            answers.append(Answer(json_bytes(kind.resource(there)), 200, {"ETag": etag(there.version)}))
    return answers


async def record_batch(request: Request, kind: Kind[R]) -> Response:
    """200 with one answer per item, in order. The body is read here and not by the framework, so that an item that
    does not even fit the schema is rejected alone."""
    raw = call_of(request).body = await read_body(request)
    now, directory = utc_now(), directory_of(request)
    parsed = [_parsed(kind, item, now) for item in _items(raw)]
    records = [entry for entry in parsed if not isinstance(entry, ProblemError)]

    async def use_case(unit: UnitOfWork) -> bytes:
        outcomes = iter(await record_many(unit, directory, kind, records))
        answers = [entry if isinstance(entry, ProblemError) else next(outcomes) for entry in parsed]
        return orjson.dumps({"items": [_answer(request, answer) for answer in answers]}, default=str)

    return await command(request, use_case, status=200)


def rejection(outcome: Outcome) -> ProblemError:
    """The problem behind a rejected record."""
    if outcome.code == "unknown-customer":
        return NotFound("unknown-customer", "there is no such customer")
    return key_taken()


def batch_body(item: type) -> dict[str, Any]:
    """The OpenAPI of a batch's body, whose reading is ours."""
    schema = {
        "type": "object",
        "required": ["items"],
        "additionalProperties": False,
        "properties": {
            "items": {
                "type": "array",
                "maxItems": MAX_BATCH,
                "items": {"$ref": f"#/components/schemas/{item.__name__}"},
            }
        },
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _items(raw: bytes) -> Sequence[Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed("malformed-json", f"{error.msg} at character {error.pos}") from error
    if not isinstance(body, dict) or set(body) != {"items"} or not isinstance(body["items"], list):
        raise InvalidValue(errors=[FieldError("/items", "the body must be an object with a list `items` alone")])
    items: list[Any] = body["items"]
    if len(items) > MAX_BATCH:
        raise InvalidValue(errors=[FieldError("/items", f"at most {MAX_BATCH} items", "too_long")])
    if b"\\u0000" in raw:
        return [_NUL if holds_nul(item) else item for item in items]
    return items


_NUL: Final = object()


def _parsed(kind: Kind[R], item: Any, now: datetime) -> R | ProblemError:
    if item is _NUL:
        return InvalidValue(errors=[FieldError("", "must not contain NUL", "nul")])
    try:
        return kind.record(item, now)
    except ValidationError as error:
        return InvalidValue(errors=field_errors(error.errors(include_url=False, include_input=False)))


def _answer(request: Request, answer: Outcome | ProblemError) -> dict[str, Any]:
    problem = answer if isinstance(answer, ProblemError) else None
    if isinstance(answer, Outcome):
        if answer.status is not Status.REJECTED:
            return {"status": answer.status, "id": answer.id, "problem": None}
        problem = rejection(answer)
    assert problem is not None
    call = call_of(request)
    body = problem_body(problem, call.request_id, persian=call.persian)
    return {"status": Status.REJECTED, "id": None, "problem": orjson.Fragment(body)}
