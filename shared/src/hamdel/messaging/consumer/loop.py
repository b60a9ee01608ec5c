"""The loop under every consumer: join, poll, process, commit; rebuild when the broker is silent; never give up."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from hamdel.messaging.consumer.client import KafkaConsumer
from hamdel.messaging.consumer.commits import Commits
from hamdel.messaging.consumer.options import ConsumerOptions
from hamdel.messaging.failures import Backoff, is_infrastructure
from hamdel.messaging.metrics import LAG
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.transport import Consumer, Partition, Record

__all__ = ["ConsumerLoop", "NewConsumer", "Polled", "exit_process"]

log = structlog.get_logger(__name__)

FAILED_PINGS: Final = 2
EXIT_CODE: Final = 70  # EX_SOFTWARE of sysexits.h

Polled = Mapping[Partition, Sequence[Record]]
NewConsumer = Callable[[str, Sequence[str], KafkaSettings], Consumer]


def exit_process() -> None:
    """Ends the process at once: a supervisor starts it again, which a stuck client never does by itself."""
    os._exit(EXIT_CODE)


@dataclass
class ConsumerLoop:
    """`process` is called with what one poll gave, again and again until it returns; then the offsets are committed,
    beside the next poll."""

    name: str
    topics: Sequence[str]
    process: Callable[[Polled], Awaitable[None]]
    kafka: KafkaSettings
    options: ConsumerOptions
    new_consumer: NewConsumer = KafkaConsumer
    exit: Callable[[], None] = exit_process
    _consumer: Consumer | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False
    _silent: bool = False
    _progress_at: float = 0.0

    async def start(self) -> None:
        """Starts the background work and returns at once."""
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        self._progress_at = time.monotonic()
        self._tasks = [
            asyncio.create_task(self._run(), name=f"consumer-{self.name}"),
            asyncio.create_task(self._watch(), name=f"consumer-watch-{self.name}"),
        ]

    async def stop(self) -> None:
        """Ends the batch that is on its way and leaves the group, bounded in time."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks[:1], timeout=self.options.stop_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    @property
    def lag(self) -> int:
        """Records known to exist and not processed; 1 while not connected, since nothing is known then."""
        return 1 if self._consumer is None else self._consumer.lag()

    async def _run(self) -> None:
        trouble = Backoff(self.options.backoff_min_seconds, self.options.backoff_max_seconds)
        while not self._stopping:
            consumer = self.new_consumer(self.name, self.topics, self.kafka)
            try:
                await consumer.start()
                trouble.reset()
                self._consumer, self._silent = consumer, False
                await self._consume(consumer)
            except Exception as error:  # noqa: BLE001 - the top of this task: log, wait, join again
                log.warning("consumer_disconnected", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(trouble.next())
            finally:
                self._consumer = None
                self._progress()
                await consumer.stop()

    async def _consume(self, consumer: Consumer) -> None:
        commits = Commits(consumer)
        try:
            while not self._stopping and not self._silent:
                polled = await consumer.poll(self.options.poll_timeout_ms, self.options.max_records)
                LAG.labels(self.name).set(consumer.lag())
                if polled:
                    self._progress()
                    await self._process(polled)
                    commits.add({place: records[-1].offset + 1 for place, records in polled.items()})
                    if not consumer.lag():
                        await asyncio.sleep(self.options.linger_seconds)
        finally:
            await commits.finish()

    async def _process(self, polled: Polled) -> None:
        trouble = Backoff(self.options.backoff_min_seconds, self.options.backoff_max_seconds)
        while True:
            try:
                await self.process(polled)
            except Exception as error:
                self._log_failure(error)
                self._progress()
                if self._stopping:
                    raise
                await asyncio.sleep(trouble.next())
            else:
                self._progress()
                return

    def _log_failure(self, error: Exception) -> None:
        level = log.warning if is_infrastructure(error) else log.exception
        level("consumer_waits", consumer=self.name, error=type(error).__name__)

    def _progress(self) -> None:
        self._progress_at = time.monotonic()

    async def _watch(self) -> None:
        failed = 0
        while True:
            await asyncio.sleep(self.options.ping_seconds)
            consumer = self._consumer
            if consumer is None:
                failed = 0
                continue
            failed = 0 if await consumer.ping() else failed + 1
            if failed >= FAILED_PINGS and not self._silent:
                log.warning("broker_silent", consumer=self.name)
                self._silent, failed = True, 0
            self._check_progress(consumer)

    def _check_progress(self, consumer: Consumer) -> None:
        if consumer.lag() == 0:
            self._progress()
        elif time.monotonic() - self._progress_at > self.options.watchdog_seconds:
            log.critical("consumer_stuck", consumer=self.name, lag=consumer.lag())
            self.exit()
