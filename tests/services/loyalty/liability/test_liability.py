"""`GET /v1/programs/{id}/liability`: what a programme owes, by the month in which it lapses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import event

from loyalty_service.liability.repository import owed
from tests.services.loyalty.support import Api, Clock, Deliver, bought

NOTHING = {"outstanding": 0, "available": 0, "reserved": 0, "pending": 0}

ACCOUNTS = """
    SELECT CAST(coalesce(sum(points) FILTER (WHERE credit = :account), 0)
         - coalesce(sum(points) FILTER (WHERE debit = :account), 0) AS bigint)
    FROM entries
"""


async def report(api: Api, program: str) -> dict[str, Any]:
    answer = await api.get(f"/v1/programs/{program}/liability")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def adjust(api: Api, customer: str, program: str, points: int, **more: Any) -> None:
    body = {"program_id": program, "points": points, "reason": "goodwill"}
    answer = await api.post(f"/v1/members/{customer}/adjustments", body | more)
    assert answer.status_code == 201, answer.text


async def test_a_programme_without_members_owes_nothing(api: Api, clock: Clock) -> None:
    program = (await api.program())["id"]
    found = await report(api, program)
    assert found == NOTHING | {
        "program_id": program,
        "as_of": "2026-03-01T12:00:00Z",
        "members": 0,
        "debt": 0,
        "by_month": [],
        "never": NOTHING,
    }


async def test_available_reserved_and_pending_points_stand_under_their_month(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    customer = await api.customer()
    program = (await api.program(pending_days=14, expiry={"months": 12, "round_up_to": "month"}))["id"]
    await api.rule(program)
    await deliver(bought(customer, "77.00"))
    await adjust(api, customer, program, 40)
    await adjust(api, customer, program, 5, expires_at="2026-06-30T12:00:00Z")
    wish = {"program_id": program, "points": 12}
    assert (await api.post(f"/v1/members/{customer}/redemptions", wish)).status_code == 201
    found = await report(api, program)
    # twelve points are set aside: the five that lapse in June first, then seven of the forty
    assert found["by_month"] == [
        {"month": "2026-06", "outstanding": 5, "available": 0, "reserved": 5, "pending": 0},
        # a year after 1 March 2026, rounded up: good until the end of March 2027
        {"month": "2027-03", "outstanding": 40, "available": 33, "reserved": 7, "pending": 77},
    ]
    assert [found[name] for name in NOTHING] == [45, 33, 12, 77]
    assert (found["members"], found["never"]) == (1, NOTHING)


async def test_points_that_never_lapse_stand_apart(api: Api) -> None:
    program = (await api.program())["id"]
    await adjust(api, await api.customer(), program, 40)
    found = await report(api, program)
    assert (found["by_month"], found["never"]["available"]) == ([], 40)


async def test_months_are_jalali_where_the_programme_is(api: Api, clock: Clock) -> None:
    expiry = {"months": 12, "round_up_to": "year"}
    program = (await api.program(calendar="jalali", timezone="Asia/Tehran", expiry=expiry))["id"]
    await adjust(api, await api.customer(), program, 40)
    # 1 March 2026 is 10 Esfand 1404; a year later is Esfand 1405, whose end is the year's
    assert [each["month"] for each in (await report(api, program))["by_month"]] == ["1405-12"]


async def test_the_day_is_that_of_the_programmes_zone(api: Api, clock: Clock) -> None:
    customers = [await api.customer() for _ in range(2)]
    for customer, zone, month in zip(customers, ("UTC", "Asia/Tehran"), ("2026-04", "2026-05"), strict=True):
        program = (await api.program(timezone=zone))["id"]
        await adjust(api, customer, program, 40, expires_at="2026-04-30T22:00:00Z")
        assert [each["month"] for each in (await report(api, program))["by_month"]] == [month]


async def test_a_debt_is_told_apart_and_balances_add_up(api: Api) -> None:
    program, rich, poor = (await api.program())["id"], await api.customer(), await api.customer()
    await adjust(api, rich, program, 40)
    body = {"program_id": program, "points": -15, "reason": "mistake", "allow_negative": True}
    waiting = (await api.post(f"/v1/members/{poor}/adjustments", body, subject="sara")).json()
    await api.post(f"/v1/adjustments/{waiting['id']}/approve", subject="omid")
    found = await report(api, program)
    assert (found["outstanding"], found["available"], found["debt"]) == (40, 40, 15)
    assert await api.rows(ACCOUNTS, account="available") == [(25,)]


async def test_the_report_is_one_statement_whatever_the_number_of_members(api: Api, deliver: Deliver) -> None:
    program = (await api.program())["id"]
    await api.rule(program)
    await deliver(*[bought(await api.customer(), "7.00") for _ in range(30)], together=True)
    statements: list[str] = []
    event.listen(api.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    async with api.engine.connect() as connection:
        members, _, days = await owed(connection, UUID(program), "UTC")
    assert (members, sum(each.amount.available for each in days), len(statements)) == (30, 210, 1)


async def test_other_programmes_do_not_count(api: Api) -> None:
    programs, customer = [(await api.program())["id"] for _ in range(2)], await api.customer()
    await adjust(api, customer, programs[0], 40)
    assert (await report(api, programs[1]))["outstanding"] == 0


async def test_it_is_not_for_everybody_and_not_of_nothing(api: Api) -> None:
    program = (await api.program())["id"]
    for role in ("agent", "customer"):
        answer = await api.get(f"/v1/programs/{program}/liability", role=role, customer_id=await api.customer())
        assert answer.status_code == 403
    answer = await api.get("/v1/programs/01900000-0000-7000-8000-000000000001/liability")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-program")
