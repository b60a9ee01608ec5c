"""What wallets did is stored and read again as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.base import all_facts
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.ledger.domain import Kind
from loyalty_service.ledger.reading import members_at
from loyalty_service.ledger.service import InsufficientPoints, open_book
from tests.services.loyalty.ledger.books import (
    executed,
    granted,
    new_program,
    opened,
    state_of,
    stored,
    wallet_of,
)
from tests.services.loyalty.ledger.wallets import START, day
from tests.services.loyalty.support import CONTEXT


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements that the engine is given meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def link(units: UnitOfWorkFactory, absorbed: UUID, survivor: UUID | None) -> None:
    async with units(CONTEXT) as unit:
        await unit.link_stream(absorbed, survivor)


async def test_a_wallet_read_again_is_the_one_that_was_stored(units: UnitOfWorkFactory) -> None:
    program, ann, redemption = await new_program(units), new_id(), new_id()
    await granted(units, program, ann, (100, None, day(50)), (40, day(5), None), (7, None, day(3)))
    async with wallet_of(units, program, ann, day(4)) as wallet:
        wallet.reserve(ann, 30, key="r", redemption_id=redemption, at=day(4))
        wallet.adjust(ann, 11, key="a", at=day(4), reason="sorry")
    async with wallet_of(units, program, ann, day(4)) as again:
        assert [replace(one, version=1) for one in state_of(again)[0]] == [
            replace(one, version=1) for one in state_of(wallet)[0]
        ]
        assert state_of(again)[1] == state_of(wallet)[1]
        assert (again.available, again.pending, again.reserved, again.lifetime) == (81, 40, 30, 158)


async def test_a_released_redemption_finds_its_lots_in_the_database(units: UnitOfWorkFactory) -> None:
    program, ann, redemption = await new_program(units), new_id(), new_id()
    await granted(units, program, ann, (10, None, day(50)), (10, None, day(60)))
    async with wallet_of(units, program, ann) as wallet:
        wallet.reserve(ann, 15, key="r", redemption_id=redemption, at=START)
    async with wallet_of(units, program, ann, day(1), redemptions=[redemption]) as wallet:
        wallet.release(redemption, at=day(1))
        assert sorted((lot.remaining, lot.expires_at) for lot in wallet.lots.values()) == [
            (10, day(50)),
            (10, day(60)),
        ]
    async with wallet_of(units, program, ann, day(1), redemptions=[redemption]) as wallet:
        assert wallet.release(redemption, at=day(1)) == []
        assert wallet.available == 20


async def test_a_redemption_made_as_one_family_is_released_to_both_after_they_part(units: UnitOfWorkFactory) -> None:
    program, ann, bob, redemption = await new_program(units), new_id(), new_id(), new_id()
    await granted(units, program, ann, (10, None, None))
    await granted(units, program, bob, (10, None, None))
    await link(units, bob, ann)
    async with wallet_of(units, program, ann) as wallet:
        assert wallet.available == 20
        wallet.reserve(ann, 15, key="r", redemption_id=redemption, at=START)
    await link(units, bob, None)
    async with opened(units, program, ann, bob, redemptions=[redemption]) as book:
        of_ann, of_bob = book.wallet(ann), book.wallet(bob)
        assert of_ann
        assert of_bob
        assert (of_ann.available, of_bob.available) == (0, 5)
        of_ann.release(redemption, at=START)
        assert (of_ann.available, of_bob.available) == (10, 10)


async def test_a_batch_of_500_customers_is_stored_with_six_statements(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    program, customers = await new_program(units), [new_id() for _ in range(500)]
    async with units(CONTEXT) as unit:
        unit.now = START
        await unit.lock_streams(customers)
        with statements(engine) as seen:
            book = await open_book(unit, program, customers, lots=False, enrol=True)
            for one in customers:
                wallet = book.wallet(one)
                assert wallet is not None
                wallet.earn(one, 5, at=START, available_at=day(14), expires_at=day(99), key=str(one))
            await book.save()
    assert len(seen) <= 6
    assert await stored(engine, "SELECT count(*), sum(pending) FROM members") == [(500, 2500)]
    assert await stored(engine, "SELECT count(*), sum(remaining) FROM lots") == [(500, 2500)]


async def test_a_business_key_that_is_stored_earns_nothing_again(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program, ann = await new_program(units), new_id()
    for _ in range(2):
        async with opened(units, program, ann, enrol=True, lots=False) as book:
            await book.know_keys(Kind.EARN, ["sale-1", "sale-2"])
            wallet = book.wallet(ann)
            assert wallet is not None
            wallet.earn(ann, 5, at=START, available_at=None, expires_at=None, key="sale-1")
    assert await stored(engine, "SELECT points FROM entries") == [(5,)]


async def test_the_table_itself_refuses_a_business_key_twice(units: UnitOfWorkFactory) -> None:
    program, ann = await new_program(units), new_id()

    async def earn() -> None:
        async with wallet_of(units, program, ann, enrol=True) as wallet:
            wallet.earn(ann, 5, at=START, available_at=None, expires_at=None, key="sale-1")

    await earn()
    with pytest.raises(IntegrityError, match="entries_business_key"):
        await earn()


@pytest.mark.parametrize("table", ["entries", "lot_uses"])
@pytest.mark.parametrize("change", ["UPDATE {} SET points = points + 1", "DELETE FROM {}", "TRUNCATE {}"])
async def test_what_was_written_down_cannot_be_changed(
    units: UnitOfWorkFactory, engine: AsyncEngine, table: str, change: str
) -> None:
    with pytest.raises(DBAPIError, match="only ever added"):
        await executed(engine, change.format(table))


async def test_every_entry_knows_who_made_it_and_the_event_that_caused_it(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    program, ann = await new_program(units), new_id()
    async with units(CONTEXT) as unit:
        await unit.lock_streams([ann])
        book = await open_book(unit, program, [ann], enrol=True)
        wallet = book.wallet(ann)
        assert wallet is not None
        for cause in ("event-1", "event-2"):
            unit.context = replace(CONTEXT, causation_id=cause)
            wallet.earn(ann, 5, at=START, available_at=None, expires_at=None, key=cause)
        await book.save()
        assert unit.context.causation_id == "event-2"
    rows = await stored(engine, "SELECT business_key, cause, actor FROM entries ORDER BY seq")
    assert rows == [("event-1", "event-1", "tester"), ("event-2", "event-2", "tester")]


async def test_the_facts_say_what_their_contracts_say(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program, ann, redemption = await new_program(units), new_id(), new_id()
    async with wallet_of(units, program, ann, enrol=True) as wallet:
        lot = wallet.earn(ann, 50, at=START, available_at=day(0), expires_at=day(9), key="k", rule_code="base")
        wallet.reserve(ann, 20, key="r", redemption_id=redemption, at=START)
        wallet.capture(redemption, at=START, reward_code="mug")
        assert lot is not None
        wallet.reverse(ann, 10, earned=[lot.id], key="b", at=START, policy="shortfall", reason="refund")
        wallet.adjust(ann, -5, key="c", at=START, reason="typed by a person")
    async with wallet_of(units, program, ann, day(9)):
        pass
    events = [orjson.loads(one) for (one,) in await stored(engine, "SELECT payload FROM outbox ORDER BY seq")]
    assert [(one["type"].split(".")[1], one["data"].get("points"), one["data"].get("available")) for one in events] == [
        ("member_enrolled", None, None),
        ("points_earned", 50, 50),
        ("points_redeemed", 20, 30),
        ("points_reversed", 10, 20),
        ("points_adjusted", -5, 15),
        ("points_expired", 15, 0),
    ]
    for one in events:
        assert all_facts()[one["type"]].model_validate(one["data"]).model_dump(mode="json") == one["data"]
    assert events[4]["data"]["reason"] is None


async def test_a_movement_without_a_fact_renders_the_section_again(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    program, ann = await new_program(units), new_id()
    await granted(units, program, ann, (50, None, None))
    numbered = "SELECT sequence, touched FROM event_streams"
    (before,) = await stored(engine, numbered)
    async with wallet_of(units, program, ann) as wallet:
        wallet.reserve(ann, 20, key="r", redemption_id=new_id(), at=START)
    assert await stored(engine, numbered) == [(before[0], before[1] + 1)]


async def test_nobody_is_a_member_who_was_not_enrolled(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program, ann = await new_program(units), new_id()
    async with opened(units, program, ann) as book:
        assert book.wallet(ann) is None
    assert await stored(engine, "SELECT * FROM members") == []


async def test_too_many_points_are_a_conflict_that_says_how_many_there_are(units: UnitOfWorkFactory) -> None:
    program, ann = await new_program(units), new_id()
    await granted(units, program, ann, (50, None, None))
    with pytest.raises(InsufficientPoints) as refused:
        async with wallet_of(units, program, ann) as wallet:
            wallet.reserve(ann, 51, key="r", redemption_id=new_id(), at=START)
    assert (refused.value.status, refused.value.code, refused.value.members) == (
        409,
        "insufficient-points",
        {"available": 50},
    )


async def test_what_lapsed_of_a_purchase_is_known_before_and_after_it_is_stored(units: UnitOfWorkFactory) -> None:
    program, ann, sale = await new_program(units), new_id(), new_id()
    async with wallet_of(units, program, ann, enrol=True) as wallet:
        wallet.earn(ann, 8, at=START, available_at=None, expires_at=day(3), key="k", purchase_id=sale)
        wallet.reserve(ann, 3, key="r", redemption_id=new_id(), at=START)
    for _ in range(2):
        async with opened(units, program, ann, now=day(4)) as book:
            assert await book.lapsed([sale]) == {sale: 5}


async def test_reads_see_what_is_due_although_no_sweep_has_come(units: UnitOfWorkFactory) -> None:
    program, ann = await new_program(units), new_id()
    await granted(units, program, ann, (10, None, day(3)), (20, day(5), None), (40, day(99), None))
    async with units.reading() as connection:
        for moment, sums in ((1, (10, 60)), (3, (0, 60)), (5, (20, 40))):
            found = (await members_at(connection, [ann], day(moment)))[program.id][ann]
            assert (found.available, found.pending) == sums
