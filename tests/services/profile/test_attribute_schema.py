"""The attribute schema over HTTP: set by an admin, asked on every change of attributes."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.services.profile.support import Api, pointers

PATH = "/v1/attribute-schema"
PLAN = {
    "type": "object",
    "properties": {"plan": {"enum": ["gold", "silver"]}, "seats": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}


async def put(api: Api, schema: Any, version: int | None = None) -> httpx.Response:
    """Sets the schema, replacing a version."""
    return await api.call("PUT", PATH, {"schema": schema}, {"If-Match": f'"{version}"'} if version else None)


async def test_without_a_schema_there_is_nothing_to_read_and_everything_is_allowed(api: Api) -> None:
    answer = await api.get(PATH)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:no-attribute-schema")
    await api.create(attributes={"anything": [1, {"goes": True}]})


async def test_the_schema_is_read_as_it_was_set(api: Api) -> None:
    made = await put(api, PLAN)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    read = await api.as_role("analyst").get(PATH)
    assert read.json() == made.json()
    assert (read.json()["version"], read.json()["schema"], read.json()["set_by"]) == (1, PLAN, "test-admin")


async def test_every_version_stays(api: Api) -> None:
    await put(api, PLAN)
    replaced = await put(api, {}, 1)
    assert (replaced.status_code, replaced.json()["version"], replaced.headers["ETag"]) == (200, 2, '"2"')
    assert await api.rows("SELECT version, schema FROM attribute_schemas ORDER BY version") == [(1, PLAN), (2, {})]


async def test_replacing_a_schema_needs_the_version_that_is_in_force(api: Api) -> None:
    assert (await put(api, PLAN, 1)).status_code == 412
    await put(api, PLAN)
    assert (await put(api, {})).status_code == 428
    assert (await put(api, {}, 2)).status_code == 412
    assert (await api.get(PATH)).json()["schema"] == PLAN


async def test_of_eight_replacements_of_one_version_one_wins(api: Api) -> None:
    await put(api, PLAN)
    answers = await asyncio.gather(*(put(api, {"maxProperties": n}, 1) for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_a_create_is_held_to_the_schema(api: Api) -> None:
    await put(api, PLAN)
    good = await api.create(attributes={"plan": "gold", "seats": 3})
    body = {"attributes": {"plan": "lead", "seats": 0, "colour": "red"}}
    answer = await api.call("POST", "/v1/customers", body)
    assert good["attributes"] == {"plan": "gold", "seats": 3}
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hamdel:problem:invalid-value")
    assert sorted(pointers(answer)) == ["/attributes/colour", "/attributes/plan", "/attributes/seats"]


async def test_a_create_misses_what_the_schema_requires(api: Api) -> None:
    await put(api, {"required": ["plan"]})
    answer = await api.call("POST", "/v1/customers", {}, {"Accept-Language": "fa"})
    assert (answer.status_code, answer.json()["errors"]) == (
        422, [{"pointer": "/attributes/plan", "message": "این فیلد لازم است"}],
    )  # fmt: skip


async def test_a_patch_is_held_to_the_schema_by_what_it_makes_of_the_attributes(api: Api) -> None:
    await put(api, PLAN)
    made = await api.create(attributes={"plan": "gold"})
    refused = await api.patch(made["id"], 1, {"attributes": {"seats": "many"}})
    assert (refused.status_code, pointers(refused)) == (422, ["/attributes/seats"])
    assert (await api.patch(made["id"], 1, {"attributes": {"seats": 2}})).status_code == 200


async def test_who_is_stored_already_is_checked_when_its_attributes_change_and_not_before(api: Api) -> None:
    made = await api.create(attributes={"colour": "red"})
    await put(api, PLAN)
    assert (await api.get(f"/v1/customers/{made['id']}")).json()["attributes"] == {"colour": "red"}
    assert (await api.patch(made["id"], 1, {"gender": "f"})).status_code == 200
    refused = await api.patch(made["id"], 2, {"attributes": {"plan": "gold"}})
    assert pointers(refused) == ["/attributes/colour"]
    assert (await api.patch(made["id"], 2, {"attributes": {"plan": "gold", "colour": None}})).status_code == 200


async def test_a_newer_schema_counts_from_the_next_request_on(api: Api) -> None:
    await put(api, PLAN)
    await api.create(attributes={"plan": "gold"})
    await put(api, {"maxProperties": 0}, 1)
    assert (await api.call("POST", "/v1/customers", {"attributes": {"plan": "gold"}})).status_code == 422


async def test_a_schema_set_by_another_replica_counts_too(api: Api) -> None:
    await put(api, PLAN)
    await api.create(attributes={"plan": "gold"})
    async with api.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO attribute_schemas SELECT 2, gen_random_uuid(), '{\"maxProperties\": 0}', 'x', now()"
        )
    assert (await api.call("POST", "/v1/customers", {"attributes": {"plan": "gold"}})).status_code == 422


async def test_an_importer_makes_customers_of_whom_no_attribute_is_known(api: Api) -> None:
    await put(api, {"required": ["plan"]})
    body = {"create_missing": True, "identifiers": [{"type": "external:shop", "value": "customer-7"}]}
    items = (await api.call("POST", "/v1/customers/resolve", body)).json()["items"]
    assert items[0]["status"] == "created"


async def test_a_restore_of_attributes_is_held_to_the_schema(api: Api) -> None:
    made = await api.create(attributes={"plan": "lead"})
    await api.patch(made["id"], 1, {"attributes": {"plan": "gold"}})
    await put(api, PLAN)
    answer = await api.call(
        "POST",
        f"/v1/customers/{made['id']}/history/restore",
        {"version": 2, "field": "/attributes/plan"},
        {"If-Match": '"2"'},
    )
    assert (answer.status_code, pointers(answer)) == (422, ["/attributes/plan"])


async def test_the_deepest_schema_that_is_allowed_is_accepted(api: Api) -> None:
    schema: Any = {}
    for _ in range(18):
        schema = {"not": schema}
    assert (await put(api, schema)).status_code == 201
    await api.call("POST", "/v1/customers", {"attributes": {"a": 1}})
