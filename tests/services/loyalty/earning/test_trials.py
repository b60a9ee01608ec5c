"""Quotes and dry runs: the same rules, and nothing is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.services.loyalty.support import NOON, Api, Deliver, bought

LINES: list[dict[str, Any]] = [
    {"sku": "b-1", "category": "books", "quantity": 2, "unit_price": {"amount": "12.50", "currency": "USD"}},
    {"sku": "t-1", "category": "toys", "quantity": 1, "unit_price": {"amount": "30.00", "currency": "USD"}},
]
PURCHASE: dict[str, Any] = {
    "occurred_at": "2026-03-01T12:00:00Z",
    "channel": "web",
    "items": LINES,
    "total": {"amount": "55.00", "currency": "USD"},
}


async def quote(api: Api, customer: str, program: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"program_id": program["id"], "purchase": PURCHASE | changes}
    answer = await api.post(f"/v1/members/{customer}/quote", body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def everything(api: Api) -> list[Any]:
    tables = ("purchases", "accruals", "entries", "lots", "members", "outbox", "event_streams", "earning_rules")
    return [await api.rows(f"SELECT count(*) FROM {table}") for table in tables]


async def with_rules(api: Api, **more: Any) -> dict[str, Any]:
    program = await api.program(pending_days=14, expiry={"months": 12, "round_up_to": "year"}, **more)
    await api.rule(program["id"], code="books", category="books", points=2, cap={"per_day": 45})
    await api.rule(program["id"], code="pieces", kind="per_item", per=None, points=3)
    await api.rule(program["id"], code="welcome", kind="first_purchase", per=None, points=10)
    return program


async def test_a_quote_says_what_each_rule_gives_and_when(api: Api) -> None:
    program, customer = await with_rules(api), await api.customer()

    answer = await quote(api, customer, program)

    # books: 2 * 12.50 = 25 full dollars of 2 points, capped at 45; 3 pieces of 3 points
    rules = {one["code"]: one["points"] for one in answer["rules"]}
    assert (answer["points"], rules) == (64, {"books": 45, "pieces": 9, "welcome": 10})
    assert answer["available_at"] == "2026-03-15T12:00:00Z"
    assert answer["expires_at"] == "2028-01-01T00:00:00Z"


async def test_a_quote_is_what_the_purchase_then_earns(api: Api, deliver: Deliver) -> None:
    program, customer = await with_rules(api), await api.customer()

    for _ in range(3):
        answer = await quote(api, customer, program)
        purchase = bought(customer, "55.00", items=LINES)
        await deliver(purchase)
        accruals = await api.rows(
            "SELECT rule_code, points FROM accruals WHERE purchase_id = :id", id=purchase.purchase_id
        )
        lots = await api.rows(
            "SELECT available_at, expires_at FROM lots WHERE purchase_id = :id", id=purchase.purchase_id
        )
        assert dict(accruals) == {one["code"]: one["points"] for one in answer["rules"]}
        assert lots == [(datetime(2026, 3, 15, 12, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))]


async def test_a_quote_stores_nothing(api: Api) -> None:
    program, customer = await with_rules(api), await api.customer()
    before = await everything(api)

    await quote(api, customer, program)

    assert await everything(api) == before


async def test_who_would_have_to_join_first_is_quoted_nothing(api: Api) -> None:
    program, customer = await with_rules(api, enrolment="opt_in"), await api.customer()

    answer = await quote(api, customer, program)

    assert (answer["points"], answer["rules"]) == (0, [])


async def test_a_customer_may_ask_for_themselves_alone(api: Api) -> None:
    program, customer, other = await with_rules(api), await api.customer(), await api.customer()
    body = {"program_id": program["id"], "purchase": PURCHASE}

    own = await api.post(f"/v1/members/{customer}/quote", body, role="customer", customer_id=customer)
    others = await api.post(f"/v1/members/{customer}/quote", body, role="customer", customer_id=other)

    assert (own.status_code, others.status_code) == (200, 403)


async def test_a_quote_for_nobody_is_refused(api: Api) -> None:
    program = await with_rules(api)

    answer = await api.post(
        "/v1/members/0198a000-0000-7000-8000-000000000000/quote", {"program_id": program["id"], "purchase": PURCHASE}
    )

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (404, "unknown-customer")


PER_TEN = {"kind": "per_amount", "points": 1, "per": {"amount": "10", "currency": "USD"}}


async def dry_run(api: Api, program: dict[str, Any], rule: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await api.post(f"/v1/programs/{program['id']}/rules/dry-run", {"rule": rule, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_dry_run_tells_what_a_rule_would_have_given_by_month(api: Api, deliver: Deliver) -> None:
    program = await api.program()
    one, other = await api.customer(), await api.customer()
    january, march = NOON.replace(month=1), NOON
    await deliver(
        bought(one, "25.00", at=january),
        bought(one, "35.00", at=march),
        bought(other, "9.00", at=march),
        bought(other, "40.00", at=march),
        bought(other, "40.00", at=march.replace(month=4)),
        together=True,
    )
    before = await everything(api)

    answer = await dry_run(api, program, PER_TEN, **{"from": "2026-01-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"})

    assert answer == {
        "from": "2026-01-01T00:00:00Z",
        "to": "2026-04-01T00:00:00Z",
        "seen": 4,
        "purchases": 3,
        "members": 2,
        "points": 9,
        "months": [
            {"month": "2026-01", "purchases": 1, "members": 1, "points": 2},
            {"month": "2026-03", "purchases": 2, "members": 2, "points": 7},
        ],
    }
    assert await everything(api) == before


async def test_a_dry_run_counts_months_of_the_programmes_calendar(api: Api, deliver: Deliver) -> None:
    # 1 Farvardin 1405 is 21 March 2026; it begins in Tehran at 20:30 UTC of the day before
    program, customer = await api.program(timezone="Asia/Tehran", calendar="jalali"), await api.customer()
    new_year = datetime(2026, 3, 20, 20, 30, tzinfo=UTC)
    await deliver(bought(customer, "10.00", at=new_year), bought(customer, "10.00", at=new_year.replace(minute=29)))

    answer = await dry_run(api, program, PER_TEN, **{"from": "2026-01-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"})

    assert [(one["month"], one["points"]) for one in answer["months"]] == [("1404-12", 1), ("1405-01", 1)]


async def test_a_dry_run_knows_first_purchases_and_caps(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await deliver(*(bought(customer, "60.00", at=NOON.replace(hour=hour)) for hour in (9, 10, 11)))
    time = {"from": "2026-03-01T09:30:00Z", "to": "2026-03-02T00:00:00Z"}

    welcome = await dry_run(api, program, {"kind": "first_purchase", "points": 10}, **time)
    capped = await dry_run(api, program, PER_TEN | {"cap": {"per_day": 8}}, **time)

    assert (welcome["seen"], welcome["points"], capped["points"]) == (2, 0, 8)


async def test_only_rules_about_purchases_can_be_tried(api: Api) -> None:
    program = await api.program()

    answer = await api.post(f"/v1/programs/{program['id']}/rules/dry-run", {"rule": {"kind": "birthday", "points": 5}})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/rule/kind")
