"""Merge patches over HTTP: versions, conflicts, history."""

from __future__ import annotations

import asyncio

from tests.services.profile.support import Api, pointers


async def test_a_patch_changes_what_it_names_and_nothing_else(api: Api) -> None:
    made = await api.create(name={"given": "Sara", "family": "K"}, tags=["a"], gender="female")
    answer = await api.patch(made["id"], 1, {"name": {"family": "Karimi"}, "tags": ["a", "b"]})
    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["version"], answer.headers["ETag"]) == (2, '"2"')
    assert changed["name"] == {"given": "Sara", "family": "Karimi", "display": None, "other_script": None}
    assert (changed["tags"], changed["gender"]) == (["a", "b"], "female")
    assert (await api.get(f"/v1/customers/{made['id']}")).json() == changed


async def test_null_takes_a_value_away(api: Api) -> None:
    made = await api.create(
        name={"given": "Sara"},
        birth_date="1990-05-17",
        address={"city": "Qom"},
        tags=["a"],
        attributes={"a": 1, "b": 2},
    )
    body = {"name": {"given": None}, "birth_date": None, "address": None, "tags": None, "attributes": {"a": None}}
    changed = (await api.patch(made["id"], 1, body)).json()
    assert changed["name"] == {"given": None, "family": None, "display": None, "other_script": None}
    assert changed["birth_date"] is changed["address"] is None
    assert (changed["tags"], changed["attributes"]) == ([], {"b": 2})


async def test_a_patch_records_an_event_with_the_pointers_that_changed(api: Api) -> None:
    made = await api.create(name={"given": "Sara"}, attributes={"a/b": {"c": 1}})
    answer = await api.patch(made["id"], 1, {"name": {"given": "Sarah"}, "attributes": {"a/b": {"c": 2}}})
    last = (await api.events(made["id"]))[-1]
    assert last["type"] == "profile.customer_updated.v1"
    assert last["data"] == {"customer_id": made["id"], "changed": ["/attributes/a~1b/c", "/name/given"], "version": 2}
    assert answer.headers["Hamdel-Sequence"] == f"profile={int(last['sequence'])}"


async def test_a_patch_that_changes_nothing_makes_no_version_and_no_event(api: Api) -> None:
    made = await api.create(name={"given": "Sara"})
    answer = await api.patch(made["id"], 1, {"name": {"given": "Sara"}, "gender": None})
    assert (answer.status_code, answer.json()) == (200, made)
    assert len(await api.events(made["id"])) == 1


async def test_a_patch_without_if_match_is_refused(api: Api) -> None:
    made = await api.create()
    answer = await api.call("PATCH", f"/v1/customers/{made['id']}", {"gender": "x"})
    assert answer.status_code == 428


async def test_a_stale_patch_names_the_fields_that_changed_since(api: Api) -> None:
    made = await api.create(name={"given": "Sara"})
    await api.patch(made["id"], 1, {"gender": "female"})
    await api.patch(made["id"], 2, {"name": {"given": "Sarah"}})
    await api.patch(made["id"], 3, {"name": {"given": "Zara"}, "tags": ["x"]})
    answer = await api.patch(made["id"], 2, {"name": {"given": "Sahar"}})
    assert answer.status_code == 412
    assert pointers(answer) == ["/name/given", "/tags"]
    assert (await api.get(f"/v1/customers/{made['id']}")).json()["name"]["given"] == "Zara"


async def test_a_patch_of_a_version_that_never_was_is_stale(api: Api) -> None:
    made = await api.create()
    answer = await api.patch(made["id"], 7, {"gender": "x"})
    assert answer.status_code == 412


async def test_of_ten_patches_of_one_version_one_wins(api: Api) -> None:
    made = await api.create()
    answers = await asyncio.gather(*(api.patch(made["id"], 1, {"gender": f"g{n}"}) for n in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    assert len(await api.events(made["id"])) == 2


async def test_a_patch_of_an_unknown_customer_is_not_found_and_leaves_no_stream(api: Api) -> None:
    answer = await api.patch("01890000-0000-7000-8000-000000000000", 1, {"gender": "x"})
    assert answer.status_code == 404
    assert await api.rows("SELECT count(*) FROM event_streams") == [(0,)]


async def test_the_history_tells_who_changed_what_and_when_newest_first(api: Api) -> None:
    made = await api.create(name={"given": "Sara"}, identifiers=[{"type": "cookie", "value": "c1"}])
    changed = (await api.as_role("agent").patch(made["id"], 1, {"name": {"given": "Zara"}, "gender": "f"})).json()
    items = (await api.get(f"/v1/customers/{made['id']}/history")).json()["items"]
    identifier = made["identifiers"][0]
    assert items == [
        {
            "version": 2, "field": "/name/given", "old": "Sara", "new": "Zara",
            "who": "test-agent", "when": changed["updated_at"], "source": "api",
        },
        {
            "version": 2, "field": "/gender", "old": None, "new": "f",
            "who": "test-agent", "when": changed["updated_at"], "source": "api",
        },
        {
            "version": 1, "field": "", "old": None,
            "new": {"kind": "person", "name": {"given": "Sara"}, "identifiers": [identifier]},
            "who": "test-admin", "when": made["created_at"], "source": "api",
        },
    ]  # fmt: skip


async def test_the_pages_of_the_history_hold_every_line_once(api: Api) -> None:
    made = await api.create()
    for version in range(1, 4):
        await api.patch(made["id"], version, {"gender": f"g{version}", "occupation": f"o{version}"})
    seen, cursor = [], ""
    while True:
        page = (await api.get(f"/v1/customers/{made['id']}/history?limit=2{cursor}")).json()
        seen += [(line["version"], line["field"]) for line in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [
        (4, "/occupation"), (4, "/gender"), (3, "/occupation"), (3, "/gender"),
        (2, "/occupation"), (2, "/gender"), (1, ""),
    ]  # fmt: skip


async def test_a_cursor_of_another_kind_is_malformed(api: Api) -> None:
    made = await api.create()
    answer = await api.get(f"/v1/customers/{made['id']}/history?cursor=WzcsImEiXQ")
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:hamdel:problem:bad-cursor"


async def test_the_history_of_an_unknown_customer_is_not_found(api: Api) -> None:
    assert (await api.get("/v1/customers/01890000-0000-7000-8000-000000000000/history")).status_code == 404
