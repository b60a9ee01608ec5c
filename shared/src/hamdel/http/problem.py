"""Expected failures as a tree of typed errors, each with its status (RFC 9457); one handler renders them."""

# ruff: noqa: N818 - the names are those of the HTTP statuses they stand for

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "Conflict",
    "FieldError",
    "Forbidden",
    "InvalidValue",
    "Malformed",
    "NotFound",
    "PreconditionFailed",
    "PreconditionRequired",
    "ProblemError",
    "TooLarge",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "UnsupportedMediaType",
]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong place of a request: a JSON pointer (RFC 6901) into the body, `/query/limit` or `/path/id` outside it.

    `kind` picks the translated message; where it is unknown, `message` is shown in every language.
    """

    pointer: str
    message: str
    kind: str = ""
    context: Mapping[str, object] | None = None


class ProblemError(Exception):
    """An expected failure. `code` becomes the stable `type` (`urn:hamdel:problem:<code>`); `detail` is for people.

    Raised inside a use case it rolls the transaction back. `headers` are added to the answer, `members` to its body
    (RFC 9457, section 3.2); a member never takes the place of a standard one.
    """

    status: int = 500
    default_code: ClassVar[str] = "internal-error"

    def __init__(
        self,
        code: str | None = None,
        detail: str | None = None,
        *,
        title: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
        status: int | None = None,
    ) -> None:
        self.code = code or self.default_code
        self.detail = detail
        self.title = title
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})
        if status is not None:
            self.status = status
        super().__init__(f"{self.status} {self.code}" + (f": {detail}" if detail else ""))


class Malformed(ProblemError):
    """400: not JSON, not UTF-8, a cursor that is not ours."""

    status = 400
    default_code = "malformed"


class Unauthenticated(ProblemError):
    """401 with a Bearer challenge (RFC 6750)."""

    status = 401
    default_code = "unauthenticated"

    def __init__(self, code: str | None = None, detail: str | None = None) -> None:
        super().__init__(code, detail)
        error = ', error="invalid_token"' if self.code != self.default_code else ""
        self.headers["WWW-Authenticate"] = f'Bearer realm="hamdel"{error}'


class Forbidden(ProblemError):
    """403: known, but not allowed."""

    status = 403
    default_code = "forbidden"


class NotFound(ProblemError):
    """404."""

    status = 404
    default_code = "not-found"


class Conflict(ProblemError):
    """409: the state does not allow it."""

    status = 409
    default_code = "conflict"


class PreconditionFailed(ProblemError):
    """412: `If-Match` is stale; `errors` names the conflicting fields."""

    status = 412
    default_code = "stale-version"


class TooLarge(ProblemError):
    """413: the body is over its limit."""

    status = 413
    default_code = "too-large"


class UnsupportedMediaType(ProblemError):
    """415: the body is not of a type the route reads."""

    status = 415
    default_code = "unsupported-media-type"


class InvalidValue(ProblemError):
    """422: well-formed, but a value is not allowed."""

    status = 422
    default_code = "invalid-value"


class PreconditionRequired(ProblemError):
    """428: `If-Match` is missing."""

    status = 428
    default_code = "if-match-required"


class _Later(ProblemError):
    """A failure that passes; `retry_after` is in seconds."""

    def __init__(self, code: str | None = None, detail: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(code, detail, headers={"Retry-After": str(retry_after)})


class TooManyRequests(_Later):
    """429 with Retry-After."""

    status = 429
    default_code = "too-many-requests"


class Unavailable(_Later):
    """503 with Retry-After: something this service needs is out of reach; nothing was changed that was promised."""

    status = 503
    default_code = "unavailable"
