"""The calls to profile-service, held against the real one: it must take the service's token, the format of the cards
and the days of birthdays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import aiohttp
import httpx
import pytest
import uvicorn

from hamdel.customers import UnreachableError
from hamdel.http import Services
from hamdel.ids import new_id
from loyalty_service.enrolment.cards.domain import Card
from loyalty_service.enrolment.cards.registrar import CardClient, Outcome
from loyalty_service.enrolment.cards.service import draw
from loyalty_service.occasions.birthdays import BirthdayClient
from tests.services.loyalty.enrolment.support import PREFIX
from tests.services.loyalty.support import NOON
from tests.shared.messaging.world import until
from tests.support.apps import application
from tests.support.tokens import Tokens

NO_BROKER = "127.0.0.1:1"


@dataclass
class Settings:
    """Where the neighbour is."""

    profile_url: str | None


@dataclass
class Ours:
    """What the clients use of a service."""

    settings: Settings
    http: aiohttp.ClientSession
    token: str

    def service_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
async def profile_service(database_for: Callable[[str], str], token: Tokens) -> AsyncIterator[httpx.AsyncClient]:
    """The real profile-service on a real port, called by an admin."""
    values = {"database_url": database_for("profile"), "jwks_file": token.keys.jwks, "kafka_bootstrap": NO_BROKER}
    server = uvicorn.Server(uvicorn.Config(application("profile", values), port=0, log_level="error"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    headers = {"Authorization": f"Bearer {token('admin')}"}
    async with httpx.AsyncClient(base_url=f"http://{host}:{port}", headers=headers) as client:
        yield client
    server.should_exit = True
    await serving


@pytest.fixture
async def ours(profile_service: httpx.AsyncClient, token: Tokens) -> AsyncIterator[Services]:
    """loyalty-service as its clients see it."""
    async with aiohttp.ClientSession() as http:
        yield cast("Services", Ours(Settings(str(profile_service.base_url)), http, token("service")))


def card(customer_id: str, number: str) -> Card:
    """A card that waits to be registered."""
    return Card(new_id(), new_id(), UUID(customer_id), PREFIX, number, NOON)


async def created(profile_service: httpx.AsyncClient, **body: Any) -> str:
    """A customer of the neighbour."""
    answer = await profile_service.post("/v1/customers", json={"kind": "person", "name": {"given": "Sara"}, **body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_registered_card_finds_its_customer(profile_service: httpx.AsyncClient, ours: Services) -> None:
    sara, number = await created(profile_service), draw(PREFIX)
    client = CardClient(ours)
    assert await client(card(sara, number)) is Outcome.REGISTERED
    assert (await profile_service.get(f"/v1/customers/by/card/{number}")).json()["id"] == sara
    # the answer was lost and it is asked again
    assert await client(card(sara, number)) is Outcome.REGISTERED


async def test_somebody_elses_number_is_taken(profile_service: httpx.AsyncClient, ours: Services) -> None:
    sara, omid, number = await created(profile_service), await created(profile_service), draw(PREFIX)
    assert await CardClient(ours)(card(sara, number)) is Outcome.REGISTERED
    assert await CardClient(ours)(card(omid, number)) is Outcome.TAKEN


async def test_the_card_of_a_merged_customer_finds_the_survivor(
    profile_service: httpx.AsyncClient, ours: Services
) -> None:
    sara, twin, number = await created(profile_service), await created(profile_service), draw(PREFIX)
    answer = await profile_service.post(f"/v1/customers/{sara}/merges", json={"absorb": twin})
    assert answer.status_code == 201, answer.text
    assert await CardClient(ours)(card(twin, number)) is Outcome.REGISTERED
    assert (await profile_service.get(f"/v1/customers/by/card/{number}")).json()["id"] == sara


async def test_an_archived_customer_and_one_who_is_not_there_wait(
    profile_service: httpx.AsyncClient, ours: Services
) -> None:
    sara = await created(profile_service)
    await profile_service.delete(f"/v1/customers/{sara}")
    for customer in (sara, str(new_id())):
        assert await CardClient(ours)(card(customer, draw(PREFIX))) is Outcome.NOT_YET


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", None])
async def test_a_neighbour_out_of_reach_is_no_answer(url: str | None) -> None:
    async with aiohttp.ClientSession() as http:
        alone = cast("Services", Ours(Settings(url), http, "token"))
        assert await CardClient(alone)(card(str(new_id()), draw(PREFIX))) is Outcome.NOT_YET
        with pytest.raises(UnreachableError):
            await BirthdayClient(alone)("gregorian", ["03-01"], None)


async def test_birthdays_are_asked_for_page_by_page(
    profile_service: httpx.AsyncClient, ours: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyalty_service.occasions.birthdays.AT_ONCE", 2)
    # 29 Esfand 1403 and 30 Esfand 1403
    both = {await created(profile_service, birth_date=born) for born in ("2025-03-19", "2025-03-20", "2025-03-20")}
    await created(profile_service, birth_date="2025-03-18")
    client, cursor = BirthdayClient(ours), None
    found: list[UUID] = []
    for _ in range(2):
        page = await client("jalali", ["12-29", "12-30"], cursor)
        found += page.customers
        cursor = page.next_cursor
    assert cursor is None
    assert {str(one) for one in found} == both
