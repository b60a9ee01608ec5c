"""`verify` counts everything again, names whatever differs, and writes cached sums anew when it is asked to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from loyalty_service.ledger.verification import rebuild, verify
from loyalty_service.programs.domain import Program
from tests.services.loyalty.ledger.books import granted, new_program, stored, wallet_of
from tests.services.loyalty.ledger.wallets import START, day
from tests.services.loyalty.support import CONTEXT, Api

REDEMPTION = """
    INSERT INTO redemptions (id, program_id, customer_id, points, status, created_at, created_by)
    VALUES (:id, :program_id, :customer_id, :points, 'reserved', now(), 'tester')
"""


async def tampered(engine: AsyncEngine, statement: str, **values: Any) -> None:
    """Changes rows where the triggers would refuse it: as somebody with the keys to the database would."""
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(statement), values)


async def lively(units: UnitOfWorkFactory, engine: AsyncEngine, program: Program) -> UUID:
    """A member with an entry of every kind: available 8, pending 40, reserved 20, no debt any more."""
    ann, held, spent, back = new_id(), new_id(), new_id(), new_id()
    await granted(units, program, ann, (100, None, day(50)), (5, None, day(2)), (30, day(1), None), (40, day(70), None))
    async with wallet_of(units, program, ann, day(3)) as wallet:
        for redemption, points in ((held, 20), (spent, 30), (back, 10)):
            wallet.reserve(ann, points, key=str(redemption), redemption_id=redemption, at=day(3))
        wallet.capture(spent, at=day(3))
        wallet.release(back, at=day(3))
        lot = next(lot.id for lot in wallet.lots.values() if lot.points == 100)
        wallet.reverse(ann, 90, earned=[lot], key=f"refund-{ann}", at=day(3), policy="negative")
        wallet.adjust(ann, 18, key=f"gift-{ann}", at=day(3), reason="sorry")
        assert (wallet.available, wallet.pending, wallet.reserved) == (8, 40, 20)
    values = {"id": held, "program_id": program.id, "customer_id": ann, "points": 20}
    await tampered(engine, REDEMPTION, **values)
    return ann


async def found(engine: AsyncEngine) -> set[str]:
    return {one.what for one in (await verify(engine)).differences}


async def test_a_ledger_with_entries_of_every_kind_adds_up(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await new_program(units)
    for _ in range(3):
        await lively(units, engine, program)
    kinds = await stored(engine, "SELECT DISTINCT kind FROM entries ORDER BY kind")
    assert [kind for (kind,) in kinds] == [
        *("adjust", "capture", "earn", "expire", "mature", "release", "reserve", "reverse")
    ]
    for at_once in (1, 2, 2000):
        report = await verify(engine, at_once)
        assert (report.differences, report.members, report.total) == ([], 3, 0)
        assert report.entries == len(await stored(engine, "SELECT id FROM entries"))
        assert report.accounts == {
            "issued": 3 * -85,
            "redeemed": 3 * 30,
            "expired": 3 * 5,
            "adjusted": 3 * -18,
            "available": 3 * 8,
            "pending": 3 * 40,
            "reserved": 3 * 20,
        }


async def test_an_empty_ledger_adds_up(engine: AsyncEngine) -> None:
    report = await verify(engine)
    assert (report.members, report.entries, report.total, report.differences) == (0, 0, 0, [])


@pytest.mark.parametrize("column", ["available", "pending", "reserved", "debt", "lifetime"])
async def test_a_wrong_cached_sum_is_named_and_can_be_rebuilt(
    units: UnitOfWorkFactory, engine: AsyncEngine, column: str
) -> None:
    program = await new_program(units)
    ann, _ = await lively(units, engine, program), await lively(units, engine, program)
    query = "SELECT available, pending, reserved, debt, lifetime FROM members ORDER BY customer_id"
    before = await stored(engine, query)
    await tampered(engine, f"UPDATE members SET {column} = {column} + 3 WHERE customer_id = :one", one=ann)
    named = [one for one in (await verify(engine)).differences if one.customer_id]
    assert [(one.what, one.customer_id, one.program_id) for one in named] == [(column, ann, program.id)]
    assert named[0].found == (named[0].expected or 0) + 3
    assert await rebuild(units, CONTEXT, named) == 1
    assert await stored(engine, query) == before
    assert await found(engine) == set()


async def test_a_member_who_is_missing_is_made_again(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    ann = await lively(units, engine, await new_program(units))
    query = "SELECT available, pending, reserved, debt, lifetime FROM members WHERE customer_id = :one"
    before = await stored(engine, query, one=ann)
    await tampered(engine, "DELETE FROM members")
    await rebuild(units, CONTEXT, (await verify(engine)).differences)
    assert await stored(engine, query, one=ann) == before
    assert await found(engine) == set()


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE lots SET remaining = remaining + 1 WHERE points = 100", {"remaining of a lot", "lots"}),
        ("UPDATE lots SET remaining = remaining - 1 WHERE points = 40", {"remaining of a lot", "pending lots"}),
        ("UPDATE lots SET lapsed = lapsed + 1 WHERE points = 5", {"lapsed of a lot"}),
        ("UPDATE lots SET points = points + 1 WHERE points = 100", {"lot"}),
        ("UPDATE lots SET matured = true WHERE points = 40", {"lots", "pending lots"}),
        ("UPDATE lots SET customer_id = program_id WHERE points = 100", {"lot"}),
        ("DELETE FROM lots WHERE points = 5", {"lot", "remaining of a lot", "lapsed of a lot"}),
        ("UPDATE lot_uses SET points = points + 1 WHERE points = 20", {"remaining of a lot", "use of lots"}),
        ("DELETE FROM lot_uses WHERE points < 0", {"remaining of a lot", "use of lots"}),
        ("INSERT INTO lot_uses SELECT gen_random_uuid(), entry_id, 1 FROM lot_uses LIMIT 1", {"uses without a lot"}),
        ("UPDATE redemptions SET status = 'captured'", {"reservation", "reserved by redemptions"}),
        ("DELETE FROM redemptions", {"reservation", "reserved by redemptions"}),
        ("UPDATE redemptions SET points = 21", {"reserved by redemptions"}),
    ],
)
async def test_a_row_changed_behind_the_ledgers_back_is_found(
    units: UnitOfWorkFactory, engine: AsyncEngine, statement: str, what: set[str]
) -> None:
    ann = await lively(units, engine, await new_program(units))
    await tampered(engine, statement)
    report = await verify(engine)
    assert {one.what for one in report.differences} == what
    assert {one.customer_id for one in report.differences if one.customer_id} <= {ann}


async def test_an_entry_that_was_taken_away_is_found(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    ann = await lively(units, engine, await new_program(units))
    await tampered(engine, "DELETE FROM entries WHERE kind = 'adjust'")
    report = await verify(engine)
    assert {one.what for one in report.differences} >= {"available", "lots without an entry"}
    assert ann in {one.customer_id for one in report.differences}
    assert report.total == 18


async def test_a_lot_that_nobody_granted_is_found(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    ann = await lively(units, engine, await new_program(units))
    await tampered(
        engine,
        "INSERT INTO lots (id, program_id, customer_id, points, remaining, earned_at, available_at, matured) "
        "SELECT :id, program_id, customer_id, 9, 9, now(), now(), true FROM members WHERE customer_id = :one",
        id=new_id(),
        one=ann,
    )
    assert await found(engine) == {"lots without an entry"}


async def test_the_route_reports_and_rebuilds(api: Api, units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await new_program(units)
    ann = await lively(units, engine, program)
    path = "/internal/ledger/verifications"
    await tampered(engine, "UPDATE members SET available = available + 3")
    told = (await api.post(path, {}, role="service")).json()
    assert (told["members"], told["total"], told["differences"], told["rebuilt"]) == (1, 3, 2, 0)
    assert [(one["what"], one["customer_id"], one["expected"], one["found"]) for one in told["items"]] == [
        ("available", str(ann), 8, 11)
    ]
    told = (await api.post(path, {"rebuild": True}, role="service")).json()
    assert (told["total"], told["differences"], told["rebuilt"], told["items"]) == (0, 0, 1, [])


@pytest.mark.parametrize("role", ["admin", "manager", "agent", "analyst"])
async def test_only_other_services_and_the_command_line_may_ask(api: Api, role: str) -> None:
    assert (await api.post("/internal/ledger/verifications", {}, role=role)).status_code == 403


async def test_writers_go_on_while_everything_is_counted(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    program = await new_program(units)
    ann = await lively(units, engine, program)
    async with wallet_of(units, program, ann, START) as wallet:
        wallet.adjust(ann, 5, key="meanwhile", at=START, reason="sorry")
        assert (await verify(engine)).differences == []
    assert (await verify(engine)).differences == []
