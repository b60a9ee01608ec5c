"""The profile section of the customer view."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import event

from profile_service.section import ProfileSection
from tests.services.profile.support import Api, alone
from tests.services.profile.test_customers import SARA


async def test_the_section_holds_the_whole_record_and_room_for_what_comes_later(api: Api) -> None:
    made = await api.create(**SARA)
    answer = await api.as_role("service").get(f"/internal/sections/{made['id']}")
    record = answer.json()
    resource = {key: value for key, value in made.items() if key != "id"}
    resource["identifiers"] = [{"type": each["type"], "value": each["value"]} for each in made["identifiers"]]
    later: dict[str, Any] = {
        "stage": None,
        "relationship": None,
        "segments": [],
        "consents": [],
        "traits": {},
        "memberships": [],
    }
    assert record["data"] == resource | later
    assert (record["customer_id"], record["section"], record["sequence"]) == (made["id"], "profile", 4)


async def test_the_section_follows_a_change(api: Api) -> None:
    made = await api.create(name={"given": "Sara"})
    await api.patch(made["id"], 1, {"name": {"given": "Zara"}})
    record = (await api.as_role("service").get(f"/internal/sections/{made['id']}")).json()
    assert (record["sequence"], record["data"]["version"], record["data"]["name"]["given"]) == (2, 2, "Zara")


async def test_the_section_of_an_unknown_customer_is_empty(api: Api) -> None:
    answer = await api.as_role("service").get("/internal/sections/01890000-0000-7000-8000-000000000000")
    assert (answer.json()["sequence"], answer.json()["data"]) == (0, {})


async def test_many_sections_take_as_few_statements_as_one_and_are_always_the_same_bytes(api: Api) -> None:
    ids = [UUID((await api.create(attributes={"z": n, "a": {"y": 1, "b": 2}}, tags=["t"]))["id"]) for n in range(5)]
    statements: list[str] = []
    event.listen(
        api.engine.sync_engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: statements.append(statement)
    )
    async with api.engine.connect() as connection:
        first = await ProfileSection().render(connection, alone(ids))
        taken = len(statements)
        await ProfileSection().render(connection, alone(ids[:1]))
        assert taken == len(statements) - taken <= 4
        second = await ProfileSection().render(connection, alone(ids[::-1]))
    assert first == second
    assert set(first) == set(ids)


async def test_somebody_who_is_no_customer_has_no_section(api: Api) -> None:
    async with api.engine.connect() as connection:
        assert await ProfileSection().render(connection, alone([UUID(int=1)])) == {}


async def test_two_hundred_customers_are_rendered_as_one_would_be(api: Api) -> None:
    body = {
        "create_missing": True,
        "identifiers": [{"type": "external:x", "value": f"number-{number}"} for number in range(200)],
    }
    items = (await api.call("POST", "/v1/customers/resolve", body)).json()["items"]
    ids = [UUID(item["id"]) for item in items]
    async with api.engine.connect() as connection:
        found = await ProfileSection().render(connection, alone(ids))
        single = await ProfileSection().render(connection, alone(ids[-1:]))
    assert found[ids[-1]] == single[ids[-1]]
    values = [orjson.loads(found[id_] or b"")["identifiers"][0]["value"] for id_ in ids]
    assert values == [f"number-{number}" for number in range(200)]
