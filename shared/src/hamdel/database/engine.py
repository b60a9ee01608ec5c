"""The SQLAlchemy engine over asyncpg: bounded pool, bounded waits, a time-out on everything that leaves the process."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

__all__ = ["DatabaseSettings", "create_engine", "plain_url"]


class DatabaseSettings(BaseModel):
    """`url` is a libpq URL (`postgresql://user:password@host:port/database`). Times are seconds."""

    url: str
    pool_size: int = 8
    connect_timeout: float = 1.0
    pool_timeout: float = 1.5
    command_timeout: float = 10.0
    statement_timeout_ms: int = 10_000


def plain_url(url: str) -> str:
    """The libpq form of a URL, whichever driver it names; what asyncpg itself and psql accept."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_engine(settings: DatabaseSettings) -> AsyncEngine:
    """An engine that makes its first connection when first used.

    A connection that the server has closed is replaced at checkout: asyncpg knows it from the socket, so it costs no
    round trip (`pool_pre_ping` would cost one each time). One that hangs silently is the sentinel's matter.
    """
    engine = create_async_engine(
        make_url(settings.url).set(drivername="postgresql+asyncpg"),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_timeout,
        pool_use_lifo=True,
        connect_args={
            "timeout": settings.connect_timeout,
            "command_timeout": settings.command_timeout,
            "server_settings": {
                "application_name": "hamdel",
                "timezone": "UTC",
                "statement_timeout": str(settings.statement_timeout_ms),
            },
        },
    )
    event.listen(engine.sync_engine.pool, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _fairy: Any) -> None:
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError("the server has closed this connection")
