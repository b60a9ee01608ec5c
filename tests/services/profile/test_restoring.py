"""Restoring earlier values over HTTP, sources, and where each field has its value from."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from profile_service.history.repository import provenance
from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def restore(api: Api, customer_id: str, version: int, body: Any) -> httpx.Response:
    """A request to take a change back."""
    headers = {"If-Match": f'"{version}"'}
    return await api.call("POST", f"/v1/customers/{customer_id}/history/restore", body, headers)


async def newest_line(api: Api, customer_id: str) -> dict[str, Any]:
    """The last line of the history."""
    line: dict[str, Any] = (await api.get(f"/v1/customers/{customer_id}/history?limit=1")).json()["items"][0]
    return line


async def test_a_field_gets_the_value_back_that_it_had_before_a_change(shared_api: Api) -> None:
    made = await shared_api.create(name={"given": "Sara", "family": "Karimi"})
    await shared_api.patch(made["id"], 1, {"name": {"given": "Zara"}})
    await shared_api.patch(made["id"], 2, {"name": {"family": "Kazemi"}})
    answer = await restore(shared_api, made["id"], 3, {"version": 2, "field": "/name/given"})
    assert answer.status_code == 200
    assert (answer.json()["version"], answer.headers["ETag"]) == (4, '"4"')
    assert (answer.json()["name"]["given"], answer.json()["name"]["family"]) == ("Sara", "Kazemi")
    line = await newest_line(shared_api, made["id"])
    assert {key: line[key] for key in ("version", "field", "old", "new", "source")} == {
        "version": 4, "field": "/name/given", "old": "Zara", "new": "Sara", "source": "restore",
    }  # fmt: skip
    last = (await shared_api.events(made["id"]))[-1]
    assert last["data"] == {"customer_id": made["id"], "changed": ["/name/given"], "version": 4}


async def test_a_field_around_the_changed_ones_is_restored_as_a_whole(shared_api: Api) -> None:
    made = await shared_api.create(location={"lat": 35.7, "lon": 51.4})
    await shared_api.patch(made["id"], 1, {"location": None})
    answer = await restore(shared_api, made["id"], 2, {"version": 2, "field": "/location"})
    assert answer.json()["location"] == {"lat": 35.7, "lon": 51.4}


async def test_half_a_location_is_refused_like_in_a_patch(shared_api: Api) -> None:
    made = await shared_api.create(location={"lat": 35.7, "lon": 51.4})
    await shared_api.patch(made["id"], 1, {"location": None})
    answer = await restore(shared_api, made["id"], 2, {"version": 2, "field": "/location/lat"})
    assert (answer.status_code, pointers(answer)) == (422, ["/location/lon"])


async def test_a_field_that_had_no_value_loses_it_again(shared_api: Api) -> None:
    made = await shared_api.create()
    await shared_api.patch(made["id"], 1, {"gender": "f"})
    answer = await restore(shared_api, made["id"], 2, {"version": 2, "field": "/gender"})
    assert answer.json()["gender"] is None


async def test_restoring_what_is_there_already_changes_nothing(shared_api: Api) -> None:
    made = await shared_api.create(gender="f")
    await shared_api.patch(made["id"], 1, {"gender": "m"})
    await shared_api.patch(made["id"], 2, {"gender": "f"})
    answer = await restore(shared_api, made["id"], 3, {"version": 2, "field": "/gender"})
    assert (answer.status_code, answer.json()["version"]) == (200, 3)


@pytest.mark.parametrize(
    "field", ["", "/identifiers/1", "/consents/a/b", "/memberships/1", "/archived_at", "/version", "x"]
)
async def test_what_is_beside_the_record_is_not_restored(shared_api: Api, field: str) -> None:
    made = await shared_api.create(identifiers=[])
    answer = await restore(shared_api, made["id"], 1, {"version": 1, "field": field})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hamdel:problem:not-restorable")


@pytest.mark.parametrize("change", [{"version": 1, "field": "/gender"}, {"version": 9, "field": "/gender"}])
async def test_a_change_that_never_was_is_not_found(shared_api: Api, change: Any) -> None:
    made = await shared_api.create(gender="f")
    await shared_api.patch(made["id"], 1, {"occupation": "x"})
    answer = await restore(shared_api, made["id"], 2, change)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-change")


@pytest.mark.parametrize(
    "body",
    [{}, {"version": 0, "field": "/gender"}, {"version": 2**63, "field": "/gender"}, {"version": 1, "field": 3}, []],
)
async def test_a_body_that_names_no_change_is_refused(shared_api: Api, body: Any) -> None:
    made = await shared_api.create()
    assert (await restore(shared_api, made["id"], 1, body)).status_code == 422


async def test_a_stale_restore_names_what_changed_and_one_without_a_version_is_refused(shared_api: Api) -> None:
    made = await shared_api.create()
    await shared_api.patch(made["id"], 1, {"gender": "f"})
    stale = await restore(shared_api, made["id"], 1, {"version": 2, "field": "/gender"})
    body = {"version": 2, "field": "/gender"}
    unmatched = await shared_api.call("POST", f"/v1/customers/{made['id']}/history/restore", body)
    assert (stale.status_code, pointers(stale), unmatched.status_code) == (412, ["/gender"], 428)


@pytest.mark.parametrize("role", ["analyst", "customer"])
async def test_readers_restore_nothing(shared_api: Api, role: str) -> None:
    made = await shared_api.create()
    caller = shared_api.as_role(role, customer_id=made["id"])
    assert (await restore(caller, made["id"], 1, {"version": 1, "field": "/gender"})).status_code == 403


async def test_the_history_tells_the_source_that_the_caller_names(shared_api: Api) -> None:
    headers = {"Hamdel-Source": "branch-12"}
    made = (await shared_api.call("POST", "/v1/customers", {}, headers)).json()
    assert (await newest_line(shared_api, made["id"]))["source"] == "branch-12"


@pytest.mark.parametrize("source", ["", " ", "a b", "-x", "x" * 65, "ü", "a\tb"])
async def test_a_source_that_is_no_token_is_malformed(shared_api: Api, source: str) -> None:
    answer = await shared_api.call("POST", "/v1/customers", {}, {"Hamdel-Source": source.encode("latin-1")})  # type: ignore[dict-item]
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hamdel:problem:bad-source")


async def test_every_field_tells_the_source_and_the_time_of_its_last_change(shared_api: Api) -> None:
    body = {
        "name": {"given": "Sara", "family": "K", "other_script": {"given": "سارا"}},
        "address": {"city": "Qom", "line1": "x"}, "tags": ["a"], "attributes": {"a": 1, "b": 2},
        "identifiers": [{"type": "cookie", "value": "provenance"}],
    }  # fmt: skip
    made = (await shared_api.call("POST", "/v1/customers", body, {"Hamdel-Source": "import"})).json()
    patch = {"name": {"given": "Zara"}, "address": {"city": None}, "attributes": {"a": 3}, "gender": "f"}
    headers = {"If-Match": '"1"', "Hamdel-Source": "clerk"}
    changed = (await shared_api.call("PATCH", f"/v1/customers/{made['id']}", patch, headers)).json()
    other = await shared_api.create(gender="m")
    async with shared_api.engine.connect() as connection:
        found = await provenance(connection, [UUID(made["id"]), UUID(other["id"])])
    began, later = (datetime.fromisoformat(moment) for moment in (made["created_at"], changed["updated_at"]))
    assert found[UUID(made["id"])] == {
        "/kind": ("import", began),
        "/name/given": ("clerk", later),
        "/name/family": ("import", began),
        "/name/other_script": ("import", began),
        "/address/city": ("clerk", later),
        "/address/line1": ("import", began),
        "/tags": ("import", began),
        "/attributes": ("clerk", later),
        "/gender": ("clerk", later),
    }
    assert {pointer: source for pointer, (source, _) in found[UUID(other["id"])].items()} == {
        "/kind": "api", "/gender": "api",
    }  # fmt: skip


async def test_somebody_without_history_has_no_provenance(shared_api: Api) -> None:
    async with shared_api.engine.connect() as connection:
        assert await provenance(connection, [UUID(int=1)]) == {UUID(int=1): {}}
