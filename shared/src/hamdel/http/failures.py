"""Turns what was raised into a problem: our own errors, those of FastAPI, and those of database and network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import asyncpg
import structlog
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from hamdel.contracts.envelope import EventTooLargeError
from hamdel.http.problem import (
    Conflict,
    InvalidValue,
    Malformed,
    ProblemError,
    TooLarge,
    Unavailable,
)
from hamdel.http.validation import field_errors

__all__ = ["HANDLED", "problem_of"]

log = structlog.get_logger(__name__)

_UNAVAILABLE_CLASSES = ("08", "53", "57", "58", "40", "55")
"""SQLSTATE classes of a database that cannot just now: connection, resources, operator intervention, system error,
transaction rollback, object in use (PostgreSQL, appendix A)."""

_CODES = {404: "not-found", 405: "method-not-allowed", 400: "malformed", 413: "too-large"}


def problem_of(error: Exception) -> ProblemError | None:
    """The problem that an exception stands for; None for a fault of ours, which is a 500 and goes to the log."""
    for kind, translate in HANDLED.items():
        if isinstance(error, kind):
            return translate(error)
    return None


def _itself(error: Any) -> ProblemError:
    found: ProblemError = error
    return found


def _validation(error: Any) -> ProblemError:
    errors = field_errors(error.errors())
    if any(item.kind in {"json_invalid", "invalid_utf8"} for item in errors):
        return Malformed("malformed-json", errors=errors)
    return InvalidValue(errors=errors)


def _http(error: Any) -> ProblemError:
    code = _CODES.get(error.status_code, f"http-{error.status_code}")
    return ProblemError(code, headers=error.headers, status=error.status_code)


def _unavailable(_error: Any) -> ProblemError:
    return Unavailable()


def _database(error: Any) -> ProblemError | None:
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return Unavailable("database-unavailable")
        return _by_sqlstate(getattr(error.orig, "sqlstate", None), error)
    return Unavailable("database-unavailable") if isinstance(error, PoolTimeout) else None


def _driver(error: Any) -> ProblemError | None:
    if isinstance(error, asyncpg.InterfaceError):
        return Unavailable("database-unavailable") if "closed" in str(error) else None
    return _by_sqlstate(getattr(error, "sqlstate", None), error)


def _by_sqlstate(state: str | None, error: Exception) -> ProblemError | None:
    if state is None:
        return Unavailable("database-unavailable") if "clos" in str(error) else None
    if state.startswith(_UNAVAILABLE_CLASSES):
        return Unavailable("database-unavailable")
    if state in {"23505", "23P01"}:
        return Conflict()
    if state.startswith("22"):
        log.error("value_reached_the_database", sqlstate=state)
        return InvalidValue()
    return None


HANDLED: Mapping[type[Exception], Callable[[Any], ProblemError | None]] = {
    ProblemError: _itself,
    RequestValidationError: _validation,
    HTTPException: _http,
    EventTooLargeError: lambda _: TooLarge("event-too-large"),
    SQLAlchemyError: _database,
    asyncpg.PostgresError: _driver,
    asyncpg.InterfaceError: _driver,
    # what asyncpg raises when the server hangs up in the middle of a message
    asyncpg.InternalClientError: lambda _: Unavailable("database-unavailable"),
    aiohttp.ClientError: _unavailable,
    TimeoutError: _unavailable,
    ConnectionError: _unavailable,
}
