"""Identifiers that several customers share: phones, e-mail addresses, cookies."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from tests.services.profile.support import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBERS = count(1000)


class Phone:
    """A phone that nobody has yet, in its spellings."""

    def __init__(self) -> None:
        digits = f"{next(NUMBERS):07d}"
        self.spellings = [f"0912 {digits[:3]} {digits[3:]}", f"+98912{digits}", f"0098-912-{digits}"]
        self.identifier = {"type": "phone", "value": self.spellings[0]}
        self.path = f"/v1/customers/by/phone/+98912{digits}"
        self.owners = f"SELECT count(*) FROM identifiers WHERE canonical = '+98912{digits}'"


@pytest.fixture
def phone() -> Phone:
    """A new number."""
    return Phone()


async def resolve(api: Api, values: list[str], *, create: bool = True) -> list[dict[str, Any]]:
    """What these phones point at."""
    body = {"create_missing": create, "identifiers": [{"type": "phone", "value": value} for value in values]}
    answer = await api.call("POST", "/v1/customers/resolve", body)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    ("type_", "value"), [("phone", "0912 345 6789"), ("email", "family@example.com"), ("cookie", "kiosk")]
)
async def test_a_family_shares_a_phone_an_address_and_a_browser(shared_api: Api, type_: str, value: str) -> None:
    family = [await shared_api.create(identifiers=[{"type": type_, "value": value}]) for _ in range(2)]
    assert family[0]["id"] != family[1]["id"]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("national_id", "0012345679"),
        ("organization_id", "10380284790"),
        ("card", "6037"),
        ("social:telegram", "@sara"),
        ("external:shop", "42"),
    ],
)
async def test_what_points_at_one_customer_is_refused_to_a_second(shared_api: Api, type_: str, value: str) -> None:
    body = {"identifiers": [{"type": type_, "value": value}]}
    await shared_api.create(**body)
    answer = await shared_api.call("POST", "/v1/customers", body)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:identifier-taken")


async def test_the_database_itself_refuses_the_second_owner_of_a_unique_identifier(shared_api: Api) -> None:
    query = "SELECT json_object_agg(indexname, indexdef) FROM pg_indexes WHERE tablename = 'identifiers'"
    ((indexes,),) = await shared_api.rows(query)
    assert indexes["identifiers_exclusive"].startswith("CREATE UNIQUE INDEX")
    assert indexes["identifiers_exclusive"].endswith("(type, canonical) WHERE exclusive")
    assert "identifiers_unique" not in indexes


async def test_a_phone_that_one_customer_has_finds_that_one(shared_api: Api, phone: Phone) -> None:
    made = await shared_api.create(identifiers=[phone.identifier])
    assert (await shared_api.get(phone.path)).json()["id"] == made["id"]


async def test_a_phone_that_several_have_is_ambiguous_and_names_them(shared_api: Api, phone: Phone) -> None:
    family = [await shared_api.create(identifiers=[phone.identifier]) for _ in range(3)]
    answer = await shared_api.get(phone.path)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "urn:hamdel:problem:ambiguous-identifier")
    assert problem["customer_ids"] == sorted(each["id"] for each in family)


async def test_of_very_many_who_share_a_phone_twenty_are_named(shared_api: Api, phone: Phone) -> None:
    await asyncio.gather(*(shared_api.create(identifiers=[phone.identifier]) for _ in range(23)))
    assert len((await shared_api.get(phone.path)).json()["customer_ids"]) == 20


async def test_an_ambiguous_identifier_has_persian_words(shared_api: Api, phone: Phone) -> None:
    for _ in range(2):
        await shared_api.create(identifiers=[phone.identifier])
    answer = await shared_api.get(phone.path, **{"Accept-Language": "fa"})
    assert answer.json()["title"] == "این شناسه میان چند مشتری مشترک است"


@pytest.mark.parametrize("create", [True, False])
async def test_resolve_tells_what_is_ambiguous_and_makes_no_third_customer(
    shared_api: Api, phone: Phone, create: bool
) -> None:
    for _ in range(2):
        await shared_api.create(identifiers=[phone.identifier])
    found = await resolve(shared_api, phone.spellings, create=create)
    assert found == [{"id": None, "status": "ambiguous"}] * 3
    assert await shared_api.rows(phone.owners) == [(2,)]


async def test_resolve_finds_the_one_owner_of_a_phone_in_any_spelling(shared_api: Api, phone: Phone) -> None:
    made = await shared_api.create(identifiers=[phone.identifier])
    assert await resolve(shared_api, phone.spellings) == [{"id": made["id"], "status": "found"}] * 3


async def test_resolve_makes_one_customer_for_a_phone_that_nobody_has(shared_api: Api, phone: Phone) -> None:
    made = await resolve(shared_api, phone.spellings)
    assert made == [{"id": made[0]["id"], "status": "created"}] * 3
    assert await shared_api.rows(phone.owners) == [(1,)]


async def test_resolve_names_every_place_that_is_wrong(shared_api: Api) -> None:
    values = ["0912 345 6789", "1234", "0912 345 6789", "--"]
    body = {"identifiers": [{"type": "phone", "value": value} for value in values]}
    answer = await shared_api.call("POST", "/v1/customers/resolve", body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hamdel:problem:invalid-identifier")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/identifiers/1/value", "/identifiers/3/value"]


async def test_a_lookup_reads_the_index_in_its_order(shared_api: Api) -> None:
    async with shared_api.engine.begin() as connection:
        # a table of three rows is read as a whole once it was analysed
        for way in ("enable_seqscan", "enable_bitmapscan"):
            await connection.execute(text("SELECT set_config(:way, 'off', true)"), {"way": way})
        plan = await connection.execute(
            text(
                "EXPLAIN SELECT DISTINCT customer_id FROM identifiers"
                " WHERE type = 'phone' AND canonical = '+989123456789' ORDER BY customer_id LIMIT 21"
            )
        )
        steps = str(plan.scalars().all())
    assert "identifiers_lookup" in steps
    assert "Sort" not in steps
