"""Creating and reading customers over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from hamdel.contracts.profile import CustomerCreated, IdentifierAdded
from tests.services.profile.support import Api, pointers

SARA: dict[str, Any] = {
    "kind": "person",
    "name": {
        "given": "سارا",
        "family": "کریمی",
        "display": "سارا ک.",
        "other_script": {"given": "Sara", "family": "Karimi", "display": "Sara K."},
    },
    "identifiers": [
        {"type": "phone", "value": "+98 912 345 6789"},
        {"type": "national_id", "value": "0012345679"},
        {"type": "email", "value": "Sara@Example.com"},
    ],
    "birth_date": "1990-05-17",
    "gender": "female",
    "occupation": "engineer",
    "income_band": "B",
    "address": {"line1": "Azadi 1", "city": "Tehran", "postal_code": "1234567890", "country": "IR"},
    "location": {"lat": 35.7, "lon": 51.4},
    "language": "fa-IR",
    "timezone": "Asia/Tehran",
    "interests": ["books", "tea"],
    "preferences": {"newsletter": False, "sizes": [38, 39.5]},
    "special_needs": "large print",
    "attributes": {"plan": {"code": "gold", "since": 2019}},
    "tags": ["vip"],
}


async def test_a_created_customer_is_answered_whole(api: Api) -> None:
    made = await api.create(**SARA)
    assert made["version"] == 1
    assert made["created_at"] == made["updated_at"]
    assert [(each["type"], each["value"]) for each in made["identifiers"]] == [
        ("phone", "+98 912 345 6789"),
        ("national_id", "0012345679"),
        ("email", "Sara@Example.com"),
    ]
    assert made["address"] == {
        "line1": "Azadi 1", "line2": None, "city": "Tehran", "region": None,
        "postal_code": "1234567890", "country": "IR",
    }  # fmt: skip
    same = {key: value for key, value in SARA.items() if key not in {"identifiers", "address"}}
    assert {key: made[key] for key in same} == same


async def test_a_read_gives_what_the_create_gave(api: Api) -> None:
    made = await api.create(**SARA)
    answer = await api.get(f"/v1/customers/{made['id']}")
    assert answer.status_code == 200
    assert answer.json() == made
    assert answer.headers["ETag"] == '"1"'


async def test_a_customer_of_whom_nothing_is_known_can_be_created(api: Api) -> None:
    made = await api.create()
    assert made["kind"] == "person"
    assert made["name"] == {"given": None, "family": None, "display": None, "other_script": None}
    assert made["identifiers"] == made["tags"] == made["interests"] == []
    assert made["attributes"] == made["preferences"] == {}
    assert made["birth_date"] is made["address"] is made["location"] is None


async def test_a_create_answers_the_sequence_of_its_last_event(api: Api) -> None:
    answer = await api.call("POST", "/v1/customers", SARA)
    assert answer.headers["Hamdel-Sequence"] == "profile=4"
    assert answer.headers["ETag"] == '"1"'


async def test_a_create_records_one_event_for_the_customer_and_one_for_each_identifier(api: Api) -> None:
    made = await api.create(**SARA)
    events = await api.events(made["id"])
    assert [event["type"] for event in events] == [CustomerCreated.fact_type] + [IdentifierAdded.fact_type] * 3
    assert events[0]["data"] == {
        "customer_id": made["id"], "kind": "person", "language": "fa-IR", "timezone": "Asia/Tehran", "version": 1,
    }  # fmt: skip
    assert events[1]["data"] == {
        "customer_id": made["id"], "identifier_id": made["identifiers"][0]["id"], "type": "phone",
    }  # fmt: skip
    assert [int(event["sequence"]) for event in events] == [1, 2, 3, 4]


async def test_no_event_carries_a_name_or_the_value_of_an_identifier(api: Api) -> None:
    made = await api.create(**SARA)
    text = str(await api.events(made["id"]))
    told = ("سارا", "کریمی", "912 345 6789", "9123456789", "0012345679", "Example")
    assert not [word for word in told if word in text]


async def test_an_identifier_of_somebody_else_is_a_conflict_that_names_its_place(api: Api) -> None:
    await api.create(**SARA)
    body = {"identifiers": [{"type": "cookie", "value": "c1"}, {"type": "national_id", "value": "۰۰۱۲۳۴۵۶۷۹"}]}
    answer = await api.call("POST", "/v1/customers", body)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:hamdel:problem:identifier-taken"
    assert pointers(answer) == ["/identifiers/1"]


async def test_a_refused_create_leaves_nothing_behind(api: Api) -> None:
    await api.create(identifiers=[{"type": "card", "value": "c1"}])
    body = {"identifiers": [{"type": "cookie", "value": "new"}, {"type": "card", "value": "c1"}]}
    await api.call("POST", "/v1/customers", body)
    assert await api.rows("SELECT count(*) FROM customers") == [(1,)]
    assert await api.rows("SELECT count(*) FROM identifiers") == [(1,)]
    assert await api.rows("SELECT count(*) FROM event_streams") == [(1,)]


async def test_an_identifier_given_twice_in_one_body_is_refused(api: Api) -> None:
    body = {"identifiers": [{"type": "phone", "value": "0912 345 6789"}, {"type": "phone", "value": "+989123456789"}]}
    answer = await api.call("POST", "/v1/customers", body)
    assert answer.status_code == 422
    assert pointers(answer) == ["/identifiers/1"]


async def test_twenty_creates_at_once_with_one_identifier_make_one_customer(api: Api) -> None:
    body = {"identifiers": [{"type": "card", "value": "one"}]}
    answers = await asyncio.gather(*(api.call("POST", "/v1/customers", body) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert await api.rows("SELECT count(*) FROM customers") == [(1,)]


async def test_creates_that_name_the_same_identifiers_in_opposite_order_do_not_deadlock(api: Api) -> None:
    one, two = {"type": "card", "value": "a"}, {"type": "card", "value": "b"}
    bodies = [{"identifiers": [one, two]}, {"identifiers": [two, one]}] * 6
    answers = await asyncio.gather(*(api.call("POST", "/v1/customers", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11


async def test_a_repeated_create_with_the_same_idempotency_key_makes_one_customer(api: Api) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = await api.call("POST", "/v1/customers", SARA, headers)
    second = await api.call("POST", "/v1/customers", SARA, headers)
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"


async def test_an_unknown_customer_is_not_found(api: Api) -> None:
    answer = await api.get("/v1/customers/01890000-0000-7000-8000-000000000000")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:hamdel:problem:unknown-customer"


async def test_attributes_at_their_limits_come_back_as_they_were(api: Api) -> None:
    attributes = {
        "deep": {"b": {"c": {"d": "bottom"}}}, "list": [1, 2.5, None, True, "ك"], "big": 2**63 - 1, "small": -(2**62),
        "tiny": 1e-300, "round": 1e18, "none": None, "": "empty key",
    }  # fmt: skip
    made = await api.create(attributes=attributes)
    assert (await api.get(f"/v1/customers/{made['id']}")).json()["attributes"] == attributes


async def test_a_tag_given_twice_is_kept_once(api: Api) -> None:
    assert (await api.create(tags=["b", "a", "b"]))["tags"] == ["b", "a"]


async def test_an_address_that_says_nothing_is_no_address(api: Api) -> None:
    assert (await api.create(address={"city": None}))["address"] is None


async def test_the_known_ones_of_some_ids_are_told_to_services(api: Api) -> None:
    one, two = (await api.create())["id"], (await api.create())["id"]
    stranger = "01890000-0000-7000-8000-000000000000"
    query = f"id={two}&id={stranger}&id={one}&id={two}"
    answer = await api.as_role("service").get(f"/internal/customers/known?{query}")
    assert answer.json() == {"known": [two, one]}


async def test_more_than_a_thousand_ids_at_once_are_refused(api: Api) -> None:
    query = "&".join(["id=01890000-0000-7000-8000-000000000000"] * 1001)
    answer = await api.as_role("service").get(f"/internal/customers/known?{query}")
    assert answer.status_code == 422
