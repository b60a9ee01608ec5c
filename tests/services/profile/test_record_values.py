"""Each field of the record: what it takes, that it comes back as it was, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_NAME = {"given": None, "family": None, "display": None}
NO_ADDRESS = dict.fromkeys(("line1", "line2", "city", "region", "postal_code", "country"))

KEPT: list[tuple[str, Any]] = [
    ("kind", "supplier"),
    ("birth_date", "1990-05-17"),
    ("birth_date", "1899-12-31"),
    ("gender", "زن"),
    ("occupation", "مهندس نرم\u200cافزار"),
    ("income_band", "40-60m"),
    ("location", {"lat": -90.0, "lon": 180.0}),
    ("location", {"lat": 35.699738, "lon": 51.337788}),
    ("interests", ["کتاب", "tea", "🎵"]),
    ("preferences", {"newsletter": False, "sizes": [38, 39.5], "nested": {"ك": None}}),
    ("special_needs", "ویلچر\nlarge print"),
    ("attributes", {"float": 0.1, "big": 2**62, "list": [True, None, "x"]}),
    ("tags", ["vip", "ویژه"]),
    ("timezone", "Asia/Tehran"),
    ("timezone", "UTC"),
    *[("language", tag) for tag in ("fa", "fa-IR", "az-Arab-IR", "sr-Latn", "es-419", "sl-rozaj-biske",
      "zh-cmn-Hans-CN", "de-CH-1901", "en-US-u-islamcal", "x-whatever", "ckb", "fa-x-nastaliq", "EN-latn-us")],
]  # fmt: skip

REFUSED: list[tuple[Any, str]] = [
    *[({"language": tag}, "/language") for tag in ("", "f", "persian language", "fa_IR", "fa-", "-fa", "fa-I", "en-a-b",
      "123", "fa--IR", "x-", "فا", "fa-IR\n", "abcdefghi", "fa-" + "abcde-" * 6 + "fg")],
    *[({"timezone": zone}, "/timezone") for zone in ("", "asia/tehran", "+03:30", "Asia/Teheran", "../UTC",
      "Asia/Tehran\n")],
    ({"gender": " "}, "/gender"),
    ({"occupation": "\u200c"}, "/occupation"),
    ({"special_needs": "\n"}, "/special_needs"),
    ({"special_needs": "x" * 2001}, "/special_needs"),
    ({"income_band": 7}, "/income_band"),
    ({"interests": ["a", " "]}, "/interests/1"),
    ({"name": {"given": "\u00a0"}}, "/name/given"),
    ({"name": {"other_script": {"given": ""}}}, "/name/other_script/given"),
    ({"name": {"other_script": {"other_script": {}}}}, "/name/other_script/other_script"),
    ({"name": {"other_script": "Sara"}}, "/name/other_script"),
    ({"address": {"postal_code": "x" * 21}}, "/address/postal_code"),
    ({"address": {"city": "  "}}, "/address/city"),
    ({"location": {"lat": "north", "lon": 1}}, "/location/lat"),
    ({"preferences": [1]}, "/preferences"),
    ({"birth_date": "1369/02/27"}, "/birth_date"),
    ({"archived_at": None}, "/archived_at"),
    ({"last_verified_at": "2026-01-01T00:00:00Z"}, "/last_verified_at"),
    ({"memberships": []}, "/memberships"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), KEPT)
async def test_a_field_comes_back_as_it_was_given_from_create_read_and_patch(
    shared_api: Api, field: str, value: Any
) -> None:
    made = await shared_api.create(**{field: value})
    other = await shared_api.create()
    patched = (await shared_api.patch(other["id"], 1, {field: value})).json()
    read = (await shared_api.get(f"/v1/customers/{made['id']}")).json()
    without_nulls = {"newsletter": False, "sizes": [38, 39.5], "nested": {}} if field == "preferences" else value
    assert (made[field], read[field], patched[field]) == (value, value, without_nulls)


@pytest.mark.parametrize(("body", "pointer"), REFUSED)
async def test_a_value_that_is_not_allowed_is_refused_with_its_place(shared_api: Api, body: Any, pointer: str) -> None:
    answer = await shared_api.call("POST", "/v1/customers", body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])


async def test_a_name_in_both_scripts_is_kept_changed_and_told(shared_api: Api) -> None:
    name: dict[str, Any] = {"given": "سارا", "family": "کریمی", "other_script": {"given": "Sara", "family": "Karimi"}}
    made = await shared_api.create(name=name)
    whole = {**NO_NAME, **name, "other_script": {**NO_NAME, **name["other_script"]}}
    assert made["name"] == whole
    patched = await shared_api.patch(made["id"], 1, {"name": {"other_script": {"family": "Karimy"}}})
    whole["other_script"]["family"] = "Karimy"
    assert patched.json()["name"] == (await shared_api.get(f"/v1/customers/{made['id']}")).json()["name"] == whole
    line = (await shared_api.get(f"/v1/customers/{made['id']}/history?limit=1")).json()["items"][0]
    assert (line["field"], line["old"], line["new"]) == ("/name/other_script/family", "Karimi", "Karimy")
    section = (await shared_api.as_role("service").get(f"/internal/sections/{made['id']}")).json()["data"]
    assert section["name"] == whole


async def test_a_name_that_says_nothing_in_the_other_script_is_none(shared_api: Api) -> None:
    made = await shared_api.create(name={"given": "Sara", "other_script": {"family": None}})
    assert made["name"] == {**NO_NAME, "given": "Sara", "other_script": None}
    taken = await shared_api.create(name={"other_script": {"given": "Sara"}})
    patched = await shared_api.patch(taken["id"], 1, {"name": {"other_script": None}})
    assert patched.json()["name"] == {**NO_NAME, "other_script": None}


async def test_an_address_comes_back_part_by_part(shared_api: Api) -> None:
    address = {"line1": "آزادی ۱", "city": "تهران", "postal_code": "۱۲۳۴۵-۶۷۸۹", "country": "IR"}
    made = await shared_api.create(address=address)
    patched = await shared_api.patch(made["id"], 1, {"address": {"line2": "واحد ۳", "city": None}})
    assert patched.json()["address"] == {**NO_ADDRESS, **address, "line2": "واحد ۳", "city": None}


async def test_two_customers_of_one_bulk_insert_keep_what_is_theirs(shared_api: Api) -> None:
    body = {"create_missing": True, "identifiers": [{"type": "external:bulk", "value": f"b-{n}"} for n in range(3)]}
    items = (await shared_api.call("POST", "/v1/customers/resolve", body)).json()["items"]
    made = [(await shared_api.get(f"/v1/customers/{item['id']}")).json() for item in items]
    assert [each["identifiers"][0]["value"] for each in made] == ["b-0", "b-1", "b-2"]
    assert all(each["address"] is each["birth_date"] is each["location"] is None for each in made)
    assert await shared_api.rows("SELECT count(*) FROM customers WHERE address = 'null'::jsonb") == [(0,)]
