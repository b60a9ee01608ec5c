"""Policies over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.interaction.calendars.test_calendars import made
from tests.services.interaction.support import Api


def standard(**changes: Any) -> dict[str, Any]:
    """An hour, two hours and a day."""
    return {
        "code": "standard",
        "calendar": "office",
        "priority": "normal",
        "first_response_minutes": 60,
        "next_response_minutes": 120,
        "resolution_minutes": 480,
    } | changes


@pytest.mark.usefixtures("nothing_promised")
async def test_a_policy_is_made_read_listed_and_replaced(api: Api) -> None:
    await made(api)
    answer = await api.post("/v1/sla-policies", standard(), role="manager")
    assert answer.status_code == 201, answer.text
    stored = answer.json()
    assert standard().items() <= stored.items()
    assert (stored["tier"], stored["warn_before_minutes"], stored["version"]) == (None, None, 1)
    url = f"/v1/sla-policies/{stored['id']}"
    assert (await api.get(url)).headers["ETag"] == '"1"'
    await api.post("/v1/sla-policies", standard(priority="urgent", code="vip", tier="gold"), role="manager")
    page = (await api.get("/v1/sla-policies?limit=1")).json()
    assert [one["code"] for one in page["items"]] == ["standard"]
    following = (await api.get(f"/v1/sla-policies?limit=1&cursor={page['next_cursor']}")).json()
    assert [one["tier"] for one in following["items"]] == ["gold"]
    assert [one["code"] for one in (await api.get("/v1/sla-policies?code=vip")).json()["items"]] == ["vip"]
    changed = standard(resolution_minutes=240)
    assert (await api.call("PUT", url, changed, role="manager")).status_code == 428
    replaced = await api.call("PUT", url, changed, role="manager", headers={"If-Match": '"1"'})
    assert (replaced.status_code, replaced.json()["resolution_minutes"], replaced.json()["version"]) == (200, 240, 2)
    assert (await api.call("PUT", url, changed, role="manager", headers={"If-Match": '"1"'})).status_code == 412


async def test_a_policy_that_makes_no_sense_is_refused(api: Api) -> None:
    await made(api)
    await made(api, code="rare", windows={"mon": [["09:00", "09:01"]]})
    stored = (await api.post("/v1/sla-policies", standard(), role="manager")).json()
    twice = await api.post("/v1/sla-policies", standard(), role="manager")
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:hamdel:problem:policy-exists")
    for changes, pointer in (
        ({"calendar": "nowhere"}, "/calendar"),
        ({"priority": "soon"}, "/priority"),
        ({"first_response_minutes": 0}, "/first_response_minutes"),
        ({"resolution_minutes": 600_000}, "/resolution_minutes"),
    ):
        answer = await api.post("/v1/sla-policies", standard(code="other", **changes), role="manager")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    rare = await api.post(
        "/v1/sla-policies", standard(code="other", calendar="rare", resolution_minutes=600), role="manager"
    )
    assert rare.json()["type"] == "urn:hamdel:problem:deadline-out-of-reach"
    moved = standard(priority="high")
    url = f"/v1/sla-policies/{stored['id']}"
    fixed = await api.call("PUT", url, moved, role="manager", headers={"If-Match": '"1"'})
    assert (fixed.status_code, fixed.json()["errors"][0]["pointer"]) == (422, "/priority")
    assert (await api.post("/v1/sla-policies", standard(code="mine"), role="agent")).status_code == 403


async def test_a_calendar_cannot_be_closed_under_a_promise(api: Api) -> None:
    await made(api)
    await api.post("/v1/sla-policies", standard(resolution_minutes=4_800), role="manager")
    body = {"timezone": "Europe/Berlin", "windows": {"mon": [["09:00", "09:01"]]}}
    answer = await api.call("PUT", "/v1/calendars/office", body, role="manager", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hamdel:problem:deadline-out-of-reach")
