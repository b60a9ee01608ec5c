"""A grant that waits until its token comes back."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

import pytest

from tests.services.profile.consent_rows import GRANT, confirm, listed, put
from tests.services.profile.support import Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_double_opt_in_is_pending_until_its_token_comes_back(shared_api: Api) -> None:
    made = await shared_api.create()
    opened = (await put(shared_api, made["id"], double_opt_in=True)).json()
    assert (opened["status"], opened["standing"]) == ("pending", "pending")
    assert (await listed(shared_api, made["id"]))[0]["confirmation_token"] is None
    answer = await confirm(shared_api, made["id"], opened["confirmation_token"])
    assert answer.status_code == 200
    granted = answer.json()
    assert (granted["status"], granted["standing"], granted["confirms"]) == ("granted", "granted", opened["id"])
    assert granted["evidence"] == {"clicked_from": "192.0.2.9"}
    assert granted["valid_from"] == granted["recorded_at"]
    statuses = [each["data"]["status"] for each in await shared_api.events(made["id"]) if "consent" in each["type"]]
    assert statuses == ["pending", "granted"]


async def test_a_token_is_kept_as_a_hash_alone_and_told_once_even_to_a_replay(shared_api: Api) -> None:
    made = await shared_api.create()
    path, key = f"/v1/customers/{made['id']}/consents", {"Idempotency-Key": "k1"}
    first = await shared_api.call("PUT", path, {**GRANT, "double_opt_in": True}, key)
    replay = await shared_api.call("PUT", path, {**GRANT, "double_opt_in": True}, key)
    again = await put(shared_api, made["id"], double_opt_in=True)
    token = first.json()["confirmation_token"]
    assert len(token) >= 32
    assert (replay.status_code, replay.headers["Idempotency-Replayed"]) == (200, "true")
    assert replay.json() == {**first.json(), "confirmation_token": None}
    assert again.json()["confirmation_token"] is None
    answers = await shared_api.rows("SELECT convert_from(body, 'utf8') FROM idempotency_keys")
    stored = await shared_api.rows(
        "SELECT CAST(c AS text) FROM consents AS c WHERE customer_id = :id", id=UUID(made["id"])
    )
    assert answers
    assert len(stored) == 1
    assert not any(token in each for (each,) in [*answers, *stored])
    assert (await confirm(shared_api, made["id"], token)).status_code == 200


async def test_a_token_works_once(shared_api: Api) -> None:
    made = await shared_api.create()
    token = (await put(shared_api, made["id"], double_opt_in=True)).json()["confirmation_token"]
    answers = await asyncio.gather(*(confirm(shared_api, made["id"], token) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    refused = next(each for each in answers if each.status_code == 409)
    assert refused.json()["type"] == "urn:hamdel:problem:confirmation-closed"


async def test_asking_for_the_same_double_opt_in_after_it_was_confirmed_changes_nothing(shared_api: Api) -> None:
    made = await shared_api.create()
    token = (await put(shared_api, made["id"], double_opt_in=True)).json()["confirmation_token"]
    await confirm(shared_api, made["id"], token)
    assert (await put(shared_api, made["id"], double_opt_in=True)).json()["standing"] == "granted"
    assert len(await listed(shared_api, made["id"], "/history")) == 2


@pytest.mark.parametrize("channel", ["email", "any"])
async def test_a_withdrawal_closes_an_open_double_opt_in(shared_api: Api, channel: str) -> None:
    made = await shared_api.create()
    token = (await put(shared_api, made["id"], double_opt_in=True)).json()["confirmation_token"]
    await put(shared_api, made["id"], channel=channel, status="withdrawn")
    assert (await confirm(shared_api, made["id"], token)).status_code == 409
    assert {each["standing"] for each in await listed(shared_api, made["id"])} == {"withdrawn"}


async def test_a_token_has_an_end(shared_api: Api) -> None:
    made = await shared_api.create()
    opened = (await put(shared_api, made["id"], double_opt_in=True, valid_to="2026-01-02T00:00:00Z")).json()
    assert opened["confirmation_expires_at"] == "2026-01-02T00:00:00Z"
    answer = await confirm(shared_api, made["id"], opened["confirmation_token"])
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hamdel:problem:confirmation-expired")
    other = await shared_api.create()
    week = (await put(shared_api, other["id"], double_opt_in=True)).json()
    moments = [datetime.fromisoformat(week[key]) for key in ("recorded_at", "confirmation_expires_at")]
    assert (moments[1] - moments[0]).days == 7


async def test_a_token_of_another_customer_is_unknown(shared_api: Api) -> None:
    made, other = await shared_api.create(), await shared_api.create()
    token = (await put(shared_api, made["id"], double_opt_in=True)).json()["confirmation_token"]
    answer = await confirm(shared_api, other["id"], token)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-confirmation")
