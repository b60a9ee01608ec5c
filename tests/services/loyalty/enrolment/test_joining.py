"""`POST /v1/members/{customer_id}`: who asks takes part."""

from __future__ import annotations

from uuid import UUID

import pytest

from hamdel.ids import new_id
from tests.services.loyalty.enrolment.support import PREFIX
from tests.services.loyalty.support import Api, Deliver, Profile, merged, unmerged


async def test_a_customer_who_asks_becomes_a_member_and_gets_a_card(api: Api) -> None:
    program = await api.program(enrolment="opt_in", card_prefix=PREFIX)
    customer = await api.customer()
    answer = await api.post(f"/v1/members/{customer}", {"program_id": program["id"]})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["customer_id"], body["program_id"]) == (customer, program["id"])
    assert body["card"].startswith(PREFIX)
    assert [event["type"] for event in await api.events(customer)] == ["loyalty.member_enrolled.v1"]


async def test_asking_again_changes_nothing(api: Api) -> None:
    program = await api.program(enrolment="opt_in", card_prefix=PREFIX)
    customer, body = await api.customer(), {"program_id": program["id"]}
    first = await api.post(f"/v1/members/{customer}", body)
    again = await api.post(f"/v1/members/{customer}", body)
    assert again.status_code == 200
    assert again.json() == first.json() | {"card": None}
    assert len(await api.events(customer)) == 1
    assert await api.rows("SELECT count(*) FROM cards") == [(1,)]


async def test_who_was_merged_with_a_member_is_one(api: Api, deliver: Deliver) -> None:
    program = await api.program(enrolment="opt_in")
    survivor, absorbed, body = await api.customer(), await api.customer(), {"program_id": program["id"]}
    await api.post(f"/v1/members/{absorbed}", body)
    await deliver(*merged(survivor, absorbed))
    answer = await api.post(f"/v1/members/{survivor}", body)
    assert (answer.status_code, answer.json()["customer_id"]) == (200, absorbed)
    await deliver(*unmerged(survivor, absorbed))
    answer = await api.post(f"/v1/members/{survivor}", body)
    assert (answer.status_code, answer.json()["customer_id"]) == (201, survivor)


async def test_a_customer_nobody_knows_is_asked_of_profile_service(api: Api, profile: Profile) -> None:
    program = await api.program(enrolment="opt_in")
    known, unknown, body = str(new_id()), str(new_id()), {"program_id": program["id"]}
    profile.known.add(known)
    assert (await api.post(f"/v1/members/{known}", body)).status_code == 201
    answer = await api.post(f"/v1/members/{unknown}", body)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-customer")
    profile.status = 500
    assert (await api.post(f"/v1/members/{new_id()}", body)).status_code == 503


async def test_a_programme_nobody_knows_is_not_found(api: Api) -> None:
    answer = await api.post(f"/v1/members/{await api.customer()}", {"program_id": str(new_id())})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-program")


async def test_customers_enrol_themselves_and_nobody_else(api: Api) -> None:
    program = await api.program(enrolment="opt_in")
    me, other, body = await api.customer(), await api.customer(), {"program_id": program["id"]}
    mine = await api.post(f"/v1/members/{me}", body, role="customer", customer_id=UUID(me))
    theirs = await api.post(f"/v1/members/{other}", body, role="customer", customer_id=UUID(me))
    assert (mine.status_code, theirs.status_code) == (201, 403)


@pytest.mark.parametrize("route", ["", "/cards"])
async def test_who_only_reads_enrols_nobody(api: Api, route: str) -> None:
    answer = await api.post(f"/v1/members/{new_id()}{route}", {"program_id": str(new_id())}, role="analyst")
    assert answer.status_code == 403
