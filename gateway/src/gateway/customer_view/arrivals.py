"""Tells readers that wait for a customer's section that the projector of this process has stored something."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, TypeVar
from uuid import UUID

__all__ = ["Arrival", "Arrivals"]

T = TypeVar("T")

POLL_SECONDS: Final = 0.02


class Arrivals:
    """In-process only: with several replicas another one may have stored it, so a wait is short and then reads."""

    def __init__(self) -> None:
        self._waiting: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)

    def stored(self, customer_ids: Iterable[UUID]) -> None:
        """Wakes whoever waits for one of these customers."""
        if not self._waiting:
            return
        for customer_id in customer_ids:
            for event in self._waiting.get(customer_id, ()):
                event.set()

    @contextmanager
    def expecting(self, customer_id: UUID) -> Iterator[Arrival]:
        """Notices what is stored from now on, also while the caller is reading: nothing falls between the two."""
        event = asyncio.Event()
        self._waiting[customer_id].add(event)
        try:
            yield Arrival(event)
        finally:
            self._waiting[customer_id].discard(event)
            if not self._waiting[customer_id]:
                del self._waiting[customer_id]

    async def until(
        self, customer_id: UUID, seconds: float, read: Callable[[], Awaitable[T]], enough: Callable[[T], bool]
    ) -> T:
        """What `read` gives as soon as it is `enough`, else what it gives when the `seconds` are over.

        Another replica may be the one that stores it, so the wait is cut into short ones with a read after each."""
        deadline = time.monotonic() + seconds
        with self.expecting(customer_id) as arrival:
            while True:
                found = await read()
                left = deadline - time.monotonic()
                if left <= 0 or enough(found):
                    return found
                await arrival.wait(min(left, POLL_SECONDS))


class Arrival:
    """Whether something of one customer was stored since the last `wait`."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def wait(self, seconds: float) -> None:
        """Returns when something of the customer was stored here, at the latest after `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()
