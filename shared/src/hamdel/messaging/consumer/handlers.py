"""What a consumer calls: one handler per event, or one for a run of events, and tables of them put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from hamdel.context import CallContext
from hamdel.contracts.envelope import Event
from hamdel.database.unit_of_work import UnitOfWork

__all__ = ["Handler", "InBatches", "each", "handle_all", "joined", "on_behalf_of"]

Handler = Callable[[UnitOfWork, Event], Awaitable[None]]
"""Applies one event within the transaction of its batch; it may be called again after a roll-back."""


@dataclass(frozen=True, slots=True)
class InBatches:
    """A handler of many events of one type at once, for work that costs a statement and not a statement per event.

    `work` gets events that follow each other in their partition, in order, customers mixed; before it records for an
    event it calls `on_behalf_of(unit, event)`. As a plain Handler it works on one event.
    """

    work: Callable[[UnitOfWork, Sequence[Event]], Awaitable[None]]

    async def __call__(self, unit: UnitOfWork, event: Event) -> None:
        await self.work(unit, [event])


def each(*handlers: Handler) -> Handler:
    """One handler that runs these in turn, in the transaction of the event: all of them or none. With one of
    `InBatches` among them it is one too: each of them works off the whole run before the next one does."""
    if len(handlers) == 1:
        return handlers[0]

    async def over_a_run(unit: UnitOfWork, events: Sequence[Event]) -> None:
        for handler in handlers:
            await _over(unit, handler, events)

    async def in_turn(unit: UnitOfWork, event: Event) -> None:
        for handler in handlers:
            await handler(unit, event)

    return InBatches(over_a_run) if any(isinstance(one, InBatches) for one in handlers) else in_turn


def joined(*tables: Mapping[str, Handler]) -> dict[str, Handler]:
    """One table of several: a fact that stands in more than one has all their handlers, in this order."""
    types = {fact_type for table in tables for fact_type in table}
    return {one: each(*(table[one] for table in tables if one in table)) for one in sorted(types)}


def on_behalf_of(unit: UnitOfWork, event: Event) -> None:
    """What is recorded from now on was caused by this event; the actor stays the consumer."""
    unit.context = CallContext(
        actor=unit.context.actor,
        correlation_id=event.correlationid,
        causation_id=str(event.id),
        traceparent=event.traceparent,
        source=unit.context.source,
    )


async def handle_all(unit: UnitOfWork, handlers: Mapping[str, Handler], events: Sequence[Event]) -> None:
    """Runs the handler of each event that has one, in order; a run of events of one type is one call of `InBatches`."""
    for fact_type, run in groupby(events, key=lambda event: event.type):
        handler = handlers.get(fact_type)
        if handler is not None:
            await _over(unit, handler, list(run))


async def _over(unit: UnitOfWork, handler: Handler, events: Sequence[Event]) -> None:
    if isinstance(handler, InBatches):
        on_behalf_of(unit, events[0])
        await handler.work(unit, events)
        return
    for event in events:
        on_behalf_of(unit, event)
        await handler(unit, event)
