"""The index is as fresh as the customers, page follows page, and old rows are put in after a start."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import event

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from profile_service.customers import service as customers
from profile_service.customers.domain import empty_document
from profile_service.search.indexing import refill
from tests.services.profile.search_people import known_as, make, person, search, search_page
from tests.services.profile.support import CONTEXT, Api


async def ids_of(api: Api, q: str | None = None, **parameters: Any) -> list[str]:
    """The ids of the first page."""
    return [item["id"] for item in await search(api, q, **parameters)]


async def all_pages(api: Api, q: str | None = None, **parameters: Any) -> list[str]:
    """The ids of all pages, in order; at most fifty pages."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(50):
        page = await search_page(api, q, **parameters, **cursor)
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}
    raise AssertionError("the pages do not end")


async def test_a_changed_name_is_found_and_the_old_one_is_not(api: Api) -> None:
    made = await api.create(**person("سارا", "حسینی", "Sara Hosseini"))
    assert (await api.patch(made["id"], 1, {"name": {"family": "کرمانی", "other_script": None}})).status_code == 200
    assert await ids_of(api, "سارا کرمانی") == [made["id"]]
    assert await ids_of(api, "حسینی") == []
    assert await ids_of(api, "hosseini") == []


async def test_an_identifier_is_found_from_the_moment_it_is_added_until_it_is_removed(api: Api) -> None:
    made = await api.create(**person("سارا", "حسینی"))
    path = f"/v1/customers/{made['id']}/identifiers"
    added = await api.call("POST", path, {"type": "phone", "value": "09123456789"})
    assert added.status_code == 201, added.text
    assert await ids_of(api, "345678") == [made["id"]]
    assert (await api.call("DELETE", f"{path}/{added.json()['id']}")).status_code in (200, 204)
    assert await ids_of(api, "345678") == []
    assert await ids_of(api, "09123456789") == []


async def test_a_tag_is_found_while_it_is_there(api: Api) -> None:
    made = await api.create(**person("سارا", "حسینی", tags=["وفادار"]))
    assert await ids_of(api, tag="وفادار") == [made["id"]]
    assert (await api.patch(made["id"], 1, {"tags": []})).status_code == 200
    assert await ids_of(api, tag="وفادار") == []


async def test_a_renamed_organisation_lends_its_members_the_new_name(api: Api) -> None:
    made = await make(api, "foolad", "member")
    body = {"organization_id": made["foolad"], "role": "buyer"}
    assert (await api.call("POST", f"/v1/customers/{made['member']}/memberships", body)).status_code == 201
    version = (await api.get(f"/v1/customers/{made['foolad']}")).json()["version"]
    renamed = await api.patch(made["foolad"], version, {"name": {"display": "Northern Steel", "other_script": None}})
    assert renamed.status_code == 200
    assert await ids_of(api, "northern steel") == [made["foolad"], made["member"]]
    assert await ids_of(api, "فولاد") == []


@pytest.mark.parametrize("limit", [1, 3, 200])
async def test_pages_of_a_ranking_give_everybody_once_and_in_the_order_of_one_page(api: Api, limit: int) -> None:
    await make(
        api, "reza", "alireza", "swapped", "mahmoud", "karim", "sara", "alone", "gone", *(f"dup{n}" for n in range(7))
    )
    for q in ("رضا", "محمدی", "تکرار نمونه", "نمونه", "ح", "حسنیی"):
        whole = await ids_of(api, q, limit=200)
        assert await all_pages(api, q, limit=limit) == whole
        assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("q", ["sab", "sab kar", "sab 0912"])
async def test_pages_go_on_through_all_the_words_that_begin_alike(api: Api, q: str) -> None:
    names = [f"sab{letter}{letter} kar{letter}" for letter in "qwertyuiop"]
    made = [
        await api.create(**person(*name.split(), identifiers=known_as(phone=f"0912345678{at}")))
        for at, name in enumerate(names)
    ]
    whole = await ids_of(api, q, limit=200)
    assert await all_pages(api, q, limit=2) == whole
    assert whole == [made[at]["id"] for at in sorted(range(10), key=names.__getitem__)]


async def test_a_customer_made_meanwhile_neither_doubles_nor_hides_others(api: Api) -> None:
    await make(api, *(f"dup{number}" for number in range(6)))
    first = await search_page(api, "تکرار نمونه", limit=3)
    await make(api, "dup6")
    second = await search_page(api, "تکرار نمونه", limit=3, cursor=first["next_cursor"])
    ids = [item["id"] for item in first["items"] + second["items"]]
    assert (len(set(ids)), second["next_cursor"]) == (6, None)


async def test_without_a_query_a_tag_and_a_kind_list_the_newest_first(api: Api) -> None:
    made = await make(api, "sara", "alireza", "john", "foolad", "supplier")
    assert await all_pages(api, tag="vip", limit=1) == [made["john"], made["alireza"]]
    assert await all_pages(api, kind="person", limit=2) == [made["john"], made["alireza"], made["sara"]]
    assert await all_pages(api, kind="person", tag="press", limit=2) == [made["john"]]
    assert await all_pages(api, limit=2) == list(reversed(made.values()))
    assert {item["score"] for item in await search(api, tag="vip")} == {None}


async def test_a_cursor_that_is_none_of_ours_is_refused(api: Api) -> None:
    answer = await api.get("/v1/customers?q=sara&cursor=" + quote("WzEsMl0"))
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hamdel:problem:bad-cursor")


async def test_rows_of_other_rules_and_missing_ones_are_made_again_after_a_start(api: Api) -> None:
    made = await make(api, "sara", "john")
    async with api.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM search_keys")
        await connection.exec_driver_sql(f"DELETE FROM customer_search WHERE customer_id = '{made['john']}'")
        await connection.exec_driver_sql(
            "UPDATE customer_search SET keys_version = 0, document = e'\\x1f1zara\\x1f\\x1e'"
        )
        await connection.exec_driver_sql("INSERT INTO search_keys SELECT '1zara', customer_id FROM customer_search")
        await connection.exec_driver_sql("DELETE FROM search_words")
    assert await ids_of(api, "zara") == [made["sara"]]
    await refill(api.app.state.services)
    assert await ids_of(api, "sara hosseini") == [made["sara"]]
    assert await ids_of(api, "Jhon Smtih") == [made["john"]]
    assert await api.rows("SELECT count(*) FROM search_keys WHERE key = '1zara'") == [(0,)]


async def test_a_row_that_old_code_changed_is_made_again_after_a_start(api: Api) -> None:
    made = await make(api, "alone")
    async with api.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE customers SET version = 2, given_name = 'زری'")
    await refill(api.app.state.services)
    assert await ids_of(api, "زری حسینی") == [made["alone"]]
    assert await ids_of(api, "مینو") == []


async def test_a_thousand_customers_cost_no_more_statements_than_two(units: UnitOfWorkFactory) -> None:
    async def statements(count: int) -> int:
        seen: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        async with units(CONTEXT) as unit:
            event.listen(units.engine.sync_engine, "before_cursor_execute", note)
            await customers.add_all(unit, [(new_id(), named(number), []) for number in range(count)])
            event.remove(units.engine.sync_engine, "before_cursor_execute", note)
        return len(seen)

    def named(number: int) -> dict[str, Any]:
        return {**empty_document(), "name": {"given": f"name{number}"}}

    assert await statements(2) == await statements(1000)


async def test_two_who_bring_the_same_new_name_do_not_wait_for_each_other(units: UnitOfWorkFactory) -> None:
    async def add(unit: Any) -> None:
        await customers.add_all(unit, [(new_id(), {**empty_document(), "name": {"given": "نوآمده"}}, [])])

    async with units(CONTEXT) as first, units(CONTEXT) as second:
        await add(first)
        async with asyncio.timeout(2):
            await add(second)
