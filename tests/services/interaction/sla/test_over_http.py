"""Promises as callers see them: a case with a policy, and the calendar's own answer."""

from __future__ import annotations

from tests.services.interaction.calendars.test_calendars import due_at, made
from tests.services.interaction.sla.test_policies import standard
from tests.services.interaction.support import Api


async def test_a_case_promises_what_the_calendar_says_and_more_once_its_priority_is_raised(api: Api) -> None:
    await made(api)
    await api.post("/v1/sla-policies", standard(), role="manager")
    await api.post("/v1/sla-policies", standard(priority="urgent", resolution_minutes=90), role="manager")
    body = {
        "customer_id": await api.customer(),
        "type": "complaint",
        "priority": "normal",
        "subject": "The parcel is late",
        "channel": "phone",
        "policy": "standard",
    }
    answer = await api.post("/v1/cases", body)
    assert answer.status_code == 201, answer.text
    case = answer.json()
    opened = case["opened_at"]
    assert case["due"]["first_response_at"] == await due_at(api, opened, 60)
    assert case["due"]["resolution_at"] == await due_at(api, opened, 480)
    url = f"/v1/cases/{case['id']}"
    etag = {"If-Match": answer.headers["ETag"]}
    raised = await api.call("PATCH", url, {"priority": "urgent"}, headers=etag)
    assert raised.status_code == 200, raised.text
    assert raised.json()["due"]["resolution_at"] == await due_at(api, opened, 90)
    unknown = await api.post("/v1/cases", body | {"policy": "nonsense"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/policy")
