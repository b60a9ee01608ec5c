"""Consents over HTTP: taken down, listed, told to others."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.services.profile.consent_rows import GRANT, confirm, listed, put
from tests.services.profile.support import Api, pointers

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY = "01890000-0000-7000-8000-000000000000"
COPY_THREE_TIMES = """
    INSERT INTO consents (id, customer_id, ordinal, purpose, channel, status, legal_basis, source, evidence, valid_from,
                          recorded_at, recorded_by, hash)
    SELECT gen_random_uuid(), customer_id, ordinal + 1000 * n, purpose || '-' || n, channel, status, legal_basis,
           source, evidence, valid_from, recorded_at, recorded_by, hash
    FROM consents, generate_series(1, 3) AS n WHERE customer_id = :id
"""


async def test_a_grant_is_taken_down_with_its_evidence_and_its_proof(shared_api: Api) -> None:
    made = await shared_api.create()
    answer = await put(shared_api, made["id"])
    assert answer.status_code == 200
    told = answer.json()
    assert told == {
        **GRANT,
        "valid_from": "2025-12-31T20:30:00Z",
        "id": told["id"],
        "customer_id": made["id"],
        "confirms": None,
        "confirmation_expires_at": None,
        "confirmation_token": None,
        "recorded_at": told["recorded_at"],
        "recorded_by": "test-admin",
        "proof": {"hash": told["proof"]["hash"], "previous": None},
        "standing": "granted",
        "decided_by": "email",
    }
    assert await listed(shared_api, made["id"]) == [told]


async def test_the_same_content_again_adds_nothing(shared_api: Api) -> None:
    made = await shared_api.create()
    first = (await put(shared_api, made["id"])).json()
    again = (await put(shared_api, made["id"], evidence={"ip": "192.0.2.1", "wording": "v3"})).json()
    assert again == first
    assert len(await listed(shared_api, made["id"], "/history")) == 1
    assert len(await shared_api.events(made["id"])) == 3
    assert (await shared_api.get(f"/v1/customers/{made['id']}")).json()["version"] == 2


async def test_a_withdrawal_takes_effect_at_once_and_the_grant_stays_as_evidence(shared_api: Api) -> None:
    made = await shared_api.create()
    await put(shared_api, made["id"])
    answer = await put(
        shared_api, made["id"], status="withdrawn", source="phone call", valid_from="2998-01-01T00:00:00Z"
    )
    assert (answer.json()["status"], answer.json()["standing"]) == ("withdrawn", "withdrawn")
    assert [each["status"] for each in await listed(shared_api, made["id"], "/history")] == ["withdrawn", "granted"]
    assert [each["status"] for each in await listed(shared_api, made["id"])] == ["withdrawn"]


async def test_a_refusal_of_any_channel_shows_on_every_channel(shared_api: Api) -> None:
    made = await shared_api.create()
    await put(shared_api, made["id"])
    await put(shared_api, made["id"], channel="any", status="denied")
    assert [
        (each["channel"], each["standing"], each["decided_by"]) for each in await listed(shared_api, made["id"])
    ] == [
        ("any", "denied", "any"),
        ("email", "denied", "any"),
    ]
    assert (await put(shared_api, made["id"])).json()["standing"] == "granted"


async def test_a_telling_is_history_an_event_without_evidence_and_a_new_version(shared_api: Api) -> None:
    made = await shared_api.create()
    await put(shared_api, made["id"])
    answer = await put(shared_api, made["id"], status="withdrawn", valid_from="2026-02-01T00:00:00Z", valid_to=None)
    terms = {"legal_basis": "consent", "valid_from": "2026-02-01T00:00:00Z", "valid_to": None}
    last = (await shared_api.events(made["id"]))[-2:]
    assert [each["type"] for each in last] == ["profile.consent_changed.v1", "profile.customer_updated.v1"]
    data = {"customer_id": made["id"], "purpose": "marketing", "channel": "email", "status": "withdrawn", **terms}
    assert last[0]["data"] == data
    assert last[1]["data"]["changed"] == ["/consents/marketing/email"]
    assert answer.headers["Hamdel-Sequence"] == "profile=5"
    line = (await shared_api.get(f"/v1/customers/{made['id']}/history")).json()["items"][0]
    assert (line["version"], line["field"], line["who"]) == (3, "/consents/marketing/email", "test-admin")
    assert (line["old"]["status"], line["new"]) == ("granted", {"status": "withdrawn", **terms})


async def test_a_customer_may_be_made_with_what_it_allows(shared_api: Api) -> None:
    first = {"purpose": "marketing", "channel": "sms", "status": "granted", "source": "web", "evidence": {"ip": "x"}}
    made = await shared_api.create(consents=[first, {**first, "channel": "any", "status": "denied"}])
    assert [(each["channel"], each["standing"]) for each in await listed(shared_api, made["id"])] == [
        ("any", "denied"),
        ("sms", "denied"),
    ]
    types = [each["type"] for each in await shared_api.events(made["id"])]
    assert types == ["profile.customer_created.v1"] + ["profile.consent_changed.v1"] * 2
    history = (await shared_api.get(f"/v1/customers/{made['id']}/history")).json()["items"]
    assert [(each["version"], each["field"]) for each in history] == [
        (1, "/consents/marketing/any"),
        (1, "/consents/marketing/sms"),
        (1, ""),
    ]
    assert (await shared_api.get(f"/v1/customers/{made['id']}/consents/proof")).json()["intact"] is True


async def test_a_customer_whose_consents_are_refused_is_not_made(shared_api: Api) -> None:
    first = {"purpose": "marketing", "channel": "sms", "status": "granted", "source": "web"}
    twice = await shared_api.call(
        "POST", "/v1/customers", {"occupation": "nobody", "consents": [first, {**first, "status": "denied"}]}
    )
    assert (twice.status_code, pointers(twice)) == (422, ["/consents/1"])
    ended = {"occupation": "nobody", "consents": [first | {"valid_to": "2001-01-01T00:00:00Z"}]}
    late = await shared_api.call("POST", "/v1/customers", ended)
    assert (late.status_code, pointers(late)) == (422, ["/consents/0/valid_to"])
    assert await shared_api.rows("SELECT count(*) FROM customers WHERE occupation = 'nobody'") == [(0,)]


async def test_the_pages_of_the_standings_and_of_the_history_hold_every_item_once(shared_api: Api) -> None:
    made = await shared_api.create()
    for purpose, channel in (("a", "sms"), ("b", "email"), ("a", "email"), ("b", "sms")):
        await put(shared_api, made["id"], purpose=purpose, channel=channel)
    by_name, newest_first = ["aemail", "asms", "bemail", "bsms"], ["bsms", "aemail", "bemail", "asms"]
    for place, keys in (("", by_name), ("/history", newest_first)):
        seen, cursor = [], ""
        while True:
            page = (await shared_api.get(f"/v1/customers/{made['id']}/consents{place}?limit=3{cursor}")).json()
            seen += [each["purpose"] + each["channel"] for each in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert seen == keys


async def test_a_customer_has_a_bounded_number_of_pairs(shared_api: Api) -> None:
    channels = ["email", "sms", "chat", "web"]
    pairs = [{**GRANT, "purpose": f"p{n}", "channel": channel} for n in range(12) for channel in channels]
    made = await shared_api.create(consents=pairs)
    async with shared_api.engine.begin() as connection:
        await connection.execute(text(COPY_THREE_TIMES), {"id": UUID(made["id"])})
    for number in range(8):
        assert (await put(shared_api, made["id"], purpose=f"q{number}")).status_code == 200
    refused = await put(shared_api, made["id"], purpose="one-more")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hamdel:problem:too-many-consents")
    assert (await put(shared_api, made["id"], purpose="q1", status="withdrawn")).status_code == 200


async def test_the_same_telling_ten_times_at_once_is_one_row(shared_api: Api) -> None:
    made = await shared_api.create()
    await asyncio.gather(*(put(shared_api, made["id"]) for _ in range(10)))
    assert len(await listed(shared_api, made["id"], "/history")) == 1


async def test_a_replay_gives_the_same_answer_and_the_key_belongs_to_one_body(shared_api: Api) -> None:
    made = await shared_api.create()
    path, key = f"/v1/customers/{made['id']}/consents", {"Idempotency-Key": "k2"}
    first = await shared_api.call("PUT", path, GRANT, key)
    await put(shared_api, made["id"], status="withdrawn")
    replay = await shared_api.call("PUT", path, GRANT, key)
    assert (replay.status_code, replay.content) == (200, first.content)
    assert [each["standing"] for each in await listed(shared_api, made["id"])] == ["withdrawn"]
    assert (await shared_api.call("PUT", path, {**GRANT, "source": "other"}, key)).status_code == 422


@pytest.mark.parametrize(
    "place", ["consents", "consents/history", "consents/proof", "can-contact?purpose=a&channel=sms"]
)
async def test_nobody_has_no_consents(shared_api: Api, place: str) -> None:
    assert (await shared_api.get(f"/v1/customers/{NOBODY}/{place}")).status_code == 404
    made = await shared_api.create()
    assert (await shared_api.get(f"/v1/customers/{made['id']}/{place}")).status_code == 200


async def test_a_telling_about_nobody_is_not_found_and_leaves_no_row(shared_api: Api) -> None:
    assert (await put(shared_api, NOBODY)).status_code == 404
    assert (await confirm(shared_api, NOBODY, "x")).status_code == 404
    for table in ("consents", "event_streams"):
        assert await shared_api.rows(f"SELECT count(*) FROM {table} WHERE customer_id = '{NOBODY}'") == [(0,)]
