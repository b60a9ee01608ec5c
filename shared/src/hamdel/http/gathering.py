"""Single requests that arrive while others are being stored share one transaction (group commit): under load each costs
a part of a transaction instead of a whole one, and an idle service waits for nobody (decision 0015)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar

from hamdel.context import CallContext
from hamdel.http.failures import problem_of
from hamdel.http.problem import Unavailable

__all__ = ["Gatherer", "Waiting"]

R = TypeVar("R")
T = TypeVar("T")

MOST: Final = 200


@dataclass(slots=True, eq=False)
class Waiting(Generic[R, T]):
    """A record, the call that brought it, and where its answer goes."""

    record: R
    context: CallContext
    answer: asyncio.Future[T]


class Gatherer(Generic[R, T]):
    """`store` keeps the records of one batch in one transaction and gives one answer each, in order.

    Records that could not be stored together are stored one by one, so that nobody's fault becomes another's. A
    database out of reach is everybody's answer at once, of those still waiting too: they have waited long enough.

    `linger`: after a batch of several, the next one waits for those who were just answered to come again, at most that
    part of the time that the batch took. Without it, callers who never pause end up in two halves that take turns.
    """

    def __init__(
        self,
        store: Callable[[Sequence[Waiting[R, T]]], Coroutine[Any, Any, Sequence[T]]],
        *,
        linger: float = 0.0,
    ) -> None:
        self._store = store
        self._linger = linger
        self._lingering: asyncio.TimerHandle | None = None
        self._expected = 0
        self._began = 0.0
        self._waiting: list[Waiting[R, T]] = []
        self._alone: list[Waiting[R, T]] = []
        self._running: asyncio.Task[Sequence[T]] | None = None

    async def add(self, record: R, context: CallContext) -> T:
        """The answer of the transaction that stored the record. Raises what that transaction raised."""
        waiting = Waiting[R, T](record, context, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._lingering is None or len(self._waiting) >= self._expected:
            self._start()
        return await waiting.answer

    def _start(self) -> None:
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None
        # one at a time: two halve the batches, and the customers' views came later for it (decision 0015)
        if self._running is None and (batch := self._next()):
            self._began = asyncio.get_running_loop().time()
            self._running = asyncio.create_task(self._store(batch))
            self._running.add_done_callback(partial(self._finished, batch))

    def _next(self) -> list[Waiting[R, T]]:
        if self._alone:
            return [self._alone.pop(0)]
        batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        return batch

    def _finished(self, batch: list[Waiting[R, T]], task: asyncio.Task[Sequence[T]]) -> None:
        self._running = None
        error = Unavailable() if task.cancelled() else task.exception()
        if error is not None:
            self._failed(batch, error)
        else:
            for waiting, answer in zip(batch, task.result(), strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(answer)
        if self._linger and len(batch) > 1 and not self._alone:
            self._expected = min(MOST, len(batch) + len(self._waiting))
            loop = asyncio.get_running_loop()
            self._lingering = loop.call_later(self._linger * (loop.time() - self._began), self._start)
        else:
            self._start()

    def _failed(self, batch: list[Waiting[R, T]], error: BaseException) -> None:
        problem = problem_of(error) if isinstance(error, Exception) else None
        if problem is not None and problem.code == "database-unavailable":
            _fail([*batch, *self._alone, *self._waiting], error)
            self._alone, self._waiting = [], []
        elif len(batch) > 1:
            self._alone += batch
        else:
            _fail(batch, error)


def _fail(batch: Sequence[Waiting[R, T]], error: BaseException) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
