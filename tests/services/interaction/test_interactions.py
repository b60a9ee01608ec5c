"""Recording and reading one interaction over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from hamdel.contracts.interaction import InteractionRecorded
from tests.services.interaction.support import Api, interaction

WHOLE: dict[str, Any] = {
    "channel": "email",
    "direction": "outbound",
    "kind": "offer",
    "occurred_at": "2026-03-01T13:30:00.25+03:30",
    "source": "crm",
    "external_id": "m-1",
    "subject": "پیشنهاد ویژه",
    "body": "line 1\nline 2",
    "agent_id": "agent-7",
    "duration_seconds": 90,
    "outcome": "answered",
    "attributes": {"campaign": {"code": "nowruz", "wave": 2}},
}


async def test_a_recorded_interaction_is_answered_whole(api: Api) -> None:
    customer = await api.customer()
    answer = await api.post("/v1/interactions", WHOLE | {"customer_id": customer})
    assert answer.status_code == 201
    made = answer.json()
    assert UUID(made.pop("id")).version == 7
    assert made.pop("recorded_at") == made.pop("received_at")
    assert made == WHOLE | {
        "customer_id": customer,
        "occurred_at": "2026-03-01T10:00:00.250000Z",
        "version": 1,
        "attachments": [],
        "conversation_id": None,
        "position": None,
    }
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Hamdel-Sequence"] == "interactions=1"


async def test_a_read_gives_what_the_write_gave(api: Api) -> None:
    made = (await api.post("/v1/interactions", WHOLE | {"customer_id": await api.customer()})).json()
    answer = await api.get(f"/v1/interactions/{made['id']}")
    assert (answer.status_code, answer.json(), answer.headers["ETag"]) == (200, made, '"1"')


async def test_what_is_not_said_is_null(api: Api) -> None:
    made = (await api.post("/v1/interactions", interaction(await api.customer()))).json()
    left_out = ("external_id", "subject", "body", "agent_id", "duration_seconds", "outcome")
    assert [made[name] for name in left_out] == [None] * 6
    assert (made["source"], made["attributes"]) == ("api", {})


async def test_a_recorded_interaction_is_told_without_its_texts(api: Api) -> None:
    customer = await api.customer()
    made = (await api.post("/v1/interactions", WHOLE | {"customer_id": customer})).json()
    (event,) = await api.events(customer)
    assert event["type"] == "interaction.interaction_recorded.v1"
    assert event["sequence"] == "00000000000000000001"
    assert event["time"] == "2026-03-01T10:00:00.250000Z"
    assert event["data"] == {
        "interaction_id": made["id"],
        "customer_id": customer,
        "channel": "email",
        "direction": "outbound",
        "kind": "offer",
        "occurred_at": "2026-03-01T10:00:00.250000Z",
        "source": "crm",
        "external_id": "m-1",
        "agent_id": "agent-7",
        "duration_seconds": 90,
        "outcome": "answered",
    }
    assert InteractionRecorded.model_validate(event["data"]).model_dump(mode="json") == event["data"]


async def test_the_same_external_id_again_answers_what_is_stored(api: Api) -> None:
    body = WHOLE | {"customer_id": await api.customer()}
    first = await api.post("/v1/interactions", body)
    again = await api.post("/v1/interactions", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(await api.events(body["customer_id"])) == 1


async def test_the_same_moment_in_another_zone_is_the_same_content(api: Api) -> None:
    body = WHOLE | {"customer_id": await api.customer()}
    await api.post("/v1/interactions", body)
    again = await api.post("/v1/interactions", body | {"occurred_at": "2026-03-01T10:00:00.250Z"})
    assert again.status_code == 200


@pytest.mark.parametrize("change", [{"subject": "other"}, {"channel": "sms"}, {"attributes": {}}, {"outcome": None}])
async def test_a_taken_external_id_with_other_content_is_a_conflict(api: Api, change: dict[str, Any]) -> None:
    body = WHOLE | {"customer_id": await api.customer()}
    await api.post("/v1/interactions", body)
    answer = await api.post("/v1/interactions", body | change)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:hamdel:problem:external-id-taken"
    assert await api.rows("SELECT count(*) FROM interactions") == [(1,)]


async def test_the_same_external_id_of_another_source_is_another_interaction(api: Api) -> None:
    body = WHOLE | {"customer_id": await api.customer()}
    statuses = [(await api.post("/v1/interactions", body | {"source": one})).status_code for one in ("a", "b")]
    assert statuses == [201, 201]


async def test_interactions_without_an_external_id_are_never_duplicates(api: Api) -> None:
    body = interaction(await api.customer())
    first, second = [(await api.post("/v1/interactions", body)).json()["id"] for _ in range(2)]
    assert first != second


async def test_an_idempotency_key_replays_the_first_answer(api: Api) -> None:
    body, key = interaction(await api.customer()), {"Idempotency-Key": "k-1"}
    first = await api.post("/v1/interactions", body, headers=key)
    again = await api.post("/v1/interactions", body, headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await api.rows("SELECT count(*) FROM interactions") == [(1,)]


async def test_one_of_many_at_the_same_time_wins_an_external_id(api: Api) -> None:
    body = WHOLE | {"customer_id": await api.customer()}
    answers = await asyncio.gather(*(api.post("/v1/interactions", body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_an_unknown_interaction_is_not_found(api: Api) -> None:
    answer = await api.get("/v1/interactions/0199a0de-7d2b-7a9f-8f6e-0a1b2c3d4e5f")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:hamdel:problem:unknown-interaction")


@pytest.mark.parametrize(
    ("role", "write", "read"),
    [
        ("admin", 201, 200),
        ("manager", 201, 200),
        ("agent", 201, 200),
        ("service", 201, 200),
        ("analyst", 403, 200),
        ("customer", 403, 403),
    ],
)
async def test_roles_decide_who_writes_and_who_reads(api: Api, role: str, write: int, read: int) -> None:
    customer = await api.customer()
    made = (await api.post("/v1/interactions", interaction(customer))).json()
    own = UUID(customer) if role == "customer" else None
    written = await api.post("/v1/interactions", interaction(customer), role=role, customer_id=own)
    seen = await api.get(f"/v1/interactions/{made['id']}", role=role, customer_id=own)
    assert (written.status_code, seen.status_code) == (write, read)
