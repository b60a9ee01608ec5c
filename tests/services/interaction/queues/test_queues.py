"""Queues as they are kept."""

from __future__ import annotations

import pytest

from tests.services.interaction.cases.support import queue
from tests.services.interaction.support import Api


async def test_a_queue_is_made_read_and_changed(api: Api) -> None:
    await queue(api, "parts", "ann", "bob", calendar="office")
    answer = await api.get("/v1/queues/parts")
    assert answer.json() == {
        "code": "parts",
        "name": "parts",
        "members": ["ann", "bob"],
        "strategy": "manual",
        "calendar": "office",
        "version": 1,
    }
    changes = {"members": ["cem"], "strategy": "round_robin", "calendar": None}
    headers = {"If-Match": answer.headers["ETag"]}
    changed = await api.call("PATCH", "/v1/queues/parts", changes, role="manager", headers=headers)
    assert changed.json() == answer.json() | changes | {"version": 2}
    late = await api.call("PATCH", "/v1/queues/parts", {"name": "x"}, role="manager", headers=headers)
    assert late.status_code == 412


async def test_a_code_is_used_once_and_a_member_stands_once(api: Api) -> None:
    await queue(api, "parts")
    taken = await api.post("/v1/queues", {"code": "parts", "name": "x"}, role="manager")
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:hamdel:problem:queue-exists")
    twice = await api.post("/v1/queues", {"code": "x", "name": "x", "members": ["a", "a"]}, role="manager")
    assert twice.status_code == 422


@pytest.mark.usefixtures("nothing_promised")
async def test_queues_are_listed_by_code_and_agents_do_not_make_them(api: Api) -> None:
    for code in ("c", "a", "b"):
        await queue(api, code)
    first = (await api.get("/v1/queues?limit=2")).json()
    rest = (await api.get(f"/v1/queues?limit=2&cursor={first['next_cursor']}")).json()
    assert [item["code"] for item in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert (await api.post("/v1/queues", {"code": "d", "name": "d"})).status_code == 403
