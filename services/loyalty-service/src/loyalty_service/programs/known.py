"""What a process remembers of programmes and of what is written beside them, for as long as nobody changes any."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from loyalty_service.programs import repository

__all__ = ["Known"]

T = TypeVar("T")


class Known(Generic[T]):
    """What `read` gives, read again when the revision of the programmes has moved: one small statement per use instead
    of a memory that is wrong for a moment, in which a purchase would earn under yesterday's rules.

    Whoever changes what is read calls `repository.changed` in the same transaction.
    """

    def __init__(self, read: Callable[[AsyncConnection], Awaitable[T]]) -> None:
        self._read = read
        self._by_engine: WeakKeyDictionary[Any, tuple[int, T]] = WeakKeyDictionary()

    async def __call__(self, connection: AsyncConnection) -> T:
        """The value as of the newest change that this transaction sees."""
        revision = await repository.revision(connection)
        engine = connection.sync_connection.engine if connection.sync_connection else None
        known = self._by_engine.get(engine)
        if known is None or known[0] != revision:
            known = self._by_engine[engine] = (revision, await self._read(connection))
        return known[1]
