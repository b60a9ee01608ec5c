"""Concurrent point reads answered together: one statement for all that came while the last two were running."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

__all__ = ["Coalescer"]

V = TypeVar("V")


class Coalescer(Generic[V]):
    """`get` joins the next batch. At most `in_flight` batches run; each holds at most `limit` keys.

    A read is never answered by a batch that started before it was asked for, so it sees every earlier commit.
    An error of the batch is the error of each of its reads.
    """

    def __init__(
        self, fetch: Callable[[list[str]], Awaitable[Mapping[str, V]]], *, in_flight: int = 2, limit: int = 256
    ) -> None:
        self._fetch = fetch
        self._in_flight = in_flight
        self._limit = limit
        self._running: set[asyncio.Task[None]] = set()
        self._waiting: list[tuple[str, asyncio.Future[V | None]]] = []
        self._scheduled = False

    def get(self, key: str) -> asyncio.Future[V | None]:
        """A future of the key's value, None where there is none."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[V | None] = loop.create_future()
        self._waiting.append((key, future))
        if not self._scheduled and len(self._running) < self._in_flight:
            self._scheduled = True
            loop.call_soon(self._start)
        return future

    def _start(self) -> None:
        self._scheduled = False
        while self._waiting and len(self._running) < self._in_flight:
            batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            task = asyncio.create_task(self._run(batch))
            self._running.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._start()

    async def _run(self, batch: list[tuple[str, asyncio.Future[V | None]]]) -> None:
        try:
            found = await self._fetch(list({key for key, _ in batch}))
        except BaseException as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(_copy(error))
            if not isinstance(error, Exception):
                raise
            return
        for key, future in batch:
            if not future.done():
                future.set_result(found.get(key))


def _copy(error: BaseException) -> BaseException:
    # A cancelled batch must not look as if its readers had been cancelled.
    return ConnectionError("the read was cancelled") if isinstance(error, asyncio.CancelledError) else error
