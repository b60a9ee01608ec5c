"""Handlers of many events at once."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import text

from hamdel.contracts.envelope import Event
from hamdel.database import UnitOfWork
from hamdel.ids import new_id
from hamdel.messaging import (
    InBatches,
    joined,
    on_behalf_of,
)
from hamdel.messaging.memory import MemoryBroker
from tests.shared.messaging.consuming import Ledger, consume
from tests.shared.messaging.world import Counted, event_message


async def test_a_run_of_events_of_one_type_is_one_call_and_each_keeps_its_cause(
    ledger: Ledger, memory: MemoryBroker
) -> None:
    runs: list[list[int]] = []

    async def together(unit: UnitOfWork, events: Sequence[Event]) -> None:
        runs.append([event.sequence for event in events])
        for event in events:
            on_behalf_of(unit, event)
            unit.record(event.subject, Counted(number=event.sequence))

    customer = new_id()
    sent = [memory.append(event_message(customer, sequence)) for sequence in (1, 2, 2, 3)]
    await consume(ledger, memory, handlers={Counted.fact_type: InBatches(together)})
    async with ledger.service.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT payload FROM outbox ORDER BY seq"))).scalars()
        causes = [orjson.loads(row)["causationid"] for row in rows]
    assert runs == [[1, 2, 3]]
    assert causes == [orjson.loads(sent[at].value or b"")["id"] for at in (0, 1, 3)]


async def test_a_run_that_fails_is_handled_one_by_one_and_the_bad_event_alone_is_parked(
    ledger: Ledger, memory: MemoryBroker
) -> None:
    async def together(unit: UnitOfWork, events: Sequence[Event]) -> None:
        for event in events:
            await ledger(unit, event)

    customer = new_id()
    ledger.failing = lambda event: ValueError("no") if event.sequence == 2 else None
    for sequence in (1, 2, 3):
        memory.append(event_message(customer, sequence))
    await consume(ledger, memory, handlers={Counted.fact_type: InBatches(together)})
    assert await ledger.of(customer) == [1]


async def test_a_table_put_together_keeps_its_runs_and_its_order(ledger: Ledger, memory: MemoryBroker) -> None:
    heard: list[tuple[str, list[int]]] = []

    async def together(unit: UnitOfWork, events: Sequence[Event]) -> None:
        heard.append(("together", [event.sequence for event in events]))

    async def alone(unit: UnitOfWork, event: Event) -> None:
        heard.append(("alone", [event.sequence]))
        unit.record(event.subject, Counted(number=event.sequence))

    kind = Counted.fact_type
    customer = new_id()
    sent = [memory.append(event_message(customer, sequence)) for sequence in (1, 2)]
    await consume(ledger, memory, handlers=joined({kind: InBatches(together)}, {kind: alone}))
    assert heard == [("together", [1, 2]), ("alone", [1]), ("alone", [2])]
    async with ledger.service.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT payload FROM outbox ORDER BY seq"))).scalars()
        assert [orjson.loads(row)["causationid"] for row in rows] == [
            orjson.loads(one.value or b"")["id"] for one in sent
        ]
