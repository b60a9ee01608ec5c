"""One transaction per command: events, sequences, and what an Idempotency-Key promises."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from hamdel.clock import utc_now
from hamdel.database.idempotency import prune
from hamdel.http import Services
from hamdel.http.background import prune_idempotency_keys
from hamdel.http.commands import KEY_RETENTION
from hamdel.ids import new_id
from tests.shared.http.conftest import Token


@pytest.fixture
def services(app: FastAPI) -> Services:
    found: Services = app.state.services
    return found


async def count(services: Services, table: str) -> int:
    async with services.engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def write(client: httpx.AsyncClient, customer: UUID, key: str | None = None, **more: object) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await client.post("/v1/notes", json={"customer_id": str(customer), "text": "a", **more}, headers=headers)


async def test_a_write_answers_its_sequence_and_version(client: httpx.AsyncClient, customer: UUID) -> None:
    first, second = await write(client, customer), await write(client, customer)
    assert first.status_code == 201
    assert first.headers["etag"] == '"1"'
    assert first.headers["hamdel-sequence"] == "interactions=1"
    assert second.headers["hamdel-sequence"] == "interactions=2"


async def test_a_write_wakes_the_relay(client: httpx.AsyncClient, customer: UUID, services: Services) -> None:
    woken: list[int] = []
    object.__setattr__(services.units, "after_commit", lambda: woken.append(1))
    await write(client, customer)
    assert woken


async def test_a_batch_over_several_customers_has_no_sequence(client: httpx.AsyncClient) -> None:
    notes = [{"customer_id": str(new_id()), "text": "a"} for _ in range(2)]
    response = await client.post("/v1/note-pairs", json=notes)
    assert response.json() == {"written": 2}
    assert "hamdel-sequence" not in response.headers


async def test_a_refused_use_case_leaves_nothing(client: httpx.AsyncClient, customer: UUID, services: Services) -> None:
    response = await write(client, customer, "k", refuse=True)
    assert response.status_code == 409
    assert [await count(services, t) for t in ("event_streams", "outbox", "idempotency_keys")] == [0, 0, 0]


async def test_events_carry_the_request_and_its_trace(
    client: httpx.AsyncClient, customer: UUID, services: Services
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"X-Request-ID": "req-7", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    await client.post("/v1/notes", json={"customer_id": str(customer), "text": "a"}, headers=headers)
    async with services.engine.connect() as connection:
        payload = bytes((await connection.execute(text("SELECT payload FROM outbox"))).scalar_one())
    assert b'"correlationid":"req-7"' in payload
    assert f'"traceparent":"00-{trace}-'.encode() in payload
    assert b"00f067aa0ba902b7" not in payload


async def test_a_replay_gives_the_same_answer_and_does_nothing(
    client: httpx.AsyncClient, customer: UUID, services: Services
) -> None:
    first, again = await write(client, customer, "k"), await write(client, customer, "k")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["hamdel-sequence"] == first.headers["hamdel-sequence"] == "interactions=1"
    assert "idempotency-replayed" not in first.headers
    assert await count(services, "outbox") == 1


async def test_a_key_with_another_body_is_refused(client: httpx.AsyncClient, customer: UUID) -> None:
    await write(client, customer, "k")
    response = await write(client, customer, "k", number=2)
    assert response.status_code == 422
    assert response.json()["type"] == "urn:hamdel:problem:idempotency-key-reused"


async def test_a_key_belongs_to_one_principal(
    client: httpx.AsyncClient, customer: UUID, services: Services, token: Token
) -> None:
    await write(client, customer, "k")
    client.headers.update(token("agent", subject="somebody-else"))
    assert "idempotency-replayed" not in (await write(client, customer, "k")).headers
    assert await count(services, "outbox") == 2


async def test_a_key_belongs_to_one_operation(client: httpx.AsyncClient, customer: UUID) -> None:
    await write(client, customer, "k")
    response = await client.post("/v1/stock-moves", headers={"Idempotency-Key": "k"})
    assert response.status_code == 204


async def test_a_key_is_required_where_stock_moves(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/stock-moves")
    assert response.status_code == 400
    assert response.json()["type"] == "urn:hamdel:problem:idempotency-key-required"


@pytest.mark.parametrize("key", [" ", "x" * 256])
async def test_a_strange_key_is_refused(client: httpx.AsyncClient, customer: UUID, key: str) -> None:
    assert (await write(client, customer, key)).status_code == 400


async def test_the_same_key_while_running_is_a_conflict(
    client: httpx.AsyncClient, customer: UUID, services: Services
) -> None:
    running = asyncio.create_task(write(client, customer, "k", pause=0.8))
    await asyncio.sleep(0.3)
    second = await write(client, customer, "k", pause=0.8)
    assert second.status_code == 409
    assert second.json()["type"] == "urn:hamdel:problem:request-in-progress"
    assert (await running).status_code == 201
    assert await count(services, "outbox") == 1


async def test_twenty_requests_with_one_key_write_once(
    client: httpx.AsyncClient, customer: UUID, services: Services
) -> None:
    answers = await asyncio.gather(*(write(client, customer, "k") for _ in range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await count(services, "outbox") == 1


async def test_a_failed_request_may_be_tried_again_with_its_key(client: httpx.AsyncClient, customer: UUID) -> None:
    await write(client, customer, "k", refuse=True)
    response = await write(client, customer, "k")
    assert response.status_code == 201


async def test_a_key_is_forgotten_after_24_hours(client: httpx.AsyncClient, customer: UUID, services: Services) -> None:
    await write(client, customer, "k")
    async with services.engine.begin() as connection:
        await connection.execute(text("UPDATE idempotency_keys SET created_at = created_at - interval '24 hours'"))
    assert "idempotency-replayed" not in (await write(client, customer, "k")).headers
    assert (await write(client, customer, "k")).headers["idempotency-replayed"] == "true"
    assert await count(services, "outbox") == 2


async def test_the_retention_job_deletes_what_is_too_old(
    client: httpx.AsyncClient, customer: UUID, services: Services
) -> None:
    await write(client, customer, "old")
    async with services.engine.begin() as connection:
        await connection.execute(text("UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'"))
    await write(client, customer, "new")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await prune_idempotency_keys(services)
    assert await count(services, "idempotency_keys") == 1
    assert await prune(services.engine, utc_now() - KEY_RETENTION + timedelta(days=2)) == 1


async def test_a_read_survives_a_schema_change(client: httpx.AsyncClient, services: Services) -> None:
    from hamdel.http import query

    async with services.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE shape (a int)"))
        await connection.execute(text("INSERT INTO shape VALUES (1)"))

    class Inside:
        def __init__(self, app: object) -> None:
            self.app = app

    request: object = Inside(client._transport.app)  # type: ignore[attr-defined]

    async def read(connection: object) -> object:
        rows = await connection.execute(text("SELECT * FROM shape"))  # type: ignore[attr-defined]
        return [dict(row._mapping) for row in rows]

    before = await query(request, read)  # type: ignore[arg-type]
    async with services.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE shape ADD COLUMN b int DEFAULT 2"))
    after = await query(request, read)  # type: ignore[arg-type]
    assert (before.body, after.body) == (b'[{"a":1}]', b'[{"a":1,"b":2}]')


async def test_a_read_is_not_held_up_by_kafka_being_down(client: httpx.AsyncClient) -> None:
    started = time.perf_counter()
    assert (await client.get("/v1/ping")).json()["one"] == 1
    assert time.perf_counter() - started < 1.0


async def test_internal_sections_keep_the_order_and_know_the_unknown(
    client: httpx.AsyncClient, customer: UUID, token: Token
) -> None:
    await write(client, customer)
    stranger = uuid4()
    body = {"customer_ids": [str(stranger), str(customer)]}
    answer = await client.post("/internal/sections", json=body, headers=token("service"))
    first, second = answer.json()["items"]
    assert first is None
    assert (second["customer_id"], second["sequence"], second["data"]) == (str(customer), 1, {"total": 1})
    empty = (await client.get(f"/internal/sections/{stranger}", headers=token("service"))).json()
    assert (empty["sequence"], empty["as_of"], empty["data"]["total"]) == (0, "1970-01-01T00:00:00Z", 0)


async def test_internal_routes_refuse_people(client: httpx.AsyncClient, customer: UUID) -> None:
    assert (await client.get(f"/internal/sections/{customer}")).status_code == 403
