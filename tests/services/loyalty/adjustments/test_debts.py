"""A debt is paid by the points that became available first, whether or not anybody had booked that."""

from __future__ import annotations

from datetime import timedelta

from tests.services.loyalty.support import NOON, Api, Clock, Deliver, bought


async def test_points_that_waited_pay_before_those_of_a_purchase_that_was_told_late(
    api: Api, clock: Clock, deliver: Deliver
) -> None:
    customer = await api.customer()
    program = (await api.program(pending_days=3, expiry={"months": 1, "round_up_to": "none"}))["id"]
    await api.rule(program)
    await deliver(bought(customer, "50.00"))
    body = {"program_id": program, "points": -30, "reason": "mistake", "allow_negative": True}
    asked = (await api.post(f"/v1/members/{customer}/adjustments", body, subject="sara")).json()
    await api.post(f"/v1/adjustments/{asked['id']}/approve", subject="omid")
    clock.advance(days=3)
    # available at once, since it happened ten days before 1 March; it lapses on 19 March
    await deliver(bought(customer, "40.00", at=NOON - timedelta(days=10)))
    points = (await api.membership(customer, program))["points"]
    assert points["available"] == 60
    assert points["expiring"] == [
        {"at": "2026-03-19T12:00:00Z", "points": 40},
        {"at": "2026-04-01T12:00:00Z", "points": 20},
    ]
