"""What is known of one request while it is being answered: who asks, under which id, within which trace."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.requests import HTTPConnection

from hamdel.context import CallContext

if TYPE_CHECKING:
    from hamdel.http.auth import Principal
    from hamdel.http.guard import Guard

__all__ = ["SCOPE_KEY", "SOURCE_PATTERN", "Call", "call_context", "call_of", "outgoing_headers", "principal_of"]

SCOPE_KEY = "hamdel"

SOURCE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"
"""What a source looks like: `api`, `branch-12`, `external:cdnow`."""


class Call:
    """One request. `operation` is the operationId once the route is known; `body` the raw bytes once they are read;
    `authorization` the raw header; `max_body` the route's own limit in bytes, None for the service's."""

    __slots__ = (
        "authorization",
        "body",
        "guard",
        "max_body",
        "operation",
        "persian",
        "principal",
        "request_id",
        "traceparent",
    )

    def __init__(self, request_id: str, traceparent: str, persian: bool, guard: Guard) -> None:
        self.request_id = request_id
        self.traceparent = traceparent
        self.persian = persian
        self.guard = guard
        self.operation = "unmatched"
        self.authorization: bytes | None = None
        self.principal: Principal | None = None
        self.body = b""
        self.max_body: int | None = None


def call_of(request: HTTPConnection) -> Call:
    """The call that a request belongs to."""
    call: Call = request.scope[SCOPE_KEY]
    return call


def principal_of(request: HTTPConnection) -> Principal:
    """Who asks. Raises Unauthenticated on a public operation that nobody signed in for."""
    from hamdel.http.problem import Unauthenticated

    principal = call_of(request).principal
    if principal is None:
        raise Unauthenticated()
    return principal


def call_context(request: HTTPConnection) -> CallContext:
    """The context that units of work and events carry; the actor of a public operation is `anonymous`.

    `Hamdel-Source` says where the data comes from (a branch, a form, another system); `api` without it. Raises
    Malformed (400) `bad-source` for one that is no token of at most 64 characters.
    """
    call = call_of(request)
    actor = call.principal.subject if call.principal else "anonymous"
    return CallContext(actor, call.request_id, None, call.traceparent, _source_of(request))


def _source_of(request: HTTPConnection) -> str:
    from hamdel.http.problem import Malformed

    source = request.headers.get("hamdel-source", "api")
    if not re.fullmatch(SOURCE_PATTERN, source):
        raise Malformed("bad-source", "Hamdel-Source is a token of at most 64 letters, digits and . _ : -")
    return source


def outgoing_headers(request: HTTPConnection | CallContext) -> dict[str, str]:
    """Headers that take the trace and the request id to the next service."""
    if isinstance(request, CallContext):
        headers: dict[str, Any] = {"X-Request-ID": request.correlation_id}
        return headers | ({"traceparent": request.traceparent} if request.traceparent else {})
    call = call_of(request)
    return {"X-Request-ID": call.request_id, "traceparent": call.traceparent}
