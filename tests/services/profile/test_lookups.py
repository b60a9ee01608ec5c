"""Finding customers by what they are known under, one by one and in bulk."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from hamdel.database import UnitOfWorkFactory
from profile_service.identifiers import canonical, service
from profile_service.identifiers.domain import Wanted
from profile_service.identifiers.service import Resolved
from tests.services.profile.support import CONTEXT, Api, events, rows


def wanted(*keys: str, type_: str = "external:cdnow") -> list[Wanted]:
    """Identifiers of one type."""
    return [canonical.wanted(type_, key, "IR") for key in keys]


async def test_a_plus_in_the_path_needs_no_escape(api: Api) -> None:
    made = await api.create(identifiers=[{"type": "phone", "value": "+989123456789"}])
    assert (await api.get("/v1/customers/by/phone/+989123456789")).json()["id"] == made["id"]


@pytest.mark.parametrize("path", ["cookie/CC1", "card/cc1", "external:shop/cc1"])
async def test_an_identifier_of_another_type_or_case_is_not_found(api: Api, path: str) -> None:
    await api.create(identifiers=[{"type": "cookie", "value": "cc1"}])
    assert (await api.get(f"/v1/customers/by/{path}")).status_code == 404


async def test_resolve_answers_in_order_what_it_found_and_what_is_missing(api: Api) -> None:
    made = await api.create(
        identifiers=[{"type": "phone", "value": "09121234567"}, {"type": "email", "value": "a@b.co"}]
    )
    body = {
        "identifiers": [
            {"type": "email", "value": "A@B.Co"},
            {"type": "cookie", "value": "nobody"},
            {"type": "phone", "value": "0912 123 4567"},
        ]
    }
    answer = await api.call("POST", "/v1/customers/resolve", body)
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {"id": made["id"], "status": "found"},
            {"id": None, "status": "missing"},
            {"id": made["id"], "status": "found"},
        ]
    }
    assert await api.rows("SELECT count(*) FROM customers") == [(1,)]


async def test_resolve_makes_the_missing_ones_and_the_same_one_once(api: Api) -> None:
    body: dict[str, Any] = {
        "create_missing": True,
        "identifiers": [{"type": "phone", "value": value} for value in ("0912 123 4567", "09121234568", "۰۹۱۲۱۲۳۴۵۶۷")],
    }
    items = (await api.call("POST", "/v1/customers/resolve", body)).json()["items"]
    assert [item["status"] for item in items] == ["created"] * 3
    assert items[0]["id"] == items[2]["id"] != items[1]["id"]
    again = (await api.call("POST", "/v1/customers/resolve", body)).json()["items"]
    assert again == [{"id": item["id"], "status": "found"} for item in items]


async def test_a_customer_made_by_resolve_is_whole(api: Api) -> None:
    body = {"create_missing": True, "identifiers": [{"type": "external:cdnow", "value": "00042"}]}
    answer = await api.call("POST", "/v1/customers/resolve", body)
    made = (await api.get("/v1/customers/by/external:cdnow/00042")).json()
    assert answer.json()["items"] == [{"id": made["id"], "status": "created"}]
    assert (made["kind"], made["version"], made["identifiers"][0]["value"]) == ("person", 1, "00042")
    assert [each["type"] for each in await api.events(made["id"])] == [
        "profile.customer_created.v1", "profile.identifier_added.v1",
    ]  # fmt: skip
    history = (await api.get(f"/v1/customers/{made['id']}/history")).json()["items"]
    assert history[0]["new"] == {"kind": "person", "identifiers": made["identifiers"]}


async def test_a_resolve_of_one_place_that_is_wrong_is_refused_and_names_it(api: Api) -> None:
    body = {"create_missing": True, "identifiers": [{"type": "cookie", "value": "a"}, {"type": "fax", "value": "1"}]}
    answer = await api.call("POST", "/v1/customers/resolve", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/identifiers/1/type"
    assert await api.rows("SELECT count(*) FROM customers") == [(0,)]


async def test_more_than_a_thousand_identifiers_at_once_are_refused(api: Api) -> None:
    body = {"identifiers": [{"type": "cookie", "value": str(n)} for n in range(1001)]}
    assert (await api.call("POST", "/v1/customers/resolve", body)).status_code == 422


async def test_resolve_of_no_identifier_answers_nothing(api: Api) -> None:
    answer = await api.call("POST", "/v1/customers/resolve", {"create_missing": True, "identifiers": []})
    assert answer.json() == {"items": []}


async def test_resolves_at_once_never_make_two_customers_for_one_identifier(units: UnitOfWorkFactory) -> None:
    keys = [f"key-{number}" for number in range(60)]

    async def run(number: int) -> list[Resolved]:
        order = keys[number * 7 % 60 :] + keys[: number * 7 % 60]
        async with units(CONTEXT) as unit:
            found = await service.resolve(unit, wanted(*order), create_missing=True)
        return [each for _, each in sorted(zip(order, found, strict=True), key=lambda pair: pair[0])]

    outcomes = await asyncio.gather(*(run(number) for number in range(8)))
    assert len({tuple(each.customer_id for each in outcome) for outcome in outcomes}) == 1
    created = [each for outcome in outcomes for each in outcome if each.status == "created"]
    assert len(created) == len(keys)
    assert await rows(units.engine, "SELECT count(*) FROM customers") == [(60,)]
    assert await rows(units.engine, "SELECT count(*) FROM event_streams") == [(60,)]
    assert await rows(units.engine, "SELECT count(*) FROM outbox") == [(120,)]


async def test_a_resolve_that_overlaps_a_create_finds_its_customer(units: UnitOfWorkFactory) -> None:
    first, second = asyncio.Event(), asyncio.Event()

    async def slow() -> UUID | None:
        async with units(CONTEXT) as unit:
            found = await service.resolve(unit, wanted("k"), create_missing=True)
            first.set()
            await second.wait()
        return found[0].customer_id

    async def late() -> Resolved:
        await first.wait()
        asyncio.get_running_loop().call_later(0.2, second.set)
        async with units(CONTEXT) as unit:
            return (await service.resolve(unit, wanted("k"), create_missing=True))[0]

    made, found = await asyncio.gather(slow(), late())
    assert found == Resolved(made, "found")


async def test_a_thousand_identifiers_take_as_few_statements_as_two(units: UnitOfWorkFactory) -> None:
    counted = [0]

    def count(*_: object) -> None:
        counted[0] += 1

    event.listen(units.engine.sync_engine, "before_cursor_execute", count)
    taken = []
    for keys in (["a", "b"], [f"n{number}" for number in range(1000)]):
        counted[0] = 0
        async with units(CONTEXT) as unit:
            await service.resolve(unit, wanted(*keys), create_missing=True)
        taken.append(counted[0])
    assert taken[0] == taken[1] <= 14
    assert await rows(units.engine, "SELECT count(*) FROM customers") == [(1002,)]


async def test_the_events_of_a_bulk_resolve_are_numbered_per_customer(units: UnitOfWorkFactory) -> None:
    async with units(CONTEXT) as unit:
        found = await service.resolve(unit, wanted("a", "b", "c"), create_missing=True)
    for each in found:
        assert each.customer_id is not None
        assert [int(one["sequence"]) for one in await events(units.engine, each.customer_id)] == [1, 2]
