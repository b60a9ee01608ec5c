"""The consumer of events: each one applied exactly once to this service's database, in order per customer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from hamdel.clock import utc_now
from hamdel.context import CallContext
from hamdel.database.unit_of_work import UnitOfWorkFactory
from hamdel.messaging.consumer.applier import Applier, HandlerFailedError
from hamdel.messaging.consumer.client import KafkaConsumer
from hamdel.messaging.consumer.delivery import Delivery, Ignoring, Key, decode
from hamdel.messaging.consumer.dlq import DeadLetter, DeadLetters
from hamdel.messaging.consumer.loop import ConsumerLoop, NewConsumer, Polled, exit_process
from hamdel.messaging.consumer.options import ConsumerOptions, Subscription
from hamdel.messaging.consumer.retrier import Retrier
from hamdel.messaging.producer import KafkaProducer
from hamdel.messaging.settings import KafkaSettings
from hamdel.messaging.transport import Producer, Record

__all__ = ["EventConsumer"]

IN_FLIGHT: Final = 3
"""Partitions at a time: while the database works for some, this process works on another. They share no customer."""


class EventConsumer:
    """`name` is the consumer group, the owner of the watermarks, and the middle of the dead-letter topic's name.

    Per poll and partition one transaction: what is new is handled, events are recorded, the watermarks move on; then
    the offsets are committed. A handler that raises gets three tries; then its key is parked.
    """

    def __init__(
        self,
        name: str,
        subscription: Subscription,
        uow_factory: UnitOfWorkFactory,
        kafka: KafkaSettings,
        *,
        options: ConsumerOptions | None = None,
        new_consumer: NewConsumer = KafkaConsumer,
        new_producer: Callable[[KafkaSettings], Producer] = KafkaProducer,
        exit: Callable[[], None] = exit_process,
    ) -> None:
        self._options = options or ConsumerOptions()
        self._ignoring = Ignoring(subscription.handlers)
        self._dead = DeadLetters(name, kafka, new_producer, create_topic=new_producer is KafkaProducer)
        self._applier = Applier(name, subscription.handlers, uow_factory, self._dead)
        self._retrier = Retrier(self._applier, self._options)
        self._loop = ConsumerLoop(name, subscription.topics, self._process, kafka, self._options, new_consumer, exit)
        self._retrying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts the background work and returns at once: the broker and the topics need not be there yet."""
        await self._loop.start()
        self._retrying = asyncio.create_task(self._retrier.run())

    async def stop(self) -> None:
        """Ends the batch that is on its way and leaves the group, bounded in time."""
        if self._retrying is not None:
            self._retrying.cancel()
            await asyncio.gather(self._retrying, return_exceptions=True)
        await self._loop.stop()
        await self._dead.stop()

    @property
    def lag(self) -> int:
        """Records known to exist and not applied; 1 while nothing is known."""
        return self._loop.lag

    @property
    def context(self) -> CallContext:
        """What a unit of work starts with before any event is handled."""
        return self._applier.context

    async def _process(self, polled: Polled) -> None:
        """A failure is raised when nothing is in flight any more; what was applied is known again by its watermark."""
        ignored = {place: found for place, records in polled.items() if (found := self._ignored(records))}
        waiting = deque(records for place, records in polled.items() if place not in ignored)

        async def in_turn() -> None:
            while waiting:
                deliveries = await self._decode(waiting.popleft())
                if deliveries:
                    await self._apply(deliveries)

        ended = await asyncio.gather(*(in_turn() for _ in range(IN_FLIGHT)), return_exceptions=True)
        for failure in ended:
            if failure is not None:
                raise failure
        if ignored:
            await self._applier.pass_by([mark for marks in ignored.values() for mark in marks])

    def _ignored(self, records: Sequence[Record]) -> list[tuple[Key, int]] | None:
        """The marks of a partition's records if all of them are to be ignored."""
        marks = []
        for record in records:
            mark = self._ignoring.glance(record)
            if mark is None:
                return None
            marks.append(mark)
        return marks

    async def _decode(self, records: Sequence[Record]) -> list[Delivery]:
        found = [(record, decode(record)) for record in records]
        now = utc_now()
        await self._dead.send(
            [DeadLetter(record, "Undecodable", 1, now, now) for record, event in found if event is None]
        )
        return [delivery for _, delivery in found if delivery is not None]

    async def _apply(self, deliveries: Sequence[Delivery]) -> None:
        try:
            await self._applier.apply(deliveries)
        except HandlerFailedError:
            for delivery in deliveries:
                await self._apply_alone(delivery)

    async def _apply_alone(self, delivery: Delivery) -> None:
        for attempt in range(1, self._options.inline_tries + 1):
            try:
                await self._applier.apply([delivery])
            except HandlerFailedError as failure:
                if attempt == self._options.inline_tries:
                    await self._retrier.park(delivery, failure.error_type, attempt)
            else:
                return
