"""What an `Idempotency-Key` means for a request: whose it is, and what a replay is answered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.requests import Request

from hamdel.database.idempotency import StoredAnswer
from hamdel.http.body import read_body
from hamdel.http.call import call_of
from hamdel.http.problem import Conflict, InvalidValue, Malformed
from hamdel.http.responses import JsonBytes

__all__ = ["KEY_RETENTION", "Identity", "identity_of", "in_progress", "replayed"]

KEY_RETENTION: Final = timedelta(hours=24)

_MAX_KEY: Final = 255


@dataclass(frozen=True, slots=True)
class Identity:
    """`scope`: the key within what may use it (principal, route); `fingerprint`: the request it was given with."""

    scope: bytes
    fingerprint: bytes


async def identity_of(request: Request, *, required: bool) -> Identity | None:
    """What the request's key stands for; None without one. Reads the body where nobody has yet.

    Raises Malformed (400) `idempotency-key-required`, `bad-idempotency-key`.
    """
    key = _key_of(request, required=required)
    if key is None:
        return None
    call = call_of(request)
    if not call.body:
        call.body = await read_body(request)
    subject = call.principal.subject if call.principal else ""
    scope = hashlib.sha256("\0".join((subject, request.method, call.operation, key)).encode())
    target = request.scope["path"].encode() + b"?" + request.scope["query_string"] + b"\0"
    return Identity(scope.digest(), hashlib.sha256(target + call.body).digest())


def replayed(answer: StoredAnswer, identity: Identity) -> JsonBytes:
    """The answer once more. Raises InvalidValue (422) `idempotency-key-reused` for another request."""
    if answer.request_hash != identity.fingerprint:
        raise InvalidValue("idempotency-key-reused", "this Idempotency-Key belongs to another request")
    return JsonBytes(answer.body, answer.status, {**answer.headers, "Idempotency-Replayed": "true"})


def in_progress() -> Conflict:
    """What a request is answered whose key another one still holds."""
    return Conflict("request-in-progress", headers={"Retry-After": "1"})


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
