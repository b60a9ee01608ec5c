"""Giving a customer an identifier and taking it away again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from hamdel.ids import new_id
from profile_service.section import ProfileSection
from tests.services.profile.support import Api, pointers

PHONE = {"type": "phone", "value": "0912 345 6789"}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def card() -> dict[str, str]:
    """A card that nobody has."""
    return {"type": "card", "value": str(new_id())}


async def add(api: Api, customer_id: str, identifier: dict[str, str], **headers: str) -> httpx.Response:
    """One identifier for a customer."""
    return await api.call("POST", f"/v1/customers/{customer_id}/identifiers", identifier, headers)


async def remove(api: Api, customer_id: str, identifier_id: str) -> httpx.Response:
    """One identifier off a customer."""
    return await api.call("DELETE", f"/v1/customers/{customer_id}/identifiers/{identifier_id}")


async def known_as(api: Api, customer_id: str) -> list[tuple[str, str]]:
    """What a customer is known under."""
    found = (await api.get(f"/v1/customers/{customer_id}")).json()["identifiers"]
    return [(each["type"], each["value"]) for each in found]


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_customer_gets_an_identifier_and_is_found_by_it(shared_api: Api) -> None:
    made = await shared_api.create()
    answer = await add(shared_api, made["id"], {"type": "phone", "value": "0912 000 0001"})
    assert answer.status_code == 201
    assert answer.json() == {"id": answer.json()["id"], "type": "phone", "value": "0912 000 0001"}
    assert await known_as(shared_api, made["id"]) == [("phone", "0912 000 0001")]
    assert (await shared_api.get("/v1/customers/by/phone/+989120000001")).json()["id"] == made["id"]


async def test_an_identifier_it_has_already_in_another_spelling_changes_nothing(shared_api: Api) -> None:
    made = await shared_api.create(identifiers=[PHONE])
    answer = await add(shared_api, made["id"], {"type": "phone", "value": "+98 912 345 6789"})
    assert (answer.status_code, answer.json()) == (200, made["identifiers"][0])
    assert (await shared_api.get(f"/v1/customers/{made['id']}")).json() == made
    assert len(await shared_api.events(made["id"])) == 2


async def test_an_identifier_of_somebody_else_is_refused(shared_api: Api, card: dict[str, str]) -> None:
    await shared_api.create(identifiers=[card])
    made = await shared_api.create()
    answer = await add(shared_api, made["id"], card)
    assert problem(answer) == (409, "identifier-taken")
    assert pointers(answer) == ["/value"]
    assert await known_as(shared_api, made["id"]) == []


async def test_a_second_national_id_is_one_too_many(shared_api: Api) -> None:
    made = await shared_api.create(identifiers=[{"type": "national_id", "value": "0012345679"}])
    answer = await add(shared_api, made["id"], {"type": "national_id", "value": "0071234561"})
    assert problem(answer) == (409, "too-many-identifiers")


async def test_a_create_with_two_national_ids_is_refused_and_names_the_second(shared_api: Api) -> None:
    identifiers = [{"type": "national_id", "value": value} for value in ("0012345679", "0071234561")]
    answer = await shared_api.call("POST", "/v1/customers", {"identifiers": identifiers})
    assert problem(answer) == (422, "too-many-identifiers")
    assert pointers(answer) == ["/identifiers/1"]


async def test_the_maximum_counts_each_type_alone_and_a_removal_makes_room(shared_api: Api) -> None:
    accounts = [{"type": "social:x", "value": f"sara{number}"} for number in range(5)]
    made = await shared_api.create(identifiers=accounts)
    sixth = {"type": "social:x", "value": "sara5"}
    assert problem(await add(shared_api, made["id"], sixth)) == (409, "too-many-identifiers")
    assert (await add(shared_api, made["id"], {"type": "social:telegram", "value": "sara5"})).status_code == 201
    assert (await remove(shared_api, made["id"], made["identifiers"][0]["id"])).status_code == 204
    assert (await add(shared_api, made["id"], sixth)).status_code == 201


@pytest.mark.parametrize(
    ("identifier", "pointer"),
    [
        ({"type": "national_id", "value": "0012345678"}, "/value"),
        ({"type": "phone", "value": "1234"}, "/value"),
        ({"type": "email", "value": "sara"}, "/value"),
        ({"type": "card", "value": "null"}, "/value"),
        ({"type": "fax", "value": "1"}, "/type"),
        ({"type": "card"}, "/value"),
        ({"type": "card", "value": "1", "id": "x"}, "/id"),
    ],
)
async def test_what_is_no_identifier_is_refused_with_its_place(
    shared_api: Api, identifier: dict[str, str], pointer: str
) -> None:
    made = await shared_api.create()
    answer = await add(shared_api, made["id"], identifier)
    assert answer.status_code == 422
    assert pointers(answer) == [pointer]


async def test_a_wrong_check_digit_is_told_in_persian(shared_api: Api) -> None:
    body = {"identifiers": [PHONE, {"type": "national_id", "value": "0012345678"}]}
    answer = await shared_api.call("POST", "/v1/customers", body, {"Accept-Language": "fa"})
    assert problem(answer) == (422, "invalid-identifier")
    assert answer.json()["errors"] == [{"pointer": "/identifiers/1/value", "message": "رقم کنترل کد ملی درست نیست"}]


async def test_a_removed_identifier_finds_nobody_and_is_free_for_another(shared_api: Api, card: dict[str, str]) -> None:
    made, other = await shared_api.create(identifiers=[card]), await shared_api.create()
    answer = await remove(shared_api, made["id"], made["identifiers"][0]["id"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert await known_as(shared_api, made["id"]) == []
    assert (await shared_api.get(f"/v1/customers/by/card/{card['value']}")).status_code == 404
    assert (await add(shared_api, other["id"], card)).status_code == 201


async def test_only_an_identifier_of_the_customer_itself_can_be_removed(shared_api: Api, card: dict[str, str]) -> None:
    made, other = await shared_api.create(identifiers=[card]), await shared_api.create()
    answer = await remove(shared_api, other["id"], made["identifiers"][0]["id"])
    assert problem(answer) == (404, "unknown-identifier")
    assert await known_as(shared_api, made["id"]) == [("card", card["value"])]


async def test_a_removal_that_is_repeated_is_not_found(shared_api: Api, card: dict[str, str]) -> None:
    made = await shared_api.create(identifiers=[card])
    await remove(shared_api, made["id"], made["identifiers"][0]["id"])
    assert problem(await remove(shared_api, made["id"], made["identifiers"][0]["id"])) == (404, "unknown-identifier")


async def test_nobody_gets_or_loses_what_an_unknown_customer_is_named_for(shared_api: Api) -> None:
    nobody = str(new_id())
    assert problem(await add(shared_api, nobody, PHONE)) == (404, "unknown-customer")
    assert problem(await remove(shared_api, nobody, str(new_id()))) == (404, "unknown-customer")
    assert await shared_api.rows("SELECT 1 FROM event_streams WHERE customer_id = :id", id=nobody) == []


async def test_each_change_is_a_version_that_if_match_sees(shared_api: Api) -> None:
    made = await shared_api.create()
    identifier = (await add(shared_api, made["id"], PHONE)).json()
    assert (await shared_api.get(f"/v1/customers/{made['id']}")).headers["ETag"] == '"2"'
    stale = await shared_api.patch(made["id"], 1, {"gender": "f"})
    assert (stale.status_code, pointers(stale)) == (412, [f"/identifiers/{identifier['id']}"])
    await remove(shared_api, made["id"], identifier["id"])
    assert (await shared_api.get(f"/v1/customers/{made['id']}")).headers["ETag"] == '"3"'


async def test_the_history_tells_what_was_added_and_what_was_removed(shared_api: Api) -> None:
    made = await shared_api.create()
    identifier = (await add(shared_api, made["id"], PHONE)).json()
    await remove(shared_api, made["id"], identifier["id"])
    lines = (await shared_api.get(f"/v1/customers/{made['id']}/history")).json()["items"]
    told = [(line["version"], line["field"], line["old"], line["new"]) for line in lines]
    assert told[:2] == [
        (3, f"/identifiers/{identifier['id']}", PHONE, None),
        (2, f"/identifiers/{identifier['id']}", None, PHONE),
    ]


async def test_the_history_hides_a_number_from_those_who_may_not_see_it(shared_api: Api) -> None:
    made = await shared_api.create()
    identifier = (await add(shared_api, made["id"], PHONE)).json()
    await remove(shared_api, made["id"], identifier["id"])
    lines = (await shared_api.as_role("agent").get(f"/v1/customers/{made['id']}/history")).json()["items"]
    hidden = {"type": "phone", "value": "*********6789"}
    assert [(line["old"], line["new"]) for line in lines[:2]] == [(hidden, None), (None, hidden)]


async def test_the_facts_tell_the_type_and_never_the_value(shared_api: Api) -> None:
    made = await shared_api.create()
    identifier = (await add(shared_api, made["id"], PHONE)).json()
    await remove(shared_api, made["id"], identifier["id"])
    facts = await shared_api.events(made["id"])
    told = [each for each in facts if each["type"].startswith("profile.identifier_")]
    data = {"customer_id": made["id"], "identifier_id": identifier["id"], "type": "phone"}
    assert [(each["type"], each["data"]) for each in told] == [
        ("profile.identifier_added.v1", data),
        ("profile.identifier_removed.v1", data),
    ]
    assert [int(each["sequence"]) for each in facts] == list(range(1, len(facts) + 1))
    assert "6789" not in str(facts)


async def test_the_section_shows_the_change(shared_api: Api) -> None:
    made = await shared_api.create()
    await add(shared_api, made["id"], PHONE)
    customer_id = UUID(made["id"])
    async with shared_api.engine.connect() as connection:
        (data,) = (await ProfileSection().render(connection, {customer_id: [customer_id]})).values()
    section: dict[str, Any] = orjson.loads(data or b"")
    assert (section["identifiers"], section["version"]) == ([PHONE], 2)
    dirty = "SELECT sequence > section_published FROM event_streams WHERE customer_id = :id"
    assert await shared_api.rows(dirty, id=made["id"]) == [(True,)]


async def test_a_write_tells_its_sequence_and_its_replay_is_the_same(shared_api: Api) -> None:
    made = await shared_api.create()
    first = await add(shared_api, made["id"], PHONE, **{"Idempotency-Key": "k"})
    again = await add(shared_api, made["id"], PHONE, **{"Idempotency-Key": "k"})
    assert first.headers["Hamdel-Sequence"].startswith("profile=")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(("role", "allowed"), [("agent", 201), ("service", 201), ("analyst", 403), ("customer", 403)])
async def test_those_who_work_with_customers_may_add(shared_api: Api, role: str, allowed: int) -> None:
    made = await shared_api.create()
    caller = shared_api.as_role(role, customer_id=made["id"])
    assert (await add(caller, made["id"], PHONE)).status_code == allowed


async def test_the_table_of_types_can_be_read(shared_api: Api) -> None:
    answer = await shared_api.as_role("analyst").get("/v1/identifier-types")
    assert answer.status_code == 200
    *first, phone, _email, _cookie = answer.json()["items"]
    assert [each["type"] for each in first] == ["national_id", "organization_id", "card", "external:*", "social:*"]
    assert (phone["strength"], phone["maximum"], phone["priority"]) == ("shared", 20, 6)
    assert "-1" in phone["blocked"]
