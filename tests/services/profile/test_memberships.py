"""People in organizations: who may, once, until when, and where it shows."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY = "01890000-0000-7000-8000-000000000000"


async def join(api: Api, person: str, organization: str, role: str = "buyer", **more: Any) -> httpx.Response:
    """A request that makes a person a member."""
    body = {"organization_id": organization, "role": role, **more}
    return await api.call("POST", f"/v1/customers/{person}/memberships", body)


async def pair(api: Api) -> tuple[str, str]:
    """A person and an organization."""
    return (await api.create())["id"], (await api.create(kind="organization"))["id"]


async def section_of(api: Api, customer_id: str) -> Any:
    """The data of the profile section."""
    return (await api.as_role("service").get(f"/internal/sections/{customer_id}")).json()["data"]


async def test_a_membership_is_answered_listed_and_in_the_persons_section(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    more = {"title": "مدیر خرید", "since": "2024-03-20", "until": "2027-03-20"}
    answer = await join(shared_api, person, organization, **more)
    made = answer.json()
    assert answer.status_code == 201
    assert {key: made[key] for key in made if key not in ("id", "created_at")} == {
        "person_id": person, "organization_id": organization, "role": "buyer", "ended_at": None, **more,
    }  # fmt: skip
    for path in (f"{person}/memberships", f"{organization}/members"):
        assert (await shared_api.get(f"/v1/customers/{path}")).json() == {"items": [made], "next_cursor": None}
    assert (await section_of(shared_api, person))["memberships"] == [
        {"organization_id": organization, "role": "buyer", **more}
    ]
    assert (await section_of(shared_api, organization))["memberships"] == []


async def test_only_the_persons_version_history_and_events_tell_of_it(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    made = (await join(shared_api, person, organization)).json()
    history = (await shared_api.get(f"/v1/customers/{person}/history")).json()["items"][0]
    told = {"organization_id": organization, "role": "buyer", "title": None, "since": None, "until": None}
    field = f"/memberships/{made['id']}"
    assert (history["version"], history["field"], history["old"], history["new"]) == (2, field, None, told)
    assert (await shared_api.events(person))[-1]["data"]["changed"] == [field]
    assert len(await shared_api.events(organization)) == 1
    assert (await shared_api.get(f"/v1/customers/{organization}")).json()["version"] == 1


async def test_the_same_role_twice_is_the_membership_that_stands(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    first = await join(shared_api, person, organization)
    again = await join(shared_api, person, organization, title="other")
    other_role = await join(shared_api, person, organization, "owner")
    assert (again.status_code, again.json()) == (200, first.json())
    assert other_role.status_code == 201
    assert (await shared_api.get(f"/v1/customers/{person}")).json()["version"] == 3


async def test_ten_requests_at_once_make_one_membership(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    answers = await asyncio.gather(*(join(shared_api, person, organization) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_an_ended_membership_stays_in_the_list_and_leaves_members_and_section(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    made = (await join(shared_api, person, organization)).json()
    path = f"/v1/customers/{person}/memberships/{made['id']}"
    ended = await shared_api.call("DELETE", path)
    again = await shared_api.call("DELETE", path)
    assert (ended.status_code, ended.content, again.status_code) == (204, b"", 204)
    listed = (await shared_api.get(f"/v1/customers/{person}/memberships")).json()["items"]
    assert [(each["id"], each["ended_at"] is None) for each in listed] == [(made["id"], False)]
    assert (await shared_api.get(f"/v1/customers/{organization}/members")).json()["items"] == []
    assert (await section_of(shared_api, person))["memberships"] == []
    assert (await shared_api.get(f"/v1/customers/{person}")).json()["version"] == 3


async def test_who_left_may_join_again(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    made = (await join(shared_api, person, organization)).json()
    await shared_api.call("DELETE", f"/v1/customers/{person}/memberships/{made['id']}")
    again = await join(shared_api, person, organization)
    assert (again.status_code, again.json()["id"] == made["id"]) == (201, False)


async def test_a_supplier_has_members_too(shared_api: Api) -> None:
    person, supplier = (await shared_api.create())["id"], (await shared_api.create(kind="supplier"))["id"]
    assert (await join(shared_api, person, supplier)).status_code == 201


@pytest.mark.parametrize(
    ("member", "host", "code"),
    [
        ("organization", "organization", "not-a-person"),
        ("supplier", "organization", "not-a-person"),
        ("person", "person", "not-an-organization"),
    ],
)
async def test_only_people_join_and_only_organizations_are_joined(
    shared_api: Api, member: str, host: str, code: str
) -> None:
    one, other = await shared_api.create(kind=member), await shared_api.create(kind=host)
    answer = await join(shared_api, one["id"], other["id"])
    assert (answer.status_code, answer.json()["type"]) == (409, f"urn:hamdel:problem:{code}")


async def test_nobody_is_a_member_of_itself(shared_api: Api) -> None:
    person = (await shared_api.create())["id"]
    assert (await join(shared_api, person, person)).status_code == 409


async def test_a_kind_does_not_change_under_a_membership(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    made = (await join(shared_api, person, organization)).json()
    for customer, version, kind in ((person, 2, "organization"), (organization, 1, "person")):
        answer = await shared_api.patch(customer, version, {"kind": kind})
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:has-memberships")
    await shared_api.call("DELETE", f"/v1/customers/{person}/memberships/{made['id']}")
    assert (await shared_api.patch(organization, 1, {"kind": "person"})).status_code == 200


async def test_who_is_unknown_neither_joins_nor_is_joined_nor_listed(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    unknown = await join(shared_api, person, NOBODY)
    assert (unknown.status_code, pointers(unknown)) == (404, ["/organization_id"])
    assert (await join(shared_api, NOBODY, organization)).status_code == 404
    for path in (f"{NOBODY}/memberships", f"{NOBODY}/members"):
        assert (await shared_api.get(f"/v1/customers/{path}")).status_code == 404
    assert await shared_api.rows("SELECT count(*) FROM event_streams WHERE customer_id = :id", id=NOBODY) == [(0,)]


async def test_a_membership_of_somebody_else_is_not_found(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    made = (await join(shared_api, person, organization)).json()
    other = (await shared_api.create())["id"]
    for path in (f"{other}/memberships/{made['id']}", f"{person}/memberships/{NOBODY}"):
        answer = await shared_api.call("DELETE", f"/v1/customers/{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-membership")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "x"}, "/organization_id"),
        ({"organization_id": "x", "role": "x"}, "/organization_id"),
        ({"organization_id": NOBODY}, "/role"),
        ({"organization_id": NOBODY, "role": " \u200c "}, "/role"),
        ({"organization_id": NOBODY, "role": "x" * 65}, "/role"),
        ({"organization_id": NOBODY, "role": "x", "title": ""}, "/title"),
        ({"organization_id": NOBODY, "role": "x", "since": "2026-02-30"}, "/since"),
        ({"organization_id": NOBODY, "role": "x", "since": 7}, "/since"),
        ({"organization_id": NOBODY, "role": "x", "since": "2026-01-02", "until": "2026-01-01"}, "/until"),
        ({"organization_id": NOBODY, "role": "x", "organization_name": "x"}, "/organization_name"),
    ],
)
async def test_a_membership_that_is_not_allowed_is_refused_with_its_place(
    shared_api: Api, body: Any, pointer: str
) -> None:
    person = (await shared_api.create())["id"]
    answer = await shared_api.call("POST", f"/v1/customers/{person}/memberships", body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_the_pages_of_members_hold_everybody_once(shared_api: Api) -> None:
    organization = (await shared_api.create(kind="organization"))["id"]
    people = [(await shared_api.create())["id"] for _ in range(5)]
    for person in people:
        await join(shared_api, person, organization)
    seen, cursor = [], ""
    while True:
        page = (await shared_api.get(f"/v1/customers/{organization}/members?limit=2{cursor}")).json()
        seen += [each["person_id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == people


@pytest.mark.parametrize("list_", ["members", "memberships"])
async def test_a_cursor_of_another_list_is_malformed(shared_api: Api, list_: str) -> None:
    organization = (await shared_api.create(kind="organization"))["id"]
    assert (await shared_api.get(f"/v1/customers/{organization}/{list_}?cursor=WzcsImEiXQ")).status_code == 400


async def test_a_person_has_at_most_a_hundred_memberships_at_once(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    await join(shared_api, person, organization, "role-0")
    async with shared_api.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO memberships (id, person_id, organization_id, role, created_at) "
            f"SELECT gen_random_uuid(), '{person}', '{organization}', 'r' || n, now() FROM generate_series(1, 99) AS n"
        )
    answer = await join(shared_api, person, organization, "one more")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:too-many-memberships")


async def test_writing_memberships_is_for_writers_and_a_customer_reads_its_own(shared_api: Api) -> None:
    person, organization = await pair(shared_api)
    made = (await join(shared_api, person, organization)).json()
    own = f"/v1/customers/{person}/memberships"
    analyst, customer = shared_api.as_role("analyst"), shared_api.as_role("customer", customer_id=person)
    for caller in (analyst, customer):
        assert (await join(caller, person, organization)).status_code == 403
        assert (await caller.call("DELETE", f"{own}/{made['id']}")).status_code == 403
        assert (await caller.get(own)).status_code == 200
    stranger = shared_api.as_role("customer", customer_id=organization)
    assert (await stranger.get(own)).status_code == 403
    assert (await analyst.get(f"/v1/customers/{organization}/members")).status_code == 200
    assert (await customer.get(f"/v1/customers/{organization}/members")).status_code == 403
