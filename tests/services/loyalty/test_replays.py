"""Every fact topic told again: three times, with records repeated and customers shuffled, and not one point more.

A real consumer reads from a broker in memory. Each replay is a new broker, so the offsets begin anew as those of a new
group do. The order of each customer is kept, which is what the real broker promises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.base import Fact, Money
from hamdel.contracts.envelope import Event, encode_event
from hamdel.contracts.interaction import PurchaseCorrected, PurchaseRecorded
from hamdel.contracts.profile import CustomerCreated
from hamdel.contracts.survey import ResponseSubmitted
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from hamdel.messaging import ConsumerOptions, EventConsumer, KafkaSettings
from hamdel.messaging.memory import MemoryBroker
from hamdel.messaging.transport import Message
from loyalty_service.subscriptions import SUBSCRIPTIONS
from loyalty_service.tiers.schemas import TiersBody
from loyalty_service.tiers.schemes import put
from tests.services.loyalty.enrolment.support import PREFIX, made
from tests.services.loyalty.occasions.support import ruled
from tests.services.loyalty.support import CONTEXT, NOON, Clock, Deliver, bought, merged, refunded, unmerged
from tests.shared.messaging.world import until

pytestmark = pytest.mark.slow

QUICK = ConsumerOptions(poll_timeout_ms=5, backoff_min_seconds=0.01, retrier_seconds=3600)
CUSTOMERS = 4
PER_DOLLAR = {"code": "base", "kind": "per_amount", "points": 1, "per": {"amount": "1.00", "currency": "USD"}}
SILVER = {"qualify_by": "points", "tiers": [{"code": "silver", "at": "100", "multiplier": "2"}]}

STATE = {
    "entries": "SELECT * FROM entries ORDER BY seq",
    "lots": "SELECT * FROM lots ORDER BY id",
    "lot_uses": "SELECT * FROM lot_uses ORDER BY lot_id, entry_id",
    "members": "SELECT * FROM members ORDER BY customer_id, program_id",
    "accruals": "SELECT * FROM accruals ORDER BY purchase_id, program_id, rule_code",
    "purchases": "SELECT id, total, refunded_total, items::text FROM purchases ORDER BY id",
    "reversals": "SELECT * FROM reversals ORDER BY program_id, change_id",
    "cards": "SELECT id, customer_id, number FROM cards ORDER BY id",
    "qualifying_days": "SELECT * FROM qualifying_days ORDER BY program_id, customer_id, day",
    "facts": "SELECT payload FROM outbox WHERE type LIKE 'loyalty.points%' OR type LIKE 'loyalty.member%' ORDER BY seq",
}
"""Everything that points are made of, and the facts about them."""

Stream = list[Message]


async def state(engine: AsyncEngine) -> dict[str, Any]:
    """What the ledger and all beside it say."""
    async with engine.connect() as connection:
        return {name: (await connection.execute(text(query))).all() for name, query in STATE.items()}


async def sums(engine: AsyncEngine) -> Sequence[Any]:
    """What everybody has in every programme."""
    query = "SELECT program_id, customer_id, available, pending, debt, lifetime FROM members ORDER BY 1, 2"
    async with engine.connect() as connection:
        return (await connection.execute(text(query))).all()


@pytest.fixture
async def programs(units: UnitOfWorkFactory) -> None:
    """Programmes of every sort."""
    sorts: list[dict[str, Any]] = [
        {"card_prefix": PREFIX},
        {"on_refund": "negative", "expiry_months": 24},
        {"pending_days": 30, "stacking": "best_of"},
        {"enrolment": "opt_in"},
    ]
    for settings in sorts:
        program = await made(units, **settings)
        await ruled(units, program, **PER_DOLLAR)
        await ruled(units, program, code="first", kind="first_purchase", points=25)
        await ruled(units, program, code="survey", kind="survey", points=20, cap={"per_member": 30})
    async with units(CONTEXT) as unit:
        await put(unit, program.id, None, TiersBody.model_validate(SILVER).scheme())


def histories(random: Random, *, linked: bool) -> list[Stream]:
    """The records of each customer and source, in order; `linked` with merges that are made and undone."""
    ids = [str(new_id()) for _ in range(CUSTOMERS)]
    told: list[tuple[str, Fact]] = []
    for one in ids:
        told.append((one, CustomerCreated.model_validate({"customer_id": one, "kind": "person", "version": 1})))
        told += [(one, fact) for fact in shopping(one, random)]
        told += [(one, response(one)) for _ in range(2)]
    for survivor, absorbed in zip(ids[::2], ids[1::2], strict=True) if linked else ():
        for facts in (merged(survivor, absorbed), unmerged(survivor, absorbed), merged(survivor, absorbed)):
            told += [(str(fact.customer_id), fact) for fact in facts]
    streams: dict[tuple[str, str], Stream] = {}
    for subject, fact in told:
        stream = streams.setdefault((topic_of_fact(fact), subject), [])
        stream.append(message(fact, subject, len(stream) + 1))
    return list(streams.values())


def shopping(customer: str, random: Random) -> Iterator[Fact]:
    """Purchases, some of them refunded in parts, corrected, and refunded again."""
    for _ in range(random.randint(2, 4)):
        purchase = bought(customer, f"{random.randint(1, 300)}.{random.randint(0, 99):02}")
        yield purchase
        if random.random() < 0.7:
            part = (purchase.total.amount / 4).quantize(Decimal("0.01"))
            yield refunded(purchase, str(part))
            yield corrected(purchase, purchase.total.amount * 2, part)
            yield refunded(purchase, str(part), str(part * 2))


def corrected(purchase: PurchaseRecorded, total: Decimal, back: Decimal) -> PurchaseCorrected:
    """The purchase was one of so much."""
    return PurchaseCorrected(
        correction_id=new_id(),
        external_id=f"correction-{new_id()}",
        occurred_at=NOON,
        total=Money(amount=total, currency="USD"),
        previous_total=purchase.total,
        refunded_total=Money(amount=back, currency="USD"),
        **purchase.model_dump(include={"purchase_id", "customer_id", "source", "items"}),
    )


def response(customer: str) -> ResponseSubmitted:
    """A finished response."""
    ids = {"response_id": new_id(), "survey_id": new_id(), "customer_id": customer}
    return ResponseSubmitted.model_validate(ids | {"survey_code": "after", "survey_version": 1, "submitted_at": NOON})


def topic_of_fact(fact: Fact) -> str:
    """The topic that carries it."""
    return f"hamdel.{fact.fact_type.partition('.')[0]}.events"


def message(fact: Fact, subject: str, sequence: int) -> Message:
    """The record of a fact."""
    value = encode_event(
        event_id=new_id(),
        fact_type=fact.fact_type,
        source=f"/hamdel/{fact.fact_type.partition('.')[0]}-service",
        subject=UUID(subject),
        time=NOON,
        sequence=sequence,
        correlation_id="c",
        causation_id=None,
        traceparent=None,
        data=fact.model_dump(mode="json"),
    )
    return Message(topic_of_fact(fact), subject.encode(), value, [])


def shuffled(streams: Sequence[Stream], random: Random) -> Iterator[Message]:
    """Streams in any order among each other, each in its own; some records come again, at once or later."""
    left = [list(reversed(stream)) for stream in streams]
    while waiting := [stream for stream in left if stream]:
        stream = random.choice(waiting)
        record = stream.pop()
        yield record
        if random.random() < 0.3:
            yield record


async def consume(units: UnitOfWorkFactory, messages: Iterator[Message] | Stream) -> None:
    """Everything that is on the topics is applied by the service's own consumer."""
    memory = MemoryBroker()
    sent = [memory.append(one) for one in messages]
    consumer = EventConsumer(
        "loyalty-service",
        SUBSCRIPTIONS[0],
        units,
        KafkaSettings(bootstrap="memory:1"),
        options=QUICK,
        new_consumer=memory.consumer,
        new_producer=memory.producer,
    )
    await consumer.start()
    await until(lambda: consumer.lag == 0 and sum(memory.committed.values()) == len(sent), 60)
    await consumer.stop()
    async with units.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM parked_events"))).scalar() == 0
    assert not [one for one in memory.logs if one.topic.endswith("dlq")]


async def forget(engine: AsyncEngine) -> None:
    """The consumer does not know any more what it has applied."""
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM consumer_watermarks"))


@pytest.mark.parametrize("remembers", [True, False], ids=["with watermarks", "by the business keys alone"])
@pytest.mark.usefixtures("programs")
async def test_topics_that_are_told_three_times_more_give_not_one_point_more(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock, remembers: bool
) -> None:
    random = Random(2026)
    streams = histories(random, linked=True)
    await consume(units, [record for stream in streams for record in stream])
    before = await state(engine)
    assert len(before["entries"]) > 5 * CUSTOMERS
    assert {row.kind for row in before["entries"]} == {"earn", "reverse"}
    for _ in range(3):
        if not remembers:
            await forget(engine)
        await consume(units, shuffled(streams, random))
        assert await state(engine) == before


@pytest.mark.usefixtures("programs")
async def test_facts_that_are_told_again_in_any_order_give_not_one_point_more(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    random = Random(11)
    streams = histories(random, linked=True)
    records = [record for stream in streams for record in stream]
    await consume(units, records)
    before = await state(engine)
    events = [Event.model_validate_json(record.value or b"") for record in records]
    for together in (True, False):
        random.shuffle(events)
        await Deliver(units)(*events, together=together)
        assert await state(engine) == before


@pytest.mark.usefixtures("programs")
async def test_however_records_come_the_first_time_everybody_gets_the_same(
    units: UnitOfWorkFactory, engine: AsyncEngine, clock: Clock
) -> None:
    random = Random(7)
    streams = histories(random, linked=False)
    await consume(units, shuffled(streams, random))
    first = await sums(engine)
    tables = "entries, lots, lot_uses, members, accruals, purchases, purchase_changes, reversals, cards"
    others = "qualifying_days, tier_states, survey_responses, consumer_watermarks, known_customers, outbox"
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(f"TRUNCATE {tables}, {others}"))
    await consume(units, shuffled(streams, random))
    assert await sums(engine) == first
    assert len(first) == CUSTOMERS * 3
