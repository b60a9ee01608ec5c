"""Verification, the list of stale profiles, archive and restore."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY = "01890000-0000-7000-8000-000000000000"


async def verify(api: Api, customer_id: str, **body: Any) -> Any:
    """The answer to a verification."""
    return await api.call("POST", f"/v1/customers/{customer_id}/verify", body)


async def archive(api: Api, customer_id: str) -> Any:
    """The answer to an archiving."""
    return await api.call("DELETE", f"/v1/customers/{customer_id}")


async def aged(api: Api, days: int, *, verified: int | None = None, **body: Any) -> str:
    """A customer that was created (and verified) so many days ago."""
    made = await api.create(**body)
    then = datetime.now(UTC) - timedelta(days=days)
    checked = None if verified is None else datetime.now(UTC) - timedelta(days=verified)
    async with api.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE customers SET created_at = $1, last_verified_at = $2 WHERE id = $3", (then, checked, made["id"])
        )
    return str(made["id"])


async def stale(api: Api, among: list[str], query: str = "") -> list[str]:
    """Which of some customers are in the list, in its order, page after page."""
    seen, cursor = [], ""
    while True:
        page = (await api.get(f"/v1/customers/stale?limit=2{query}{cursor}")).json()
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen))
    return [each for each in seen if each in among]


async def test_a_verification_is_answered_and_in_history_section_and_events(shared_api: Api) -> None:
    made = await shared_api.create()
    assert made["last_verified_at"] is None
    answer = await verify(shared_api, made["id"], source="phone-call", evidence="read her card aloud")
    verified = answer.json()
    assert (answer.status_code, verified["version"]) == (200, 2)
    assert verified["last_verified_at"] == verified["updated_at"] > made["created_at"]
    lines = (await shared_api.get(f"/v1/customers/{made['id']}/history?limit=2")).json()["items"]
    assert [(line["field"], line["old"], line["new"], line["source"]) for line in lines] == [
        ("/verification/evidence", None, "read her card aloud", "phone-call"),
        ("/last_verified_at", None, verified["last_verified_at"], "phone-call"),
    ]
    assert (await shared_api.events(made["id"]))[-1]["data"]["changed"] == ["/last_verified_at"]
    section = (await shared_api.as_role("service").get(f"/internal/sections/{made['id']}")).json()["data"]
    assert section["last_verified_at"] == verified["last_verified_at"]


async def test_a_second_verification_is_a_later_one(shared_api: Api) -> None:
    made = await shared_api.create()
    first = (await verify(shared_api, made["id"])).json()
    second = (await verify(shared_api, made["id"])).json()
    assert second["last_verified_at"] > first["last_verified_at"]


@pytest.mark.parametrize(
    "body", [{"source": "a b"}, {"source": ""}, {"evidence": " "}, {"evidence": "x" * 2001}, {"at": 1}]
)
async def test_a_verification_that_is_not_allowed_is_refused(shared_api: Api, body: Any) -> None:
    made = await shared_api.create()
    assert (await verify(shared_api, made["id"], **body)).status_code == 422


async def test_nobody_verifies_or_archives_or_restores_who_is_unknown(shared_api: Api) -> None:
    restored = await shared_api.call("POST", f"/v1/customers/{NOBODY}/restore")
    answers = (await verify(shared_api, NOBODY), await archive(shared_api, NOBODY), restored)
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_stale_is_who_was_not_verified_for_a_year_the_longest_first(shared_api: Api) -> None:
    never = await aged(shared_api, 500)
    long_ago = await aged(shared_api, 900, verified=600)
    young = await aged(shared_api, 300)
    fresh = await aged(shared_api, 900, verified=10)
    just = await aged(shared_api, 366)
    gone = await aged(shared_api, 700)
    await archive(shared_api, gone)
    assert await stale(shared_api, [never, long_ago, young, fresh, just, gone]) == [long_ago, never, just]


async def test_stale_before_a_moment_that_the_caller_names(shared_api: Api) -> None:
    older, younger = await aged(shared_api, 60), await aged(shared_api, 40)
    moment = (datetime.now(UTC) - timedelta(days=50)).isoformat()
    assert await stale(shared_api, [older, younger], f"&before={quote(moment)}") == [older]


async def test_customers_of_the_same_moment_are_each_listed_once(shared_api: Api) -> None:
    same = [await aged(shared_api, 400) for _ in range(3)]
    async with shared_api.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE customers SET created_at = '2020-01-01T00:00:00Z' WHERE id = ANY($1::uuid[])", (same,)
        )
    assert await stale(shared_api, same) == sorted(same)


async def test_the_list_is_read_from_its_index(shared_api: Api) -> None:
    async with shared_api.engine.begin() as connection:
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = await connection.exec_driver_sql(
            "EXPLAIN SELECT * FROM customers"
            " WHERE archived_at IS NULL AND coalesce(last_verified_at, created_at) < now()"
            " ORDER BY coalesce(last_verified_at, created_at), id LIMIT 50"
        )
        text = "\n".join(line for (line,) in plan)
    assert "customers_stale" in text
    assert "Sort" not in text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("before=yesterday", 422),
        ("before=2026-01-01T00:00:00", 422),
        ("before=0001-01-01T00:00:00%2B14:00", 422),
        ("before=9999-12-31T23:59:59-14:00", 422),
        ("limit=0", 422),
        ("cursor=WzcsImEiXQ", 400),
        ("cursor=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwiMDE4OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAwIl0", 400),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(shared_api: Api, query: str, status: int) -> None:
    assert (await shared_api.get(f"/v1/customers/stale?{query}")).status_code == status


async def test_an_archived_customer_is_read_found_and_rendered_and_not_changed(shared_api: Api) -> None:
    made = await shared_api.create(identifiers=[{"type": "email", "value": "archived@example.com"}])
    answer = await archive(shared_api, made["id"])
    assert (answer.status_code, answer.content) == (204, b"")
    read = (await shared_api.get(f"/v1/customers/{made['id']}")).json()
    assert (read["version"], read["archived_at"]) == (2, read["updated_at"])
    found = await shared_api.get("/v1/customers/by/email/archived@example.com")
    assert (found.status_code, found.json()["id"]) == (200, made["id"])
    section = (await shared_api.as_role("service").get(f"/internal/sections/{made['id']}")).json()["data"]
    assert section["archived_at"] == read["archived_at"]
    for refused in (await shared_api.patch(made["id"], 2, {"gender": "f"}), await verify(shared_api, made["id"])):
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:hamdel:problem:customer-archived")


async def test_archiving_twice_is_archiving_once(shared_api: Api) -> None:
    made = await shared_api.create()
    await archive(shared_api, made["id"])
    once = (await shared_api.get(f"/v1/customers/{made['id']}")).json()
    assert (await archive(shared_api, made["id"])).status_code == 204
    assert (await shared_api.get(f"/v1/customers/{made['id']}")).json() == once
    assert len(await shared_api.events(made["id"])) == 2


async def test_a_restored_customer_is_as_before_and_its_history_tells_both(shared_api: Api) -> None:
    made = await shared_api.create(gender="f")
    await archive(shared_api, made["id"])
    archived_at = (await shared_api.get(f"/v1/customers/{made['id']}")).json()["archived_at"]
    answer = await shared_api.call("POST", f"/v1/customers/{made['id']}/restore")
    restored = answer.json()
    assert (answer.status_code, restored["version"], restored["archived_at"], restored["gender"]) == (200, 3, None, "f")
    lines = (await shared_api.get(f"/v1/customers/{made['id']}/history?limit=2")).json()["items"]
    assert [(line["field"], line["old"], line["new"]) for line in lines] == [
        ("/archived_at", archived_at, None), ("/archived_at", None, archived_at),
    ]  # fmt: skip
    assert [event["data"].get("changed") for event in await shared_api.events(made["id"])][1:] == [["/archived_at"]] * 2
    assert (await shared_api.patch(made["id"], 3, {"gender": "m"})).status_code == 200


async def test_restoring_who_is_not_archived_changes_nothing(shared_api: Api) -> None:
    made = await shared_api.create()
    assert (await shared_api.call("POST", f"/v1/customers/{made['id']}/restore")).json() == made


async def test_an_archived_person_joins_nothing_and_an_archived_organization_is_not_joined(shared_api: Api) -> None:
    person, organization = await shared_api.create(), await shared_api.create(kind="organization")
    other_person, other = await shared_api.create(), await shared_api.create(kind="organization")
    await archive(shared_api, person["id"])
    await archive(shared_api, other["id"])
    for member, host in ((person, organization), (other_person, other)):
        body = {"organization_id": host["id"], "role": "x"}
        answer = await shared_api.call("POST", f"/v1/customers/{member['id']}/memberships", body)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:customer-archived")


@pytest.mark.parametrize("role", ["analyst", "customer"])
async def test_readers_neither_archive_nor_restore_nor_verify(shared_api: Api, role: str) -> None:
    made = await shared_api.create()
    caller = shared_api.as_role(role, customer_id=made["id"])
    restored = await caller.call("POST", f"/v1/customers/{made['id']}/restore")
    answers = (await archive(caller, made["id"]), restored, await verify(caller, made["id"]))
    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_a_customer_does_not_see_the_list_of_stale_ones(shared_api: Api) -> None:
    made = await shared_api.create()
    assert (await shared_api.as_role("customer", customer_id=made["id"]).get("/v1/customers/stale")).status_code == 403


async def test_agents_see_the_stale_ones_masked(shared_api: Api) -> None:
    made = await aged(shared_api, 5000, identifiers=[{"type": "phone", "value": "+989121112233"}])
    items = (await shared_api.as_role("agent").get("/v1/customers/stale?limit=1")).json()["items"]
    assert [(each["id"], each["identifiers"][0]["value"]) for each in items] == [(made, "*********2233")]


async def test_a_stale_patch_names_the_archiving_and_restoring_in_between(shared_api: Api) -> None:
    made = await shared_api.create()
    await archive(shared_api, made["id"])
    await shared_api.call("POST", f"/v1/customers/{made['id']}/restore")
    answer = await shared_api.patch(made["id"], 1, {"gender": "f"})
    assert (answer.status_code, pointers(answer)) == (412, ["/archived_at"])
