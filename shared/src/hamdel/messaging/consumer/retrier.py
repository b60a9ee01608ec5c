"""Tries parked keys again when they are due, in the order of their sequences, and gives up after the last delay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from hamdel.clock import utc_now
from hamdel.messaging.consumer.applier import OTHER_MAJOR, Applier, HandlerFailedError
from hamdel.messaging.consumer.delivery import Delivery, Key, Known, classify, decode
from hamdel.messaging.consumer.dlq import DeadLetter
from hamdel.messaging.consumer.handlers import handle_all
from hamdel.messaging.consumer.options import ConsumerOptions
from hamdel.messaging.consumer.parking import (
    Parked,
    count_parked,
    due_keys,
    next_delay,
    park,
    parked_head,
    postpone,
    unpark,
)
from hamdel.messaging.consumer.watermark import lock_partition, write_watermarks
from hamdel.messaging.metrics import PARKED

__all__ = ["Retrier"]

log = structlog.get_logger(__name__)

Due = tuple[Key, str, int]


@dataclass
class Retrier:
    """`now` is the clock; a test puts its own in."""

    applier: Applier
    options: ConsumerOptions
    now: Callable[[], datetime] = utc_now

    async def park(self, delivery: Delivery, error_type: str, attempts: int) -> None:
        """Parks the key, beginning with this event; the same partition's lock as for applying keeps it in order."""
        delay = next_delay(attempts, self.options.inline_tries, self.options.park_delays) or timedelta(0)
        record = delivery.record
        async with self.applier.units(self.applier.context) as unit:
            await lock_partition(unit.connection, self.applier.consumer, record.topic, record.partition)
            await park(
                unit.connection,
                self.applier.consumer,
                [delivery],
                now=self.now(),
                attempts=attempts,
                error_type=error_type,
                delay=delay,
            )

    async def run(self) -> None:
        """Until cancelled; no failure ends it."""
        while True:
            try:
                await self.run_due()
            except Exception as error:  # noqa: BLE001 - the top of this task: log, wait, go on
                log.warning("retrier_waits", consumer=self.applier.consumer, error=type(error).__name__)
            await asyncio.sleep(self.options.retrier_seconds)

    async def run_due(self) -> int:
        """One round over the keys that are due; returns how many events are done with."""
        async with self.applier.units.reading() as connection:
            due = await due_keys(connection, self.applier.consumer, self.now())
        done = sum([await self._run_key(key) for key in due])
        async with self.applier.units.reading() as connection:
            PARKED.labels(self.applier.consumer).set(await count_parked(connection, self.applier.consumer))
        return done

    async def _run_key(self, due: Due) -> int:
        done = 0
        while True:
            try:
                if not await self._run_head(due, first=done == 0):
                    return done
            except HandlerFailedError as failure:
                if not await self._failed(due, failure.error_type):
                    return done
            done += 1

    async def _run_head(self, due: Due, *, first: bool) -> bool:
        key, topic, partition = due
        consumer = self.applier.consumer
        async with self.applier.unit() as unit:
            await lock_partition(unit.connection, consumer, topic, partition)
            head = await parked_head(unit.connection, consumer, key)
            if head is None or (first and head.next_attempt_at > self.now()):
                return False
            delivery = decode(head.record)
            if delivery is not None and classify(delivery.event.type, self.applier.handlers) is Known.HANDLED:
                await unit.lock_streams([key[1]])
                await handle_all(unit, self.applier.handlers, [delivery.event])
            elif delivery is not None and self._is_other_major(delivery):
                await self.applier.dead_letters.send([self._letter(head, OTHER_MAJOR)])
            await unpark(unit.connection, consumer, key, head.sequence)
            await write_watermarks(unit.connection, consumer, {key: head.sequence})
        return True

    def _is_other_major(self, delivery: Delivery) -> bool:
        return classify(delivery.event.type, self.applier.handlers) is Known.OTHER_MAJOR

    async def _failed(self, due: Due, error_type: str) -> bool:
        """Whether the event was given up, so that its successors may go on."""
        key, topic, partition = due
        consumer = self.applier.consumer
        async with self.applier.units(self.applier.context) as unit:
            await lock_partition(unit.connection, consumer, topic, partition)
            head = await parked_head(unit.connection, consumer, key)
            if head is None:
                return False
            delay = next_delay(head.attempts + 1, self.options.inline_tries, self.options.park_delays)
            if delay is not None:
                now = self.now()
                await postpone(unit.connection, consumer, key, head, error_type=error_type, now=now, delay=delay)
                return False
            await self.applier.dead_letters.send([self._letter(head, error_type)])
            await unpark(unit.connection, consumer, key, head.sequence)
            await write_watermarks(unit.connection, consumer, {key: head.sequence})
        return True

    def _letter(self, head: Parked, error_type: str) -> DeadLetter:
        return DeadLetter(head.record, error_type, head.attempts + 1, head.first_failed, self.now())
