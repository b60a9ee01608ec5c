"""Events of types that a consumer has no handler for: passed by at little cost, and counted like the others."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text

from hamdel.ids import new_id
from hamdel.messaging.memory import MemoryBroker
from hamdel.messaging.metrics import GAPS
from tests.shared.messaging.consuming import Ledger, consume
from tests.shared.messaging.world import event_message

IGNORED = "test.unheard_of.v1"


def append_ignored(memory: MemoryBroker, customer: UUID, sequences: Iterable[int]) -> None:
    for sequence in sequences:
        memory.append(event_message(customer, sequence, kind=IGNORED))


def gaps() -> float:
    """As the metric has them."""
    (metric,) = GAPS.labels("test-consumer").collect()
    return metric.samples[0].value


async def watermarks(ledger: Ledger) -> dict[UUID, int]:
    async with ledger.service.engine.connect() as connection:
        rows = await connection.execute(text("SELECT subject, applied FROM consumer_watermarks"))
        return {row[0]: row[1] for row in rows}


async def test_ignored_events_of_many_customers_move_all_their_watermarks(ledger: Ledger, memory: MemoryBroker) -> None:
    first, second = new_id(), new_id()
    before = gaps()
    for customer, sequences in ((first, (1, 2, 3)), (second, (1,)), (first, (4,))):
        append_ignored(memory, customer, sequences)
    await consume(ledger, memory)
    assert await watermarks(ledger) == {first: 4, second: 1}
    assert (gaps() - before, ledger.calls) == (0, [])


async def test_a_handled_event_after_ignored_ones_is_applied_and_is_no_gap(
    ledger: Ledger, memory: MemoryBroker
) -> None:
    customer, before = new_id(), gaps()
    append_ignored(memory, customer, (1, 2))
    await consume(ledger, memory)
    memory.append(event_message(customer, 3))
    append_ignored(memory, customer, (4,))
    await consume(ledger, memory)
    append_ignored(memory, customer, (5,))
    await consume(ledger, memory)
    assert await ledger.of(customer) == [3]
    assert (await watermarks(ledger), gaps() - before) == ({customer: 5}, 0)


async def test_a_missing_predecessor_of_an_ignored_event_is_counted_once(ledger: Ledger, memory: MemoryBroker) -> None:
    customer, before = new_id(), gaps()
    append_ignored(memory, customer, (2, 3, 5))
    await consume(ledger, memory)
    append_ignored(memory, customer, (7,))
    await consume(ledger, memory)
    assert gaps() - before == 3


async def test_ignored_events_that_come_again_move_nothing_back(ledger: Ledger, memory: MemoryBroker) -> None:
    customer, before = new_id(), gaps()
    append_ignored(memory, customer, (1, 2, 3))
    await consume(ledger, memory)
    append_ignored(memory, customer, (1, 2))
    await consume(ledger, memory)
    assert (await watermarks(ledger), gaps() - before) == ({customer: 3}, 0)


async def test_an_ignored_event_behind_a_parked_one_does_not_hide_it(ledger: Ledger, memory: MemoryBroker) -> None:
    customer = new_id()
    ledger.failing = lambda event: ValueError("no")
    memory.append(event_message(customer, 1))
    await consume(ledger, memory)
    append_ignored(memory, customer, (2,))
    await consume(ledger, memory)
    ledger.failing = lambda event: None
    memory.append(event_message(customer, 3))
    await consume(ledger, memory)
    assert await ledger.of(customer) == []
    await ledger.service.execute("UPDATE parked_events SET next_attempt_at = now()")
    again = await consume(ledger, memory)
    await again._retrier.run_due()
    assert await ledger.of(customer) == [1, 3]
