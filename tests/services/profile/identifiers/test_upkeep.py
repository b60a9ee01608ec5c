"""Rows that older rules made become findable by the present ones."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from profile_service.identifiers.canonical import CANONICAL_VERSION
from profile_service.identifiers.upkeep import recanonicalise, renew_identifiers
from tests.services.profile.support import CONTEXT, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")

INSERT = text(
    "INSERT INTO identifiers (id, customer_id, type, raw, canonical, exclusive, normaliser_version, created_at)"
    " VALUES (:id, :customer_id, :type, :raw, :canonical, :exclusive, 1, now())"
)


async def old(api: Api, type_: str, raw: str, canonical: str) -> str:
    """A customer with an identifier as the first rules stored it; the customer's id."""
    made = await api.create()
    row: dict[str, Any] = {"id": new_id(), "customer_id": made["id"], "type": type_, "raw": raw, "canonical": canonical}
    async with api.engine.begin() as connection:
        await connection.execute(INSERT, {**row, "exclusive": type_ not in ("phone", "email", "cookie")})
    customer_id: str = made["id"]
    return customer_id


async def renewed(api: Api) -> None:
    """What the service does when it starts."""
    await renew_identifiers(api.app.state.services)


async def found(api: Api, path: str) -> Any:
    """Whom a lookup finds, or its status."""
    answer = await api.get(f"/v1/customers/by/{path}")
    return answer.json()["id"] if answer.status_code == 200 else answer.status_code


@pytest.mark.parametrize(
    ("type_", "raw", "canonical", "path"),
    [
        ("phone", "0912 345 6789", "09123456789", "phone/+989123456789"),
        ("email", "Sara@EXAMPLE.com", "sara@example.com", "email/sara@example.com"),
        ("national_id", "12345679", "12345679", "national_id/0012345679"),
        ("card", "aB", "aB", "card/aB"),
    ],
)
async def test_an_old_row_is_found_by_the_present_rules_after_the_start(
    shared_api: Api, type_: str, raw: str, canonical: str, path: str
) -> None:
    customer_id = await old(shared_api, type_, raw, canonical)
    await renewed(shared_api)
    assert await found(shared_api, path) == customer_id
    query = "SELECT raw, normaliser_version FROM identifiers WHERE customer_id = :id"
    assert await shared_api.rows(query, id=customer_id) == [(raw, CANONICAL_VERSION)]


async def test_what_customers_see_does_not_change(shared_api: Api) -> None:
    customer_id = await old(shared_api, "phone", "0912 345 6700", "09123456700")
    before = (await shared_api.get(f"/v1/customers/{customer_id}")).content
    await renewed(shared_api)
    assert (await shared_api.get(f"/v1/customers/{customer_id}")).content == before
    assert len(await shared_api.events(customer_id)) == 1


async def test_an_old_value_that_is_refused_today_stays_as_it_was(shared_api: Api) -> None:
    customer_id = await old(shared_api, "phone", "1234", "1234")
    await renewed(shared_api)
    query = "SELECT canonical, normaliser_version FROM identifiers WHERE customer_id = :id"
    assert await shared_api.rows(query, id=customer_id) == [("1234", 1)]


async def test_of_two_old_rows_that_mean_one_person_the_older_keeps_the_form(shared_api: Api) -> None:
    older = await old(shared_api, "national_id", "0071234561", "0071234561")
    younger = await old(shared_api, "national_id", "7123-4561", "7123-4561")
    await renewed(shared_api)
    assert await found(shared_api, "national_id/0071234561") == older
    query = "SELECT canonical, normaliser_version FROM identifiers WHERE customer_id = :id"
    assert await shared_api.rows(query, id=younger) == [("7123-4561", 1)]


async def test_an_old_row_does_not_take_what_another_customer_has_by_now(shared_api: Api) -> None:
    late = await old(shared_api, "national_id", "101234562", "101234562")
    made = await shared_api.create(identifiers=[{"type": "national_id", "value": "0101234562"}])
    await renewed(shared_api)
    assert await found(shared_api, "national_id/0101234562") == made["id"]
    assert await shared_api.rows("SELECT canonical FROM identifiers WHERE customer_id = :id", id=late) == [
        ("101234562",)
    ]


async def test_old_rows_of_a_shared_type_may_come_to_one_form(shared_api: Api) -> None:
    family = [await old(shared_api, "phone", raw, raw) for raw in ("09123456701", "+989123456701")]
    await renewed(shared_api)
    assert (await shared_api.get("/v1/customers/by/phone/09123456701")).json()["customer_ids"] == sorted(family)


async def test_two_replicas_that_start_at_once_do_not_disturb_each_other(shared_api: Api) -> None:
    for number in range(5):
        await old(shared_api, "phone", f"0912000000{number}", f"0912000000{number}")
    await asyncio.gather(renewed(shared_api), renewed(shared_api), renewed(shared_api))
    query = "SELECT count(*) FROM identifiers WHERE canonical LIKE '+98912000000_'"
    assert await shared_api.rows(query) == [(5,)]


@pytest.mark.asyncio(loop_scope="function")
async def test_a_second_start_has_nothing_to_do(units: UnitOfWorkFactory, api: Api) -> None:
    await old(api, "phone", "0912 345 6789", "09123456789")
    await renewed(api)
    async with units(CONTEXT) as unit:
        assert await recanonicalise(unit, "IR") == (None, 0)
