"""Points by hand over HTTP: given, taken, refused."""

from __future__ import annotations

from typing import Any

from tests.services.loyalty.support import Api, Clock


async def adjusted(api: Api, customer: str, program: str, points: int, **more: Any) -> dict[str, Any]:
    body = {"program_id": program, "points": points, "reason": "goodwill"}
    answer = await api.post(f"/v1/members/{customer}/adjustments", body | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def refused(api: Api, customer: str, body: dict[str, Any], **options: Any) -> tuple[int, str]:
    answer = await api.post(f"/v1/members/{customer}/adjustments", body, **options)
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[1]


async def test_points_within_the_limit_are_posted_at_once(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    made = await adjusted(api, customer, program, 40)
    assert (made["status"], made["points"], made["decided_by"]) == ("posted", 40, None)
    await adjusted(api, customer, program, -15)
    membership = await api.membership(customer, program)
    assert membership["points"]["available"] == 25
    assert membership["lifetime_points"] == 40


async def test_given_points_lapse_as_the_programme_says(api: Api, clock: Clock) -> None:
    customer = await api.customer()
    program = (await api.program(expiry={"months": 12, "round_up_to": "month"}))["id"]
    await adjusted(api, customer, program, 40)
    membership = await api.membership(customer, program)
    # a year after 1 March 2026, rounded up to the end of that month: the first instant of April 2027
    assert membership["points"]["expiring"] == [{"at": "2027-04-01T00:00:00Z", "points": 40}]


async def test_given_points_lapse_when_the_person_says_so(api: Api, clock: Clock) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    await adjusted(api, customer, program, 40, expires_at="2026-05-01T00:00:00+02:00")
    membership = await api.membership(customer, program)
    assert membership["points"]["expiring"] == [{"at": "2026-04-30T22:00:00Z", "points": 40}]


async def test_more_than_is_there_is_not_taken(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    await adjusted(api, customer, program, 10)
    body = {"program_id": program, "points": -11, "reason": "mistake"}
    assert await refused(api, customer, body) == (409, "insufficient-points")
    assert (await api.membership(customer, program))["points"]["available"] == 10


async def test_the_ledger_tells_who_did_it_and_why(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    body = {"program_id": program, "points": 40, "reason": "late delivery"}
    await api.post(f"/v1/members/{customer}/adjustments", body, role="agent", subject="sara")
    (entry,) = (await api.get(f"/v1/members/{customer}/entries")).json()["items"]
    assert (entry["kind"], entry["actor"], entry["reason"]) == ("adjust", "sara", "late delivery")
    (fact,) = [one for one in await api.events(customer) if one["type"] == "loyalty.points_adjusted.v1"]
    assert (fact["data"]["points"], fact["data"]["available"]) == (40, 40)


async def test_the_same_key_again_moves_nothing_more_and_answers_the_same_bytes(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    body, key = {"program_id": program, "points": 40, "reason": "goodwill"}, {"Idempotency-Key": "one"}
    path = f"/v1/members/{customer}/adjustments"
    answers = [await api.post(path, body, headers=key, subject="sara") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert (await api.membership(customer, program))["points"]["available"] == 40


async def test_a_key_is_required(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    body = {"program_id": program, "points": 40, "reason": "goodwill"}
    bearer = {"Authorization": f"Bearer {api.tokens('admin')}"}
    answer = await api.client.post(f"/v1/members/{customer}/adjustments", json=body, headers=bearer)
    assert answer.status_code == 400


async def test_points_that_would_have_lapsed_already_are_not_given(api: Api, clock: Clock) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    body = {"program_id": program, "points": 5, "reason": "goodwill", "expires_at": "2026-03-01T12:00:00Z"}
    answer = await api.post(f"/v1/members/{customer}/adjustments", body)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, ["/expires_at"])


async def test_only_somebody_who_exists_and_takes_part_gets_points(api: Api) -> None:
    program = (await api.program(enrolment="opt_in"))["id"]
    body = {"program_id": program, "points": 5, "reason": "goodwill"}
    nobody = "01900000-0000-7000-8000-000000000001"
    assert await refused(api, nobody, body) == (404, "unknown-customer")
    assert await refused(api, await api.customer(), body) == (409, "not-a-member")
    assert await refused(api, await api.customer(), body | {"program_id": nobody}) == (404, "unknown-program")


async def test_neither_machines_nor_customers_adjust(api: Api) -> None:
    customer, program = await api.customer(), (await api.program())["id"]
    body = {"program_id": program, "points": 5, "reason": "goodwill"}
    for role in ("analyst", "service", "customer"):
        assert (await refused(api, customer, body, role=role, customer_id=customer))[0] == 403
