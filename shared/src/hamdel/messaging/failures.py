"""Which failures mean "the infrastructure is away, wait" and which mean "this piece of work is wrong"."""

from __future__ import annotations

from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from hamdel.messaging.transport import SendFailedError

__all__ = ["Backoff", "is_infrastructure"]

AWAY: Final = ("08", "53", "57P", "58", "40", "55P03")
"""SQLSTATE classes (PostgreSQL, appendix A): connection, resources, shutdown, system error; and roll-backs that the
server asks to repeat (40) or a lock that was not to be had in time (55P03)."""

AWAY_ERRORS: Final = (OSError, PoolTimeoutError, SendFailedError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""InternalClientError is what asyncpg raises when the server hangs up in the middle of a message."""

UNAVAILABLE: Final = 503


def is_infrastructure(error: BaseException) -> bool:
    """Whether trying the same again later can help: never a reason to give up on an event or to park it."""
    if isinstance(error, AWAY_ERRORS):
        return True
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(AWAY)
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        # without a SQLSTATE the server was never reached, or the connection died under the statement
        return error.connection_invalidated or state is None or state.startswith(AWAY)
    return getattr(error, "status", None) == UNAVAILABLE


class Backoff:
    """Waits that double from `least` to `most` seconds; `reset` after a success."""

    def __init__(self, least: float, most: float) -> None:
        self._least = least
        self._most = most
        self._next = least

    def reset(self) -> None:
        """The next wait is the least again."""
        self._next = self._least

    def next(self) -> float:
        """Seconds to wait now."""
        seconds, self._next = self._next, min(self._next * 2, self._most)
        return seconds
