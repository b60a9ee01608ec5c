"""Optimistic concurrency: `ETag: "<version>"` on reads, `If-Match` on updates (RFC 9110, sections 8.8.3 and 13.1.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.requests import Request

from hamdel.http.problem import FieldError, PreconditionFailed, PreconditionRequired

__all__ = ["check_version", "etag", "require_if_match"]

_TAG = re.compile(r'^"(\d{1,18})"$', re.ASCII)


def etag(version: int) -> str:
    """The strong entity tag of a version.

    >>> etag(3)
    '"3"'
    """
    return f'"{version}"'


def require_if_match(request: Request) -> int:
    """The version the client has read. Raises PreconditionRequired (428) without one and PreconditionFailed (412)
    for a tag that no version of ours can have."""
    header = request.headers.get("if-match")
    if header is None:
        raise PreconditionRequired()
    match = _TAG.match(header.strip())
    if match is None:
        raise PreconditionFailed(detail="the entity tag is not a version of this resource")
    return int(match[1])


def check_version(current: int, expected: int, conflicts: Sequence[str] = ()) -> None:
    """Raises PreconditionFailed (412) when the versions differ; `conflicts` are the fields changed meanwhile."""
    if current != expected:
        raise PreconditionFailed(
            detail=f"the resource is at version {current}",
            errors=[FieldError(f"/{name}", "changed meanwhile", "changed_meanwhile") for name in conflicts],
        )
