"""Problems as `application/problem+json` (RFC 9457), in the language the caller prefers."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from hamdel.http import catalogue
from hamdel.http.problem import FieldError, ProblemError

__all__ = ["PROBLEM_JSON", "problem_body", "problem_response"]

PROBLEM_JSON = "application/problem+json"


def problem_body(problem: ProblemError, request_id: str, *, persian: bool = False) -> bytes:
    """The JSON of a problem. Shape: type, title, status, detail, request_id, errors: [{pointer, message}], and the
    problem's own members."""
    words = problem.title or catalogue.title(problem.code, problem.status, persian=persian)
    body: dict[str, Any] = {
        **problem.members,
        "type": f"urn:hamdel:problem:{problem.code}",
        "title": words,
        "status": problem.status,
        "detail": words if persian or problem.detail is None else problem.detail,
        "request_id": request_id,
        "errors": [_field(error, persian) for error in problem.errors],
    }
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        body["detail"], body["errors"] = words, []
        return orjson.dumps(body)


def problem_response(problem: ProblemError, request_id: str, *, persian: bool = False) -> Response:
    """The answer that carries a problem."""
    headers = {**problem.headers, "Cache-Control": "no-store"}
    if persian:
        headers["Content-Language"] = "fa"
    body = problem_body(problem, request_id, persian=persian)
    return Response(body, problem.status, headers, PROBLEM_JSON)


def _field(error: FieldError, persian: bool) -> dict[str, str]:
    message = catalogue.field_message(error.kind, error.message, error.context or {}, persian=persian)
    return {"pointer": error.pointer, "message": message}
