"""The low-level consumer: records in, nothing remembered but the offsets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from hamdel.messaging.consumer.client import KafkaConsumer
from hamdel.messaging.consumer.loop import ConsumerLoop, NewConsumer, Polled, exit_process
from hamdel.messaging.consumer.options import ConsumerOptions
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.transport import Record

__all__ = ["BatchConsumer"]


class BatchConsumer:
    """Calls `handle` with all records of a poll (in order within a partition), again until it returns.

    Offsets are committed after that. `handle` must be idempotent: the same records can come again.
    """

    def __init__(
        self,
        name: str,
        topics: Sequence[str],
        handle: Callable[[Sequence[Record]], Awaitable[None]],
        kafka: KafkaSettings,
        *,
        options: ConsumerOptions | None = None,
        new_consumer: NewConsumer = KafkaConsumer,
        exit: Callable[[], None] = exit_process,
    ) -> None:
        self._handle = handle
        options = options or ConsumerOptions(linger_seconds=0)  # somebody waits for what comes out of here
        self._loop = ConsumerLoop(name, topics, self._process, kafka, options, new_consumer, exit)

    async def start(self) -> None:
        """Starts the background work and returns at once: the broker and the topics need not be there yet."""
        await self._loop.start()

    async def stop(self) -> None:
        """Ends the batch that is on its way and leaves the group, bounded in time."""
        await self._loop.stop()

    @property
    def lag(self) -> int:
        """Records known to exist and not handled; 1 while nothing is known."""
        return self._loop.lag

    async def _process(self, polled: Polled) -> None:
        await self._handle([record for records in polled.values() for record in records])
