"""Committing offsets beside the work: the next poll does not wait for the coordinator's answer to the last one."""

from __future__ import annotations

import asyncio

from hamdel.messaging.transport import Consumer, Partition

__all__ = ["Commits"]


class Commits:
    """One commit at a time; what is handled meanwhile goes into the next one. Offsets only ever cover records whose
    effects are stored, so a commit that is late or lost makes records come again and nothing else."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._waiting: dict[Partition, int] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, offsets: dict[Partition, int]) -> None:
        """The next offset to read of each partition, to be committed soon. Raises what an earlier commit raised."""
        self._waiting.update(offsets)
        if self._task is None or self._task.done():
            if self._task is not None:
                self._task.result()
            self._task = asyncio.create_task(self._commit(), name="consumer-commit")

    async def finish(self) -> None:
        """Waits for what is still to be committed; a commit is bounded in time by itself. Never raises."""
        if self._task is not None:
            await asyncio.wait([self._task])
            if not self._task.cancelled():
                self._task.exception()

    async def _commit(self) -> None:
        while self._waiting:
            offsets, self._waiting = self._waiting, {}
            await self._consumer.commit(offsets)
