"""`GET /v1/members/{customer_id}`: how a customer stands."""

from __future__ import annotations

from tests.services.loyalty.support import Api, Clock, Deliver, bought, merged, unmerged


async def test_a_customer_without_a_membership_has_none(api: Api) -> None:
    customer = await api.customer()
    answer = await api.get(f"/v1/members/{customer}")
    assert (answer.status_code, answer.json()) == (200, {"customer_id": customer, "memberships": []})


async def test_a_customer_who_does_not_exist_is_not_found(api: Api) -> None:
    for path in ("", "/entries"):
        answer = await api.get(f"/v1/members/01900000-0000-7000-8000-000000000001{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-customer")


async def test_a_membership_says_everything_about_it(api: Api, clock: Clock, deliver: Deliver) -> None:
    customer = await api.customer()
    program = await api.program(code="sunny", expiry={"months": 12, "round_up_to": "none"})
    await api.rule(program["id"])
    await deliver(bought(customer, "77.00"))
    answer = await api.get(f"/v1/members/{customer}")
    lapsing = {"at": "2027-03-01T12:00:00Z", "points": 77}
    assert answer.json()["memberships"] == [
        {
            "program_id": program["id"],
            "program_code": "sunny",
            "tier": None,
            "tier_valid_until": None,
            "next_tier": None,
            "points": {"available": 77, "pending": 0, "reserved": 0, "expiring": [lapsing]},
            "next_expiring": lapsing,
            "lifetime_points": 77,
            "enrolled_at": "2026-03-01T12:00:00Z",
        }
    ]


async def test_pending_points_become_available_whether_or_not_a_sweep_has_run(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    customer, program = await api.customer(), (await api.program(pending_days=14))["id"]
    await api.rule(program)
    await deliver(bought(customer, "77.00"))
    points = (await api.membership(customer, program))["points"]
    assert (points["available"], points["pending"]) == (0, 77)
    clock.advance(days=14, seconds=-1)
    assert (await api.membership(customer, program))["points"]["available"] == 0
    clock.advance(seconds=1)
    points = (await api.membership(customer, program))["points"]
    assert (points["available"], points["pending"]) == (77, 0)


async def test_lapsed_points_do_not_count_whether_or_not_a_sweep_has_run(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    customer = await api.customer()
    program = (await api.program(expiry={"months": 1, "round_up_to": "none"}))["id"]
    await api.rule(program)
    await deliver(bought(customer, "77.00"))
    clock.advance(days=31, seconds=-1)
    assert (await api.membership(customer, program))["points"]["available"] == 77
    clock.advance(seconds=1)
    membership = await api.membership(customer, program)
    assert membership["points"] == {"available": 0, "pending": 0, "reserved": 0, "expiring": []}
    assert membership["lifetime_points"] == 77


async def test_merged_customers_have_one_wallet_under_each_of_their_ids(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    survivor, absorbed = await api.customer(), await api.customer()
    program = (await api.program())["id"]
    await api.rule(program)
    await deliver(bought(survivor, "40.00"), bought(absorbed, "7.00"), *merged(survivor, absorbed))
    for one in (survivor, absorbed):
        assert (await api.membership(one, program))["points"]["available"] == 47
        assert len((await api.get(f"/v1/members/{one}/entries")).json()["items"]) == 2
    await deliver(*unmerged(survivor, absorbed))
    assert (await api.membership(survivor, program))["points"]["available"] == 40
    assert (await api.membership(absorbed, program))["points"]["available"] == 7


async def test_a_customer_sees_only_themselves(api: Api) -> None:
    customer, other = await api.customer(), await api.customer()
    for path in ("", "/entries"):
        own = await api.get(f"/v1/members/{customer}{path}", role="customer", customer_id=customer)
        foreign = await api.get(f"/v1/members/{other}{path}", role="customer", customer_id=customer)
        assert (own.status_code, foreign.status_code) == (200, 403)


async def test_several_programmes_stand_in_the_order_of_joining(api: Api, clock: Clock) -> None:
    customer = await api.customer()
    programs = [(await api.program())["id"] for _ in range(3)]
    for program in (programs[2], programs[0], programs[1]):
        body = {"program_id": program, "points": 5, "reason": "welcome"}
        await api.post(f"/v1/members/{customer}/adjustments", body)
        clock.advance(hours=1)
    found = (await api.get(f"/v1/members/{customer}")).json()["memberships"]
    assert [each["program_id"] for each in found] == [programs[2], programs[0], programs[1]]
