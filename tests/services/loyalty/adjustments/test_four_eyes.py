"""Above the limit of a role a second person decides."""

from __future__ import annotations

from typing import Any

import httpx

from tests.services.loyalty.support import Api


async def waiting(api: Api, customer: str, program: str, points: int, **more: Any) -> dict[str, Any]:
    """An adjustment that sara, an agent, has asked for."""
    body = {"program_id": program, "points": points, "reason": "goodwill"} | more
    answer = await api.post(f"/v1/members/{customer}/adjustments", body, role="agent", subject="sara")
    assert (answer.status_code, answer.json()["status"]) == (201, "waiting")
    return dict(answer.json())


async def decide(api: Api, adjustment: dict[str, Any], verb: str, role: str, person: str) -> httpx.Response:
    return await api.post(f"/v1/adjustments/{adjustment['id']}/{verb}", role=role, subject=person)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[1]


async def test_nothing_moves_before_the_second_person_agrees(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    asked = await waiting(api, customer, program, 501)
    assert (await api.get(f"/v1/members/{customer}")).json()["memberships"] == []
    answer = await decide(api, asked, "approve", "manager", "omid")
    assert (answer.status_code, answer.json()["status"]) == (200, "posted")
    assert (answer.json()["requested_by"], answer.json()["decided_by"]) == ("sara", "omid")
    assert (await api.membership(customer, program))["points"]["available"] == 501


async def test_the_person_who_asked_cannot_decide(api: Api) -> None:
    asked = await waiting(api, await api.customer(), (await api.program())["id"], 501)
    for verb in ("approve", "reject"):
        assert problem(await decide(api, asked, verb, "manager", "sara")) == (403, "four-eyes")


async def test_a_manager_cannot_agree_to_more_than_a_manager_may_move_and_an_admin_can(api: Api) -> None:
    asked = await waiting(api, await api.customer(), (await api.program())["id"], 5_001)
    assert problem(await decide(api, asked, "approve", "manager", "omid")) == (403, "approval-limit")
    assert (await decide(api, asked, "approve", "admin", "nima")).status_code == 200


async def test_other_roles_decide_nothing(api: Api) -> None:
    asked = await waiting(api, await api.customer(), (await api.program())["id"], 501)
    for role in ("agent", "analyst", "service"):
        assert problem(await decide(api, asked, "approve", role, "omid")) == (403, "forbidden")


async def test_a_rejected_adjustment_moves_nothing_and_stays_rejected(api: Api) -> None:
    customer = await api.customer()
    asked = await waiting(api, customer, (await api.program())["id"], 501)
    rejected = (await decide(api, asked, "reject", "manager", "omid")).json()
    assert (rejected["status"], rejected["entry_id"], rejected["version"]) == ("rejected", None, 2)
    assert problem(await decide(api, asked, "approve", "manager", "omid")) == (409, "adjustment-decided")
    assert await api.rows("SELECT 1 FROM entries") == []


async def test_an_adjustment_is_posted_once(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    asked = await waiting(api, customer, program, 501)
    await decide(api, asked, "approve", "manager", "omid")
    assert problem(await decide(api, asked, "approve", "admin", "nima")) == (409, "adjustment-decided")
    assert (await api.membership(customer, program))["points"]["available"] == 501


async def test_a_debt_is_only_made_by_two_people(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    path, grant = f"/v1/members/{customer}/adjustments", {"program_id": program, "points": 10, "reason": "goodwill"}
    await api.post(path, grant)
    asked = await waiting(api, customer, program, -30, allow_negative=True)
    assert (await decide(api, asked, "approve", "manager", "omid")).status_code == 200
    assert (await api.membership(customer, program))["points"]["available"] == -20
    await api.post(path, grant | {"points": 25})
    membership = await api.membership(customer, program)
    assert (membership["points"]["available"], membership["lifetime_points"]) == (5, 35)


async def test_points_that_are_gone_by_the_time_of_the_approval_are_not_taken(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    path, grant = f"/v1/members/{customer}/adjustments", {"program_id": program, "points": 600, "reason": "goodwill"}
    await api.post(path, grant)
    asked = await waiting(api, customer, program, -600)
    await api.post(path, grant | {"points": -1})
    assert problem(await decide(api, asked, "approve", "manager", "omid")) == (409, "insufficient-points")
    assert (await api.get(f"/v1/adjustments/{asked['id']}")).json()["status"] == "waiting"


async def test_what_waits_is_listed_newest_first_page_by_page(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    asked = [await waiting(api, customer, program, 501 + number) for number in range(3)]
    await decide(api, asked[1], "reject", "manager", "omid")
    first = (await api.get("/v1/adjustments?status=waiting&limit=1")).json()
    assert [each["id"] for each in first["items"]] == [asked[2]["id"]]
    second = (await api.get(f"/v1/adjustments?status=waiting&limit=1&cursor={first['next_cursor']}")).json()
    assert ([each["id"] for each in second["items"]], second["next_cursor"]) == ([asked[0]["id"]], None)
    of_customer = (await api.get(f"/v1/adjustments?customer_id={customer}&program_id={program}")).json()
    assert len(of_customer["items"]) == 3
    assert (await api.get(f"/v1/adjustments?customer_id={await api.customer()}")).json()["items"] == []


async def test_an_adjustment_that_nobody_made_is_not_found(api: Api) -> None:
    nothing = {"id": "01900000-0000-7000-8000-000000000001"}
    assert problem(await decide(api, nothing, "approve", "admin", "nima")) == (404, "unknown-adjustment")
    assert (await api.get(f"/v1/adjustments/{nothing['id']}")).status_code == 404
