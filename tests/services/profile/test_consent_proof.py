"""Consents cannot be changed, and whoever changes them all the same is noticed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hamdel.database import UnitOfWorkFactory
from profile_service.consents import service
from profile_service.consents.schemas import ConsentBody
from tests.services.profile.consent_rows import GRANT, listed, put
from tests.services.profile.support import CONTEXT, Api

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "change",
    ["UPDATE consents SET source = 'x'", "DELETE FROM consents", "TRUNCATE consents", "TRUNCATE customers CASCADE"],
)
async def test_the_database_itself_refuses_to_change_a_row(shared_api: Api, change: str) -> None:
    made = await shared_api.create()
    await put(shared_api, made["id"])
    with pytest.raises(DBAPIError, match="append-only"):
        async with shared_api.engine.begin() as connection:
            await connection.execute(text(change))
    assert len(await listed(shared_api, made["id"])) == 1


async def test_a_row_that_was_changed_behind_the_trigger_is_noticed(shared_api: Api) -> None:
    made = await shared_api.create()
    for status in ("granted", "denied", "withdrawn"):
        await put(shared_api, made["id"], status=status)
    path = f"/v1/customers/{made['id']}/consents/proof"
    head = (await listed(shared_api, made["id"]))[0]["proof"]["hash"]
    assert (await shared_api.get(path)).json() == {"intact": True, "rows": 3, "head": head, "broken_at": None}
    async with shared_api.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE consents DISABLE TRIGGER consents_append_only"))
        change = "UPDATE consents SET status = 'granted' WHERE ordinal = 2 AND customer_id = :id"
        await connection.execute(text(change), {"id": UUID(made["id"])})
        await connection.execute(text("ALTER TABLE consents ENABLE TRIGGER consents_append_only"))
    assert (await shared_api.get(path)).json() == {"intact": False, "rows": 3, "head": head, "broken_at": 2}


async def test_tellings_at_the_same_time_make_one_chain(shared_api: Api) -> None:
    made = await shared_api.create()

    async def tell(channel: str, source: str) -> int:
        """As a client does that comes again after a 503: twelve wait for one row, and connections are few."""
        for _ in range(50):
            answer = await put(shared_api, made["id"], channel=channel, source=source)
            if answer.status_code != 503:
                break
            await asyncio.sleep(0.1)
        return answer.status_code

    told = await asyncio.gather(*(tell(channel, f"s{n}") for n in range(6) for channel in ("email", "sms")))
    assert set(told) == {200}
    proof = (await shared_api.get(f"/v1/customers/{made['id']}/consents/proof")).json()
    assert (proof["intact"], proof["rows"]) == (True, 12)


async def test_the_order_of_the_chain_is_the_order_of_its_times_whatever_a_clock_says(shared_api: Api) -> None:
    made = await shared_api.create()
    told = ConsentBody.model_validate(GRANT).told()
    async with UnitOfWorkFactory(shared_api.engine, "/hamdel/profile-service")(CONTEXT) as unit:
        first = await service.put(unit, UUID(made["id"]), told)
        unit.now -= timedelta(minutes=1)
        second = await service.put(unit, UUID(made["id"]), replace(told, status="withdrawn"))
    assert second.standing.row.recorded_at == first.standing.row.recorded_at
    items = await listed(shared_api, made["id"], "/history")
    assert [each["status"] for each in items] == ["withdrawn", "granted"]


async def test_evidence_comes_back_as_it_was_given(shared_api: Api) -> None:
    made = await shared_api.create()
    evidence = {"ژ": "متن رضایت‌نامه", "n": [1, 1.0, 1e16, 0.1, None, True], "z": {"a": {"b": {}}}}
    assert (await put(shared_api, made["id"], evidence=evidence)).json()["evidence"] == evidence
    assert (await listed(shared_api, made["id"]))[0]["evidence"] == evidence
    assert (await shared_api.get(f"/v1/customers/{made['id']}/consents/proof")).json()["intact"] is True
