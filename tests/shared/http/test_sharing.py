"""Commands that arrive together share one transaction, and each keeps what its Idempotency-Key promises."""

from __future__ import annotations

import asyncio
from uuid import UUID

import httpx
import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from hamdel.http import Services
from hamdel.ids import new_id


@pytest.fixture
def services(app: FastAPI) -> Services:
    found: Services = app.state.services
    return found


async def write(client: httpx.AsyncClient, customer: UUID, key: str | None, **more: object) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"customer_id": str(customer), "text": "a", **more}
    return await client.post("/v1/shared-notes", json=body, headers=headers)


async def occupied(client: httpx.AsyncClient) -> asyncio.Task[httpx.Response]:
    """A transaction that runs for a while: what is sent meanwhile shares the next one."""
    task = asyncio.create_task(write(client, new_id(), "occupied", pause=1.0))
    await asyncio.sleep(0.15)
    return task


async def payloads(services: Services) -> list[dict[str, object]]:
    async with services.engine.connect() as connection:
        return [orjson.loads(row[0]) for row in await connection.execute(text("SELECT payload FROM outbox"))]


async def test_those_that_arrive_meanwhile_share_a_transaction(client: httpx.AsyncClient, customer: UUID) -> None:
    first = await occupied(client)
    answers = await asyncio.gather(*(write(client, customer, str(number)) for number in range(4)))
    assert (await first).json()["text"] == "0 of 1"
    assert sorted(each.json()["text"] for each in answers) == ["0 of 4", "1 of 4", "2 of 4", "3 of 4"]
    assert {each.headers["hamdel-sequence"] for each in answers} == {"interactions=4"}
    assert {each.headers["etag"] for each in answers} == {'"1"'}


async def test_a_key_is_answered_with_the_same_bytes_later(client: httpx.AsyncClient, customer: UUID) -> None:
    first = await write(client, customer, "k")
    await write(client, customer, "other")
    again = await write(client, customer, "k")
    assert (again.status_code, again.content) == (201, first.content)
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert again.headers["hamdel-sequence"] == first.headers["hamdel-sequence"] == "interactions=1"


async def test_a_key_twice_in_one_transaction_is_done_once(
    client: httpx.AsyncClient, customer: UUID, services: Services
) -> None:
    first = await occupied(client)
    answers = await asyncio.gather(*(write(client, customer, "k") for _ in range(3)))
    await first
    assert {each.content for each in answers} == {answers[0].content}
    assert [each.headers.get("idempotency-replayed") for each in answers].count("true") == 2
    assert len(await payloads(services)) == 2


async def test_a_key_twice_in_one_transaction_for_different_requests_is_refused(
    client: httpx.AsyncClient, customer: UUID
) -> None:
    first = await occupied(client)
    answers = await asyncio.gather(write(client, customer, "k"), write(client, customer, "k", text="b"))
    await first
    assert sorted(each.status_code for each in answers) == [201, 422]


async def test_a_refusal_touches_nobody_else_and_is_not_stored(client: httpx.AsyncClient, customer: UUID) -> None:
    first = await occupied(client)
    refused, fine = await asyncio.gather(write(client, customer, "a", refuse=True), write(client, customer, "b"))
    await first
    assert (refused.status_code, fine.status_code) == (409, 201)
    assert (await write(client, customer, "a")).status_code == 201


async def test_a_crash_touches_nobody_else(client: httpx.AsyncClient, customer: UUID, services: Services) -> None:
    first = await occupied(client)
    crashing = asyncio.gather(write(client, customer, "a", text="crash"), return_exceptions=True)
    fine = await asyncio.gather(*(write(client, customer, str(number)) for number in range(3)))
    (crashed,) = await crashing
    await first
    assert isinstance(crashed, RuntimeError) or (isinstance(crashed, httpx.Response) and crashed.status_code == 500)
    assert [each.status_code for each in fine] == [201, 201, 201]
    assert len(await payloads(services)) == 4


async def test_a_key_that_another_process_holds_is_in_progress(
    client: httpx.AsyncClient, customer: UUID, services: Services
) -> None:
    await write(client, customer, "k")
    async with services.engine.connect() as other:
        scopes = (await other.execute(text("SELECT scope FROM idempotency_keys"))).scalars().all()
        lock = int.from_bytes(scopes[0][:8], "big", signed=True)
        await other.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        held, free = await asyncio.gather(write(client, customer, "k"), write(client, customer, "free"))
    assert (held.status_code, held.headers["retry-after"]) == (409, "1")
    assert free.status_code == 201


async def test_without_a_key_nothing_is_done(client: httpx.AsyncClient, customer: UUID, services: Services) -> None:
    answer = await write(client, customer, None)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hamdel:problem:idempotency-key-required")
    assert await payloads(services) == []


async def test_each_event_belongs_to_the_request_that_caused_it(
    client: httpx.AsyncClient, customer: UUID, services: Services
) -> None:
    first = await occupied(client)

    async def send(request_id: str) -> httpx.Response:
        headers = {"Idempotency-Key": request_id, "X-Request-ID": request_id}
        body = {"customer_id": str(customer), "text": request_id}
        return await client.post("/v1/shared-notes", json=body, headers=headers)

    await asyncio.gather(first, send("req-1"), send("req-2"))
    told = {each["correlationid"]: each["data"] for each in await payloads(services)}
    assert {name: told[name] for name in ("req-1", "req-2")} == {"req-1": {"text": "req-1"}, "req-2": {"text": "req-2"}}
