"""`GET /v1/members/{customer_id}/entries`: what happened, newest first."""

from __future__ import annotations

from typing import Any

from tests.services.loyalty.support import Api, Clock, Deliver, bought, merged


async def adjust(api: Api, customer: str, program: str, points: int) -> None:
    body = {"program_id": program, "points": points, "reason": "goodwill"}
    answer = await api.post(f"/v1/members/{customer}/adjustments", body, subject="sara")
    assert answer.status_code == 201, answer.text


async def listed(api: Api, customer: str, query: str = "", **options: Any) -> list[dict[str, Any]]:
    answer = await api.get(f"/v1/members/{customer}/entries{query}", **options)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_every_movement_is_told_with_what_it_made_of_the_available_points(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    customer, program = await api.customer(), (await api.program(pending_days=3))["id"]
    rule = await api.rule(program)
    purchase = bought(customer, "77.00")
    await deliver(purchase)
    clock.advance(days=4)
    await adjust(api, customer, program, -7)
    found = await listed(api, customer)
    assert [(each["kind"], each["points"], each["change"]) for each in found] == [
        ("adjust", 7, -7),
        ("mature", 77, 77),
        ("earn", 77, 0),
    ]
    earned = found[-1]
    assert (earned["debit"], earned["credit"]) == ("issued", "pending")
    assert (earned["purchase_id"], earned["rule_code"]) == (str(purchase.purchase_id), rule["code"])
    assert (earned["occurred_at"], earned["available_at"]) == ("2026-03-01T12:00:00Z", "2026-03-04T12:00:00Z")


async def test_pages_follow_each_other_without_a_gap_while_new_entries_come(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    for points in range(1, 6):
        await adjust(api, customer, program, points)
    first = (await api.get(f"/v1/members/{customer}/entries?limit=2")).json()
    await adjust(api, customer, program, 99)
    second = (await api.get(f"/v1/members/{customer}/entries?limit=2&cursor={first['next_cursor']}")).json()
    third = (await api.get(f"/v1/members/{customer}/entries?limit=2&cursor={second['next_cursor']}")).json()
    pages = [[each["points"] for each in page["items"]] for page in (first, second, third)]
    assert (pages, third["next_cursor"]) == ([[5, 4], [3, 2], [1]], None)


async def test_one_programme_can_be_asked_for(api: Api) -> None:
    customer, programs = await api.customer(), [(await api.program())["id"] for _ in range(2)]
    for number, program in enumerate(programs):
        await adjust(api, customer, program, number + 1)
    assert [each["points"] for each in await listed(api, customer, f"?program_id={programs[0]}")] == [1]


async def test_the_entries_of_merged_customers_are_one_list_and_keep_their_ids(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    survivor, absorbed, program = await api.customer(), await api.customer(), (await api.program())["id"]
    for number, customer in enumerate((survivor, absorbed, survivor)):
        await adjust(api, customer, program, number + 1)
    await deliver(*merged(survivor, absorbed))
    found = [(each["points"], each["customer_id"]) for each in await listed(api, absorbed)]
    assert found == [(3, survivor), (2, absorbed), (1, survivor)]
    first = (await api.get(f"/v1/members/{absorbed}/entries?limit=1")).json()
    assert [each["points"] for each in await listed(api, survivor, f"?cursor={first['next_cursor']}")] == [2, 1]


async def test_a_customer_is_not_told_which_person_it_was(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    await adjust(api, customer, program, 5)
    seen_by = {
        role: (await listed(api, customer, role=role, customer_id=customer))[0]["actor"]
        for role in ("agent", "customer")
    }
    assert seen_by == {"agent": "sara", "customer": None}


async def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    answer = await api.get(f"/v1/members/{await api.customer()}/entries?cursor=WyJhIl0")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hamdel:problem:bad-cursor")
