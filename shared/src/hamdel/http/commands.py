"""The two ways a route runs a use case: `command` writes in one transaction, `query` reads.

The answer is serialised before the commit, so nothing that could fail is left for afterwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from asyncpg.exceptions import InvalidCachedStatementError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from hamdel.database import UnitOfWork
from hamdel.database.idempotency import StoredAnswer, claim, store
from hamdel.http.call import call_context
from hamdel.http.etag import etag
from hamdel.http.idempotency import KEY_RETENTION, Identity, identity_of, in_progress, replayed
from hamdel.http.responses import Answer, JsonBytes, json_bytes
from hamdel.http.services import services_of

__all__ = ["KEY_RETENTION", "command", "query", "sequence_header", "serialised", "tried_again"]

T = TypeVar("T")

UseCase = Callable[[UnitOfWork], Awaitable[Any]]

_RETRIED = frozenset({"40001", "40P01"})
"""SQLSTATEs after which the same transaction may simply be tried again: a serialisation failure, a deadlock."""


async def command(request: Request, use_case: UseCase, *, status: int = 201, key_required: bool = False) -> Response:
    """Runs the use case in one transaction and answers with what it returns: a model, an Answer, or None.

    With an `Idempotency-Key` the answer is stored in the same transaction; a replay gives the same status and body
    and `Idempotency-Replayed: true`. Raises Malformed (400) for a missing key where `key_required`, Conflict (409)
    `request-in-progress` and InvalidValue (422) `idempotency-key-reused`. A ProblemError of the use case rolls back
    and is not stored.
    """
    identity = await identity_of(request, required=key_required)
    return await tried_again(lambda: _run(request, use_case, status, identity))


async def query(request: Request, read: Callable[[AsyncConnection], Awaitable[Any]], *, status: int = 200) -> Response:
    """Runs a read and answers with what it returns (a model, an Answer, JSON bytes); a result with a `version` gets an
    ETag. Retried once after a schema change."""
    units = services_of(request).units

    async def reading() -> Any:
        async with units.reading() as connection:
            return await read(connection)

    answer = serialised(await tried_again(reading), status)
    return JsonBytes(answer.body, answer.status, answer.headers)


async def tried_again(work: Callable[[], Awaitable[T]]) -> T:
    """Runs the work, and once more after a deadlock, a serialisation failure or a change of the schema."""
    try:
        return await work()
    except DBAPIError as error:
        if not _may_retry(error):
            raise
        return await work()


def sequence_header(section: str | None, unit: UnitOfWork) -> dict[str, str]:
    """`Hamdel-Sequence` of a write that touched exactly one customer; empty otherwise."""
    if section is None or len(unit.sequences) != 1:
        return {}
    return {"Hamdel-Sequence": f"{section}={next(iter(unit.sequences.values()))}"}


async def _run(request: Request, use_case: UseCase, status: int, identity: Identity | None) -> Response:
    services = services_of(request)
    async with services.units(call_context(request)) as unit:
        if identity:
            state = await claim(unit.connection, identity.scope, unit.now - KEY_RETENTION)
            if state.running:
                raise in_progress()
            if state.answer is not None:
                return replayed(state.answer, identity)
        answer = serialised(await use_case(unit), status)
        await unit.flush_events()
        headers = {**sequence_header(services.section, unit), **answer.headers}
        if identity:
            kept = StoredAnswer(identity.fingerprint, answer.status, headers, answer.body)
            await store(unit.connection, identity.scope, kept, unit.now)
    if unit.sequences:
        services.units.after_commit()
    return JsonBytes(answer.body, answer.status, headers)


class Serialised:
    """An answer ready to be sent."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: bytes, status: int, headers: dict[str, str]) -> None:
        self.body, self.status, self.headers = body, status, headers


def serialised(result: Any, status: int) -> Serialised:
    """What a use case gave, as bytes; a body with a `version` gets an ETag, no body is a 204."""
    answer = result if isinstance(result, Answer) else Answer(result)
    headers = dict(answer.headers)
    version = getattr(answer.body, "version", None)
    if isinstance(version, int):
        headers.setdefault("ETag", etag(version))
    if answer.body is None:
        return Serialised(b"", answer.status or 204, headers)
    return Serialised(json_bytes(answer.body), answer.status or status, headers)


def _may_retry(error: DBAPIError) -> bool:
    # A migration makes cached plans stale; SQLAlchemy has dropped them all when it raises this.
    if isinstance(error.orig and error.orig.__cause__, InvalidCachedStatementError):
        return True
    return getattr(error.orig, "sqlstate", None) in _RETRIED
