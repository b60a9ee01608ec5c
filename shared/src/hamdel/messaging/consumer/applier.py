"""One transaction of a consumer: skip what is known, handle what is new, move the watermarks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from hamdel.context import CallContext
from hamdel.contracts.envelope import Event
from hamdel.database.unit_of_work import UnitOfWork, UnitOfWorkFactory
from hamdel.messaging.consumer.delivery import Delivery, Key, Known, classify
from hamdel.messaging.consumer.dlq import DeadLetter, DeadLetters
from hamdel.messaging.consumer.handlers import Handler, handle_all
from hamdel.messaging.consumer.parking import park, parked_keys
from hamdel.messaging.consumer.watermark import (
    Watermarks,
    lock_partition,
    pass_by,
    read_watermarks,
    write_watermarks,
)
from hamdel.messaging.failures import is_infrastructure
from hamdel.messaging.metrics import APPLIED, GAPS

__all__ = ["OTHER_MAJOR", "Applier", "HandlerFailedError"]

log = structlog.get_logger(__name__)

OTHER_MAJOR = "UnknownMajorVersion"


class HandlerFailedError(Exception):
    """A handler raised something that is not the infrastructure's fault; the transaction was rolled back."""

    def __init__(self, error_type: str) -> None:
        super().__init__(error_type)
        self.error_type = error_type


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one transaction came to."""

    new: list[Delivery] = field(default_factory=list)
    successors: list[Delivery] = field(default_factory=list)
    dead: list[Delivery] = field(default_factory=list)


@dataclass(frozen=True)
class Applier:
    """Applies deliveries of one partition."""

    consumer: str
    handlers: Mapping[str, Handler]
    units: UnitOfWorkFactory
    dead_letters: DeadLetters

    @property
    def context(self) -> CallContext:
        """What a unit of work starts with before any event is handled."""
        return CallContext(actor=self.consumer, correlation_id=self.consumer, source=self.consumer)

    async def apply(self, deliveries: Sequence[Delivery]) -> None:
        """Raises HandlerFailedError, or what says that the database or the broker is away; nothing is applied then."""
        record = deliveries[0].record
        async with self.unit(deliveries[0].event if len(deliveries) == 1 else None) as unit:
            await lock_partition(unit.connection, self.consumer, record.topic, record.partition)
            keys = [delivery.key for delivery in deliveries]
            watermarks = await read_watermarks(unit.connection, self.consumer, keys)
            parked = await parked_keys(unit.connection, self.consumer, keys)
            batch = self._sort(deliveries, watermarks, parked)
            await self._lock_streams(unit, batch.new)
            await handle_all(unit, self.handlers, [delivery.event for delivery in batch.new])
            await park(unit.connection, self.consumer, batch.successors, now=unit.now)
            await write_watermarks(unit.connection, self.consumer, watermarks.changed)
            await self.dead_letters.send(
                [DeadLetter(dead.record, OTHER_MAJOR, 1, unit.now, unit.now) for dead in batch.dead]
            )
        APPLIED.labels(self.consumer).inc(len(batch.new))
        GAPS.labels(self.consumer).inc(watermarks.gaps)

    async def pass_by(self, ignored: Sequence[tuple[Key, int]]) -> None:
        """Moves the watermarks over events that no handler is there for, of any partitions, when everything before
        them in their partition is done. Raises what says that the database is away."""
        async with self.units(self.context) as unit:
            gaps = await pass_by(unit.connection, self.consumer, ignored)
        GAPS.labels(self.consumer).inc(gaps)

    @asynccontextmanager
    async def unit(self, about: Event | None = None) -> AsyncIterator[UnitOfWork]:
        """A unit of work whose failures are sorted: HandlerFailedError, or the infrastructure's own.

        What goes wrong at the commit (an event too large, a deferred constraint) is the handler's as well.
        """
        try:
            async with self.units(self.context) as unit:
                yield unit
        except Exception as error:
            if is_infrastructure(error):
                raise
            event_id = str(about.id) if about else None
            log.warning("handler_failed", consumer=self.consumer, event_id=event_id, exc_info=error)
            raise HandlerFailedError(type(error).__name__) from error

    def _sort(self, deliveries: Sequence[Delivery], watermarks: Watermarks, parked: set[Key]) -> _Batch:
        batch = _Batch()
        for delivery in deliveries:
            event = delivery.event
            if not watermarks.is_new(delivery.key, event.sequence):
                continue
            if delivery.key in parked:
                batch.successors.append(delivery)
                continue
            known = classify(event.type, self.handlers)
            if known is Known.HANDLED:
                batch.new.append(delivery)
            elif known is Known.OTHER_MAJOR:
                batch.dead.append(delivery)
            watermarks.advance(delivery.key, event.sequence)
        return batch

    async def _lock_streams(self, unit: UnitOfWork, new: Sequence[Delivery]) -> None:
        # All at once and sorted: handlers that lock one customer after the other could meet a writer half-way.
        await unit.lock_streams({delivery.event.subject for delivery in new})
