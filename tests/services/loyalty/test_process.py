"""loyalty-service answers for its health and its section, and migrates its own database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
import httpx

AppClient = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]

CUSTOMER = "0199f5a0-0000-7000-8000-000000000001"


async def test_it_is_ready_on_a_migrated_database(app_client: AppClient) -> None:
    async with app_client("loyalty") as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"


async def test_a_customer_without_anything_has_the_empty_section(app_client: AppClient) -> None:
    async with app_client("loyalty", role="service") as client:
        answer = await client.get(f"/internal/sections/{CUSTOMER}")
    section = answer.json()
    assert answer.status_code == 200
    assert (section["section"], section["sequence"]) == ("loyalty", 0)


async def test_its_sections_are_not_for_agents(app_client: AppClient) -> None:
    async with app_client("loyalty", role="agent") as client:
        answer = await client.get(f"/internal/sections/{CUSTOMER}")
    assert answer.status_code == 403


async def test_the_migrated_database_has_the_tables_of_eventing(database_for: Callable[[str], str]) -> None:
    connection = await asyncpg.connect(database_for("loyalty"))
    names = {row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    await connection.close()
    assert {"outbox", "event_streams", "consumer_watermarks", "idempotency_keys"} <= names
