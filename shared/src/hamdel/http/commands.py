"""The two ways a route runs a use case: `command` writes in one transaction, `query` reads.

The answer is serialised before the commit, so nothing that could fail is left for afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from asyncpg.exceptions import InvalidCachedStatementError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from hamdel.database import UnitOfWork
from hamdel.database.idempotency import StoredAnswer, claim, store
from hamdel.http.body import read_body
from hamdel.http.call import call_context, call_of
from hamdel.http.etag import etag
from hamdel.http.problem import Conflict, InvalidValue, Malformed
from hamdel.http.responses import Answer, JsonBytes, json_bytes
from hamdel.http.services import services_of

__all__ = ["KEY_RETENTION", "command", "query", "sequence_header", "tried_again"]

KEY_RETENTION = timedelta(hours=24)

T = TypeVar("T")

UseCase = Callable[[UnitOfWork], Awaitable[Any]]

_MAX_KEY = 255
_RETRIED = frozenset({"40001", "40P01"})
"""SQLSTATEs after which the same transaction may simply be tried again: a serialisation failure, a deadlock."""


async def command(request: Request, use_case: UseCase, *, status: int = 201, key_required: bool = False) -> Response:
    """Runs the use case in one transaction and answers with what it returns: a model, an Answer, or None.

    With an `Idempotency-Key` the answer is stored in the same transaction; a replay gives the same status and body
    and `Idempotency-Replayed: true`. Raises Malformed (400) for a missing key where `key_required`, Conflict (409)
    `request-in-progress` and InvalidValue (422) `idempotency-key-reused`. A ProblemError of the use case rolls back
    and is not stored.
    """
    key = _key_of(request, required=key_required)
    call = call_of(request)
    if key and not call.body:
        call.body = await read_body(request)
    return await tried_again(lambda: _run(request, use_case, status, key))


async def query(request: Request, read: Callable[[AsyncConnection], Awaitable[Any]], *, status: int = 200) -> Response:
    """Runs a read and answers with what it returns (a model, an Answer, JSON bytes); a result with a `version` gets an
    ETag. Retried once after a schema change."""
    units = services_of(request).units

    async def reading() -> Any:
        async with units.reading() as connection:
            return await read(connection)

    answer = _serialise(await tried_again(reading), status)
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


async def _run(request: Request, use_case: UseCase, status: int, key: str | None) -> Response:
    services = services_of(request)
    async with services.units(call_context(request)) as unit:
        scope, fingerprint = _identity(request, key) if key else (b"", b"")
        if key:
            state = await claim(unit.connection, scope, unit.now - KEY_RETENTION)
            if state.running:
                raise Conflict("request-in-progress", headers={"Retry-After": "1"})
            if state.answer is not None:
                return _replay(state.answer, fingerprint)
        answer = _serialise(await use_case(unit), status)
        await unit.flush_events()
        headers = {**sequence_header(services.section, unit), **answer.headers}
        if key:
            kept = StoredAnswer(fingerprint, answer.status, headers, answer.body)
            await store(unit.connection, scope, kept, unit.now)
    if unit.sequences:
        services.units.after_commit()
    return JsonBytes(answer.body, answer.status, headers)


def _replay(answer: StoredAnswer, fingerprint: bytes) -> Response:
    if answer.request_hash != fingerprint:
        raise InvalidValue("idempotency-key-reused", "this Idempotency-Key belongs to another request")
    return JsonBytes(answer.body, answer.status, {**answer.headers, "Idempotency-Replayed": "true"})


class _Bytes:
    """An answer ready to be sent."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: bytes, status: int, headers: dict[str, str]) -> None:
        self.body, self.status, self.headers = body, status, headers


def _serialise(result: Any, status: int) -> _Bytes:
    answer = result if isinstance(result, Answer) else Answer(result)
    headers = dict(answer.headers)
    version = getattr(answer.body, "version", None)
    if isinstance(version, int):
        headers.setdefault("ETag", etag(version))
    if answer.body is None:
        return _Bytes(b"", answer.status or 204, headers)
    return _Bytes(json_bytes(answer.body), answer.status or status, headers)


def _key_of(request: Request, *, required: bool) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        if required:
            raise Malformed("idempotency-key-required", "this operation needs an Idempotency-Key")
        return None
    key = key.strip()
    if not 1 <= len(key) <= _MAX_KEY:
        raise Malformed("bad-idempotency-key", f"an Idempotency-Key has 1 to {_MAX_KEY} characters")
    return key


def _identity(request: Request, key: str) -> tuple[bytes, bytes]:
    call = call_of(request)
    subject = call.principal.subject if call.principal else ""
    scope = hashlib.sha256("\0".join((subject, request.method, call.operation, key)).encode())
    target = request.scope["path"].encode() + b"?" + request.scope["query_string"] + b"\0"
    return scope.digest(), hashlib.sha256(target + call.body).digest()


def _may_retry(error: DBAPIError) -> bool:
    # A migration makes cached plans stale; SQLAlchemy has dropped them all when it raises this.
    if isinstance(error.orig and error.orig.__cause__, InvalidCachedStatementError):
        return True
    return getattr(error.orig, "sqlstate", None) in _RETRIED
