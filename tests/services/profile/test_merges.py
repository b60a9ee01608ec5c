"""Merging and un-merging customers over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.profile.support import Api

ONE, OTHER = "0012345679", "0499370899"
"""National ids with a right check digit that belong to nobody in particular."""


async def merge(api: Api, survivor: str, absorbed: str, **body: Any) -> httpx.Response:
    """The call."""
    return await api.call("POST", f"/v1/customers/{survivor}/merges", {"absorb": absorbed, **body})


async def merged(api: Api, survivor: str, absorbed: str) -> str:
    """A merge that succeeds; its id."""
    answer = await merge(api, survivor, absorbed)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["merge_id"])


async def two(api: Api, **second: Any) -> tuple[str, str]:
    """Two people who may be one."""
    sara = await api.create(name={"given": "Sara", "family": "Rezaei"}, tags=["vip"])
    return sara["id"], (await api.create(name={"given": "S."}, gender="female", tags=["web"], **second))["id"]


async def test_an_absorbed_id_answers_with_the_survivor(api: Api) -> None:
    sara, other = await two(api)
    merge_id = await merged(api, sara, other)
    by_survivor, by_absorbed = [(await api.get(f"/v1/customers/{each}")).json() for each in (sara, other)]
    assert by_absorbed == by_survivor
    assert (by_survivor["id"], by_survivor["gender"], by_survivor["tags"]) == (sara, "female", ["web", "vip"])
    (link,) = by_survivor["merged"]
    assert (link["customer_id"], link["into"], link["merge_id"]) == (other, sara, merge_id)


async def test_un_merging_gives_both_back_as_they_were(api: Api) -> None:
    sara, other = await two(api, identifiers=[{"type": "phone", "value": "+982188776655"}])
    before = [(await api.get(f"/v1/customers/{each}")).json() for each in (sara, other)]
    merge_id = await merged(api, sara, other)
    answer = await api.call("DELETE", f"/v1/customers/{sara}/merges/{merge_id}")
    assert answer.status_code == 204
    assert [(await api.get(f"/v1/customers/{each}")).json() for each in (sara, other)] == before


async def test_what_arrives_under_the_absorbed_id_meanwhile_is_its_own_afterwards(api: Api) -> None:
    sara, other = await two(api)
    merge_id = await merged(api, sara, other)
    identifier = {"type": "email", "value": "sara@example.org"}
    assert (await api.call("POST", f"/v1/customers/{other}/identifiers", identifier)).status_code == 201
    assert [each["value"] for each in (await api.get(f"/v1/customers/{sara}")).json()["identifiers"]] == [
        "sara@example.org"
    ]
    await api.call("DELETE", f"/v1/customers/{sara}/merges/{merge_id}")
    found = [(await api.get(f"/v1/customers/{each}")).json()["identifiers"] for each in (sara, other)]
    assert [len(each) for each in found] == [0, 1]


async def test_a_change_through_the_absorbed_id_is_made_on_the_survivor_who_was_shown(api: Api) -> None:
    sara, other = await two(api)
    await merged(api, sara, other)
    version = (await api.get(f"/v1/customers/{other}")).json()["version"]
    answer = await api.patch(other, version, {"occupation": "baker"})
    assert (answer.status_code, answer.json()["id"], answer.json()["occupation"]) == (200, sara, "baker")


async def test_an_identifier_of_the_absorbed_finds_the_survivor(api: Api) -> None:
    sara, other = await two(api, identifiers=[{"type": "external:shop", "value": "17"}])
    await merged(api, sara, other)
    assert (await api.get("/v1/customers/by/external:shop/17")).json()["id"] == sara
    body = {"create_missing": True, "identifiers": [{"type": "external:shop", "value": "17"}]}
    assert (await api.call("POST", "/v1/customers/resolve", body)).json()["items"] == [{"id": sara, "status": "found"}]


async def test_a_phone_that_two_share_is_no_longer_ambiguous_once_they_are_one(api: Api) -> None:
    phone = {"identifiers": [{"type": "phone", "value": "+982188776655"}]}
    sara = (await api.create(name={"given": "Sara"}, **phone))["id"]
    other = (await api.create(name={"given": "S."}, **phone))["id"]
    assert (await api.get("/v1/customers/by/phone/%2B982188776655")).status_code == 409
    await merged(api, sara, other)
    found = (await api.get("/v1/customers/by/phone/%2B982188776655")).json()
    assert (found["id"], len(found["identifiers"])) == (sara, 1)


async def test_the_most_restrictive_consent_counts_while_they_are_one(api: Api) -> None:
    sara, other = await two(api)
    consent = {"purpose": "marketing", "channel": "email", "source": "form", "evidence": {"form": 1}}
    await api.call("PUT", f"/v1/customers/{sara}/consents", {**consent, "status": "granted"})
    await api.call("PUT", f"/v1/customers/{other}/consents", {**consent, "status": "withdrawn"})
    asked = f"/v1/customers/{sara}/can-contact?purpose=marketing&channel=email"
    assert (await api.get(asked)).json()["allowed"] is True
    merge_id = await merged(api, sara, other)
    assert (await api.get(asked)).json()["allowed"] is False
    await api.call("DELETE", f"/v1/customers/{sara}/merges/{merge_id}")
    assert (await api.get(asked)).json()["allowed"] is True


async def test_two_different_national_ids_are_a_veto(api: Api) -> None:
    sara, other = [
        (await api.create(name={"given": "Sara"}, identifiers=[{"type": "national_id", "value": value}]))["id"]
        for value in (ONE, OTHER)
    ]
    answer = await merge(api, sara, other)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:identifier-conflict")
    assert (await api.get(f"/v1/customers/{other}")).json()["id"] == other


async def test_the_veto_looks_at_everybody_who_is_merged_already(api: Api) -> None:
    sara, middle = await two(api)
    first, second = [
        (await api.create(identifiers=[{"type": "national_id", "value": value}]))["id"] for value in (ONE, OTHER)
    ]
    await merged(api, sara, first)
    await merged(api, middle, second)
    assert (await merge(api, sara, middle)).status_code == 409


async def test_a_customer_is_not_merged_with_itself(api: Api) -> None:
    sara, _ = await two(api)
    answer = await merge(api, sara, sara)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hamdel:problem:self-merge")


async def test_merging_the_other_way_round_is_refused(api: Api) -> None:
    sara, other = await two(api)
    await merged(api, sara, other)
    answer = await merge(api, other, sara)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:already-merged")


async def test_somebody_who_is_absorbed_is_not_absorbed_a_second_time(api: Api) -> None:
    sara, other = await two(api)
    third = (await api.create(name={"given": "Zara"}))["id"]
    await merged(api, sara, other)
    assert (await merge(api, third, other)).status_code == 409


async def test_a_chain_ends_at_the_last_survivor(api: Api) -> None:
    sara, other = await two(api)
    third = (await api.create(name={"given": "Zara"}, occupation="baker"))["id"]
    await merged(api, sara, other)
    await merged(api, third, sara)
    found = (await api.get(f"/v1/customers/{other}")).json()
    assert (found["id"], found["gender"], found["occupation"]) == (third, "female", "baker")
    assert {link["customer_id"] for link in found["merged"]} == {sara, other}


async def test_a_merge_into_an_absorbed_customer_goes_to_its_survivor(api: Api) -> None:
    sara, other = await two(api)
    third = (await api.create(name={"given": "Zara"}))["id"]
    await merged(api, sara, other)
    answer = await merge(api, other, third)
    assert (answer.status_code, answer.json()["survivor_id"]) == (201, sara)


async def test_undoing_the_middle_of_a_chain_leaves_the_lower_part_together(api: Api) -> None:
    sara, other = await two(api)
    third = (await api.create(name={"given": "Zara"}))["id"]
    await merged(api, sara, other)
    upper = await merged(api, third, sara)
    await api.call("DELETE", f"/v1/customers/{third}/merges/{upper}")
    answers = [(await api.get(f"/v1/customers/{each}")).json()["id"] for each in (third, sara, other)]
    assert answers == [third, sara, sara]


async def test_the_same_merge_again_is_the_same_merge(api: Api) -> None:
    sara, other = await two(api)
    merge_id = await merged(api, sara, other)
    again = await merge(api, sara, other)
    assert (again.status_code, again.json()["merge_id"]) == (200, merge_id)
    assert len(await api.rows("SELECT 1 FROM merges")) == 1


async def test_undoing_twice_is_undoing_once(api: Api) -> None:
    sara, other = await two(api)
    merge_id = await merged(api, sara, other)
    answers = [await api.call("DELETE", f"/v1/customers/{sara}/merges/{merge_id}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    told = [event["type"] for event in await api.events(other)]
    assert told.count("profile.customers_unmerged.v1") == 1


async def test_a_merge_of_strangers_is_unknown_to_this_customer(api: Api) -> None:
    sara, other = await two(api)
    merge_id = await merged(api, sara, other)
    third = (await api.create(name={"given": "Zara"}))["id"]
    assert (await api.call("DELETE", f"/v1/customers/{third}/merges/{merge_id}")).status_code == 404
    assert (await api.call("DELETE", f"/v1/customers/{sara}/merges/{uuid4()}")).status_code == 404


async def test_nobody_is_merged_with_an_unknown_customer(api: Api) -> None:
    sara, _ = await two(api)
    assert (await merge(api, sara, str(uuid4()))).status_code == 404


async def test_a_circle_that_three_try_to_make_at_once_is_never_closed(api: Api) -> None:
    ids = [(await api.create(name={"given": name}))["id"] for name in ("A", "B", "C")]
    pairs = zip(ids, ids[1:] + ids[:1], strict=True)
    answers = await asyncio.gather(*(merge(api, survivor, absorbed) for survivor, absorbed in pairs))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409]
    assert len({(await api.get(f"/v1/customers/{each}")).json()["id"] for each in ids}) == 1


async def test_a_dry_run_shows_fields_conflicts_and_rows_and_changes_nothing(api: Api) -> None:
    sara, other = await two(api, identifiers=[{"type": "email", "value": "sara@example.org"}])
    await api.patch(sara, 1, {"gender": "male"})
    preview = await merge(api, sara, other, dry_run=True)
    assert preview.status_code == 200
    body = preview.json()
    assert {"field": "gender", "survivor": "male", "absorbed": "female", "veto": False} in body["conflicts"]
    (gender,) = [each for each in body["fields"] if each["field"] == "gender"]
    assert gender == {"field": "gender", "survivor": "male", "absorbed": "female", "result": "male"}
    # one identifier and one line of history; nobody else is there to be asked
    assert body["rows"] == {"profile": 2, "interaction": None, "survey": None, "loyalty": None}
    assert (await api.get(f"/v1/customers/{other}")).json()["id"] == other


async def test_a_dry_run_shows_of_which_identifiers_both_together_have_too_many(api: Api) -> None:
    kinds = (await api.get("/v1/identifier-types")).json()["items"]
    most = next(each["maximum"] for each in kinds if each["type"] == "email")
    sara, other = [
        (await api.create(name={"given": "Sara"}, identifiers=emails))["id"]
        for emails in (
            [{"type": "email", "value": f"sara{number}@example.org"} for number in range(most)],
            [{"type": "email", "value": "other@example.org"}],
        )
    ]
    body = (await merge(api, sara, other, dry_run=True)).json()
    assert body["conflicts"] == [{"field": "email", "survivor": most, "absorbed": 1, "veto": False}]
    assert (await merge(api, sara, other)).status_code == 201


async def test_a_dry_run_shows_a_veto_with_masked_national_ids(api: Api) -> None:
    sara, other = [
        (await api.create(name={"given": "Sara"}, identifiers=[{"type": "national_id", "value": value}]))["id"]
        for value in (ONE, OTHER)
    ]
    body = (await merge(api.as_role("agent"), sara, other, dry_run=True)).json()
    assert body["conflicts"][0] == {
        "field": "national_id", "survivor": ["******5679"], "absorbed": ["******0899"], "veto": True
    }  # fmt: skip


async def test_the_history_of_both_names_the_merge_without_a_new_version(api: Api) -> None:
    sara, other = await two(api)
    merge_id = await merged(api, sara, other)
    for each, with_whom in ((sara, other), (other, sara)):
        line = (await api.get(f"/v1/customers/{each}/history")).json()["items"][0]
        assert (line["version"], line["field"], line["new"]["with"]) == (1, f"/merges/{merge_id}", with_whom)


async def test_the_list_of_merges_keeps_the_undone_ones(api: Api) -> None:
    sara, other = await two(api)
    merge_id = await merged(api, sara, other)
    await api.call("DELETE", f"/v1/customers/{sara}/merges/{merge_id}")
    (line,) = (await api.get(f"/v1/customers/{other}/merges")).json()["items"]
    assert (line["merge_id"], line["merged_by"], line["unmerged_by"]) == (merge_id, "test-admin", "test-admin")
    assert line["unmerged_at"] is not None


async def test_each_stream_tells_the_merge(api: Api) -> None:
    sara, other = await two(api)
    await merged(api, sara, other)
    for each in (sara, other):
        last = (await api.events(each))[-1]
        assert last["type"] == "profile.customers_merged.v1"
        assert (last["data"]["customer_id"], last["data"]["survivor_id"]) == (each, sara)


async def test_the_absorbed_has_no_section_and_the_survivor_one_of_both(api: Api) -> None:
    sara, other = await two(api)
    service = api.as_role("service")
    numbers = [(await service.get(f"/internal/sections/{each}")).json()["sequence"] for each in (sara, other)]
    await merged(api, sara, other)
    answer = await service.call("POST", "/internal/sections", {"customer_ids": [sara, other]})
    mine, gone = answer.json()["items"]
    assert gone is None
    assert mine["data"]["gender"] == "female"
    assert mine["sequence"] > numbers[0]
    followed = (await service.get(f"/internal/sections/{other}")).json()
    assert followed == mine


@pytest.mark.parametrize("role", ["analyst", "customer"])
async def test_not_everybody_may_merge(api: Api, role: str) -> None:
    sara, other = await two(api)
    assert (await merge(api.as_role(role, customer_id=sara), sara, other)).status_code == 403
