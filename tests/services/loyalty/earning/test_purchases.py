"""What told purchases earn, through the handlers of the service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hamdel.contracts.loyalty import PointsEarned
from tests.services.loyalty.support import NOON, Api, Deliver, bought, merged

BONUS: dict[str, Any] = {"code": "welcome", "kind": "first_purchase", "points": 50, "per": None}


async def available(api: Api, customer: str, program: dict[str, Any]) -> int:
    return int((await api.membership(customer, program["id"]))["points"]["available"])


async def test_a_purchase_earns_a_point_per_full_dollar(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await api.rule(program["id"], code="base")

    await deliver(bought(customer, "77.99"))

    assert await available(api, customer, program) == 77
    (fact,) = [one["data"] for one in await api.events(customer) if one["type"] == PointsEarned.fact_type]
    assert (fact["points"], fact["available"], fact["rule_code"]) == (77, 77, "base")


async def test_a_fact_names_the_purchase_that_caused_it(api: Api, deliver: Deliver) -> None:
    program, first, second = await api.program(), await api.customer(), await api.customer()
    await api.rule(program["id"])

    told = await deliver(bought(first), bought(second), together=True)

    for customer, event in zip((first, second), told, strict=True):
        earned = [one for one in await api.events(customer) if one["type"] == PointsEarned.fact_type]
        assert [one["causationid"] for one in earned] == [str(event.id)]


async def test_a_purchase_told_three_times_and_twice_in_one_batch_earns_once(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await api.rule(program["id"])

    events = await deliver(bought(customer, "10.00"))
    await deliver(*events, *events, together=True)
    await deliver(*events)

    assert await available(api, customer, program) == 10


async def test_a_purchase_twice_in_its_first_batch_earns_once(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await api.rule(program["id"])
    purchase = bought(customer, "10.00")

    await deliver(purchase, purchase, together=True)

    assert await available(api, customer, program) == 10


async def test_replaying_the_past_earns_nothing_in_a_new_programme(api: Api, deliver: Deliver) -> None:
    customer = await api.customer()
    events = await deliver(bought(customer, "10.00"))
    program = await api.program()
    await api.rule(program["id"])

    await deliver(*events, bought(customer, "5.00"))

    assert await available(api, customer, program) == 5


async def test_every_programme_gives_by_its_own_rules(api: Api, deliver: Deliver) -> None:
    one, other, customer = await api.program(), await api.program(), await api.customer()
    await api.rule(one["id"])
    await api.rule(other["id"], points=3)

    await deliver(bought(customer, "10.00"))

    assert (await available(api, customer, one), await available(api, customer, other)) == (10, 30)


async def test_several_rules_give_one_entry_with_their_sum(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await api.rule(program["id"], code="base")
    await api.rule(program["id"], **BONUS)

    await deliver(bought(customer, "10.00"))

    rows = await api.rows("SELECT rule_code, points FROM entries WHERE customer_id = :id", id=customer)
    assert rows == [("several", 60)]
    accruals = await api.rows("SELECT rule_code, points FROM accruals ORDER BY rule_code")
    assert accruals == [("base", 10), ("welcome", 50)]


async def test_of_best_of_only_the_rule_that_gives_most_gives(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(stacking="best_of"), await api.customer()
    await api.rule(program["id"], code="base")
    await api.rule(program["id"], **BONUS)

    await deliver(bought(customer, "10.00"), bought(customer, "20.00"))

    assert await available(api, customer, program) == 50 + 20


async def test_an_opt_in_programme_gives_to_members_alone(api: Api, deliver: Deliver) -> None:
    program, member, stranger = await api.program(enrolment="opt_in"), await api.customer(), await api.customer()
    await api.rule(program["id"])
    assert (await api.post(f"/v1/members/{member}", {"program_id": program["id"]})).status_code == 201

    await deliver(bought(member, "10.00"), bought(stranger, "10.00"), together=True)

    assert await available(api, member, program) == 10
    assert (await api.get(f"/v1/members/{stranger}")).json()["memberships"] == []


async def test_the_part_paid_with_points_earns_none_unless_the_programme_says_so(api: Api, deliver: Deliver) -> None:
    plain, generous, customer = await api.program(), await api.program(points_paid_earn=True), await api.customer()
    await api.rule(plain["id"])
    await api.rule(generous["id"])

    await deliver(bought(customer, "55.00", paid_with_points={"amount": "20.50", "currency": "USD"}))

    assert (await available(api, customer, plain), await available(api, customer, generous)) == (34, 55)


async def test_another_currency_earns_nothing_and_still_enrols(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await api.rule(program["id"])

    await deliver(bought(customer, total={"amount": "10.00", "currency": "EUR"}))

    assert await available(api, customer, program) == 0


async def test_points_wait_for_the_return_window(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(pending_days=14), await api.customer()
    await api.rule(program["id"])

    await deliver(bought(customer, "10.00", at=NOON + timedelta(days=1_000)))

    points = (await api.membership(customer, program["id"]))["points"]
    assert (points["available"], points["pending"]) == (0, 10)


async def test_the_first_purchase_is_the_first_one_also_within_a_batch(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await api.rule(program["id"], **BONUS)

    await deliver(bought(customer, "10.00"), bought(customer, "10.00"), together=True)
    await deliver(bought(customer, "10.00"))

    assert await available(api, customer, program) == 50


async def test_people_who_are_one_have_one_first_purchase(api: Api, deliver: Deliver) -> None:
    program, survivor, absorbed = await api.program(), await api.customer(), await api.customer()
    await api.rule(program["id"], **BONUS)

    await deliver(bought(absorbed, "10.00"))
    await deliver(*merged(survivor, absorbed))
    await deliver(bought(survivor, "10.00"))

    assert await available(api, survivor, program) == 50


async def test_the_cap_of_a_day_holds_within_a_batch_and_across_batches(api: Api, deliver: Deliver) -> None:
    # Tehran is 3:30 ahead: 20:29 UTC is 23:59 there, 20:30 is the next day
    program = await api.program(timezone="Asia/Tehran")
    customer = await api.customer()
    await api.rule(program["id"], cap={"per_day": 100})
    evening = NOON.replace(hour=20, minute=29)

    await deliver(bought(customer, "60.00", at=NOON), bought(customer, "60.00", at=evening), together=True)
    assert await available(api, customer, program) == 100
    await deliver(bought(customer, "60.00", at=evening))
    assert await available(api, customer, program) == 100
    await deliver(bought(customer, "60.00", at=evening + timedelta(minutes=1)))
    assert await available(api, customer, program) == 160


async def test_the_cap_of_a_member_holds_for_all_time_and_for_all_that_are_one(api: Api, deliver: Deliver) -> None:
    program, survivor, absorbed = await api.program(), await api.customer(), await api.customer()
    await api.rule(program["id"], cap={"per_member": 100})

    await deliver(bought(absorbed, "70.00"), *merged(survivor, absorbed))
    await deliver(bought(survivor, "70.00", at=NOON + timedelta(days=40)))

    assert await available(api, survivor, program) == 100


async def test_a_rule_earns_by_the_version_that_was_in_force_when_it_was_bought(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await api.rule(program["id"], code="base")
    begins = NOON + timedelta(days=3_650)
    changed = {"kind": "per_amount", "points": 5, "per": {"amount": "1", "currency": "USD"}}
    answer = await api.put(
        f"/v1/programs/{program['id']}/rules/base",
        changed | {"effective_from": begins.isoformat()},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200

    await deliver(bought(customer, "10.00", at=begins))
    assert await available(api, customer, program) == 50
    await deliver(bought(customer, "10.00", at=begins - timedelta(microseconds=1)))
    assert await available(api, customer, program) == 60


async def test_a_retired_rule_gives_nothing_from_then_on(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await api.rule(program["id"], code="base")
    await api.call("DELETE", f"/v1/programs/{program['id']}/rules/base")

    await deliver(bought(customer, "10.00", at=NOON + timedelta(days=3_650)))

    assert await available(api, customer, program) == 0


async def test_a_rule_made_a_moment_ago_gives_already(api: Api, deliver: Deliver) -> None:
    program, customer = await api.program(), await api.customer()
    await deliver(bought(customer, "10.00"))
    await api.rule(program["id"])

    await deliver(bought(customer, "7.00"))

    assert await available(api, customer, program) == 7


async def test_a_purchase_earns_in_the_tier_that_the_one_before_it_led_to(api: Api, deliver: Deliver) -> None:
    program = await api.program()
    await api.rule(program["id"])
    await api.rule(program["id"], **BONUS)
    tiers = {
        "qualify_by": "points",
        "window": {"kind": "rolling", "months": 12},
        "downgrade": "none",
        "tiers": [{"code": "silver", "at": 100, "multiplier": "2"}],
    }
    assert (await api.put(f"/v1/programs/{program['id']}/tiers", tiers)).status_code in (200, 201)
    one, other = await api.customer(), await api.customer()

    await deliver(*(bought(customer, "60.00") for customer in (one, one, other, other, one)), together=True)

    # 60 + 50 is silver, and from then on twice 60
    assert await available(api, one, program) == 60 + 50 + 120 + 120
    assert await available(api, other, program) == 60 + 50 + 120
