"""Suggestions over HTTP: the scan of everybody, the search after a change, paging, masking, dismissals."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from profile_service.duplicates import repository
from tests.services.profile.duplicates.saras import SARA, a_pair, sara, scanned, waited
from tests.services.profile.support import Api

pytestmark = pytest.mark.slow


async def test_a_scan_suggests_two_records_of_one_person_with_its_evidence(api: Api) -> None:
    one = await api.create(**sara())
    other = await api.create(**sara(name={"given": "Rezaei", "family": "Sara"}, birth_date="1990-05-18"))
    await api.create(**sara(name={"given": "Hamid", "family": "Karimi"}, birth_date="1985-01-02"))
    scan = await scanned(api)
    assert (scan["status"], scan["customers"], scan["suggested"]) == ("done", 3, 1)
    [found] = (await api.get("/v1/duplicates")).json()["items"]
    assert found["customer_ids"] == sorted([one["id"], other["id"]])
    assert 0.9 <= found["score"] <= 1
    assert found["explanation"] == (
        "Given and family name swapped, birth dates differ in one digit, same phone, same address."
    )
    evidence = {each["field"]: (each["a"], each["b"]) for each in found["evidence"]}
    assert set(evidence["phone"]) == {"+989121234567"}
    assert set(evidence["birth_date"]) == {"1990-05-17", "1990-05-18"}
    assert set(evidence["name.given"]) == {"Sara"}


async def test_a_new_customer_is_compared_without_a_scan(api: Api) -> None:
    one = await api.create(**sara())
    assert await waited(api, items=0) == []
    other = await api.create(**sara(name={"given": "سارا", "family": "رضایی"}))
    [found] = await waited(api, items=1)
    assert set(found["customer_ids"]) == {one["id"], other["id"]}
    assert found["explanation"].startswith("Same name in the other script, same birth date, same phone")


async def test_a_correction_withdraws_the_suggestion_and_another_brings_it_back(api: Api) -> None:
    await api.create(**sara())
    other = await api.create(**sara())
    await waited(api, items=1)
    changed = {"name": {"given": "Hamid"}, "birth_date": "1961-12-03"}
    answer = await api.patch(other["id"], other["version"], changed)
    assert await waited(api, items=0) == []
    back = {"name": {"given": "Sara"}, "birth_date": "1990-05-17"}
    await api.patch(other["id"], answer.json()["version"], back)
    await waited(api, items=1)


async def test_a_dismissed_pair_is_not_suggested_again_by_any_search(api: Api) -> None:
    found = await a_pair(api)
    answer = await api.call("POST", f"/v1/duplicates/{found['id']}/dismiss", {"reason": "sisters"})
    assert (answer.status_code, answer.json()["status"]) == (200, "dismissed")
    await scanned(api)
    customer = (await api.get(f"/v1/customers/{found['customer_ids'][0]}")).json()
    await api.patch(customer["id"], customer["version"], {"occupation": "baker"})
    assert await waited(api, items=0) == []
    [dismissed] = (await api.get("/v1/duplicates?status=dismissed")).json()["items"]
    assert dismissed["id"] == found["id"]
    assert await api.rows("SELECT decided_by, reason FROM duplicates") == [("test-admin", "sisters")]


async def test_dismissing_twice_is_no_error_and_an_unknown_one_is(api: Api) -> None:
    found = await a_pair(api)
    for _ in range(2):
        answer = await api.call("POST", f"/v1/duplicates/{found['id']}/dismiss")
        assert (answer.status_code, answer.json()["status"]) == (200, "dismissed")
    answer = await api.call("POST", f"/v1/duplicates/{found['customer_ids'][0]}/dismiss")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-duplicate")


async def test_a_merged_pair_is_not_suggested_and_cannot_be_dismissed_until_the_merge_is_undone(api: Api) -> None:
    found = await a_pair(api)
    one, other = map(UUID, found["customer_ids"])
    async with api.engine.begin() as connection:
        await repository.mark_merged(connection, other, one)
    answer = await api.call("POST", f"/v1/duplicates/{found['id']}/dismiss")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:already-merged")
    assert (await scanned(api))["status"] == "done"
    assert await waited(api, items=0) == []
    async with api.engine.begin() as connection:
        await repository.reopen(connection, one, other)
    [again] = await waited(api, items=1)
    assert again["id"] == found["id"]


async def test_a_pair_merged_by_hand_is_forgotten_when_the_merge_is_undone(api: Api) -> None:
    one, other = await api.create(**sara()), await api.create(name={"given": "Hamid", "family": "Karimi"})
    async with api.engine.begin() as connection:
        await repository.mark_merged(connection, UUID(one["id"]), UUID(other["id"]))
        await repository.reopen(connection, UUID(one["id"]), UUID(other["id"]))
    assert await waited(api, items=0) == []
    assert await api.rows("SELECT * FROM duplicates") == []


async def test_two_national_ids_are_never_suggested(api: Api) -> None:
    phone = {"type": "phone", "value": "+989121234567"}
    for national_id in ("0012345679", "0084575948"):
        await api.create(**SARA, identifiers=[phone, {"type": "national_id", "value": national_id}])
    await scanned(api)
    assert await waited(api, items=0) == []


async def test_an_archived_customer_is_not_suggested(api: Api) -> None:
    found = await a_pair(api)
    customer = (await api.get(f"/v1/customers/{found['customer_ids'][0]}")).json()
    headers = {"If-Match": f'"{customer["version"]}"'}
    assert (await api.call("DELETE", f"/v1/customers/{customer['id']}", headers=headers)).status_code < 300
    assert await waited(api, items=0) == []


async def test_a_scan_that_waits_is_joined(api: Api) -> None:
    answers = await asyncio.gather(*(api.call("POST", "/v1/duplicates/scan") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) <= 2
    unknown = await api.get("/v1/duplicates/scans/01a1f000-0000-7000-8000-000000000001")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:hamdel:problem:unknown-scan")
