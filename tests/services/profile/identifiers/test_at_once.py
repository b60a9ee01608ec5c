"""Many at once: whoever comes first makes the customer, and the others find it or are told."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import event

from hamdel.database import UnitOfWorkFactory
from hamdel.http import issue_token
from profile_service.identifiers import service
from profile_service.identifiers.canonical import wanted
from profile_service.identifiers.service import Resolved
from tests.services.profile.support import CONTEXT, Api, rows

MANY = 200


async def many_times(api: Api, path: str, body: dict[str, Any]) -> list[httpx.Response]:
    """The same request two hundred times at once, by one client that comes again when the service says 503."""
    token = issue_token(api.signing_key, "service", subject="importer")
    transport = httpx.ASGITransport(api.app)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://profile", headers=headers) as client:

        async def once() -> httpx.Response:
            answer = await client.post(path, json=body)
            while answer.status_code == 503:
                await asyncio.sleep(float(answer.headers["Retry-After"]))
                answer = await client.post(path, json=body)
            return answer

        return await asyncio.gather(*(once() for _ in range(MANY)))


@pytest.mark.slow
async def test_two_hundred_creates_at_once_with_one_national_id_make_one_customer(api: Api) -> None:
    body = {"name": {"family": "کریمی"}, "identifiers": [{"type": "national_id", "value": "0012345679"}]}
    answers = await many_times(api, "/v1/customers", body)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: MANY - 1}
    told = {(each.json()["type"], str(each.json()["errors"])) for each in answers if each.status_code == 409}
    taken = [{"pointer": "/identifiers/0", "message": "another customer has it"}]
    assert told == {("urn:hamdel:problem:identifier-taken", str(taken))}
    assert await api.rows("SELECT count(*) FROM customers") == [(1,)]
    assert await api.rows("SELECT count(*) FROM event_streams") == [(1,)]


@pytest.mark.slow
@pytest.mark.parametrize(("type_", "value"), [("national_id", "0012345679"), ("phone", "0912 345 6789")])
async def test_two_hundred_resolves_at_once_of_one_identifier_answer_one_customer(
    api: Api, type_: str, value: str
) -> None:
    body: dict[str, Any] = {"create_missing": True, "identifiers": [{"type": type_, "value": value}]}
    answers = await many_times(api, "/v1/customers/resolve", body)
    items = [item for answer in answers for item in answer.json()["items"]]
    assert len({item["id"] for item in items}) == 1
    assert Counter(item["status"] for item in items) == {"created": 1, "found": MANY - 1}
    assert await api.rows("SELECT count(*) FROM customers") == [(1,)]


async def test_resolves_at_once_of_the_same_phones_never_make_two_customers_for_one(units: UnitOfWorkFactory) -> None:
    phones = [wanted("phone", f"0912000{number:04d}", "IR") for number in range(40)]

    async def run(number: int) -> dict[str, UUID | None]:
        turned = phones[number * 7 % 40 :] + phones[: number * 7 % 40]
        async with units(CONTEXT) as unit:
            found = await service.resolve(unit, turned, create_missing=True)
        return {each.canonical: one.customer_id for each, one in zip(turned, found, strict=True)}

    outcomes = await asyncio.gather(*(run(number) for number in range(12)))
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert len(set(outcomes[0].values())) == 40
    assert await rows(units.engine, "SELECT count(*) FROM customers") == [(40,)]


async def test_a_resolve_waits_for_another_that_makes_the_customer_of_its_phone(units: UnitOfWorkFactory) -> None:
    made_it, may_end = asyncio.Event(), asyncio.Event()
    phone = [wanted("phone", "09123456789", "IR")]

    async def early() -> Resolved:
        async with units(CONTEXT) as unit:
            found = await service.resolve(unit, phone, create_missing=True)
            made_it.set()
            await may_end.wait()
        return found[0]

    async def late() -> Resolved:
        await made_it.wait()
        asyncio.get_running_loop().call_later(0.2, may_end.set)
        async with units(CONTEXT) as unit:
            return (await service.resolve(unit, phone, create_missing=True))[0]

    first, second = await asyncio.gather(early(), late())
    assert (first.status, second) == ("created", Resolved(first.customer_id, "found"))


async def test_a_thousand_phones_take_as_few_statements_as_two(units: UnitOfWorkFactory) -> None:
    counted = [0]

    def count(*_: object) -> None:
        counted[0] += 1

    event.listen(units.engine.sync_engine, "before_cursor_execute", count)
    taken = []
    for phones in (range(2), range(10, 1010)):
        counted[0] = 0
        async with units(CONTEXT) as unit:
            asked = [wanted("phone", f"0912{number:07d}", "IR") for number in phones]
            await service.resolve(unit, asked, create_missing=True)
        taken.append(counted[0])
    assert taken[0] == taken[1] <= 16
    assert await rows(units.engine, "SELECT count(*) FROM customers") == [(1002,)]


async def test_a_thousand_shared_identifiers_hold_few_locks_of_the_server(units: UnitOfWorkFactory) -> None:
    async with units(CONTEXT) as unit:
        asked = [wanted("cookie", f"c{number}", "IR") for number in range(1000)]
        await service.resolve(unit, asked, create_missing=True)
        held = await rows(units.engine, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
    assert 0 < held[0][0] <= 256
