"""A case and its clocks: what its opening promises, and what moves them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.services.interaction.cases.support import act, opened
from tests.services.interaction.conversations.support import mail, received
from tests.services.interaction.support import Api, section

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
ROUND_THE_CLOCK = {"code": "always", "timezone": "UTC", "windows": ALWAYS, "exceptions": []}


async def promised(api: Api) -> None:
    """An hour to the first answer and eight to the end, at any time; half of it for the urgent."""
    made = await api.post("/v1/calendars", ROUND_THE_CLOCK, role="manager")
    assert made.status_code == 201, made.text
    for priority, minutes in (("normal", 60), ("urgent", 30)):
        policy = {
            "code": "gold",
            "calendar": "always",
            "priority": priority,
            "first_response_minutes": minutes,
            "next_response_minutes": minutes,
            "resolution_minutes": minutes * 8,
        }
        answer = await api.post("/v1/sla-policies", policy, role="manager")
        assert answer.status_code == 201, answer.text


def minutes_after(opened_at: str, due_at: str) -> float:
    """How long after the opening something is due."""
    moments = [datetime.fromisoformat(one) for one in (opened_at, due_at)]
    return (moments[1] - moments[0]) / timedelta(minutes=1)


async def due(api: Api, case_id: str) -> dict[str, Any]:
    """How the promises of a case stand."""
    found: dict[str, Any] = (await api.get(f"/v1/cases/{case_id}")).json()["due"]
    return found


async def test_an_opened_case_tells_its_deadlines_and_so_does_the_section(api: Api) -> None:
    await promised(api)
    customer = await api.customer()
    made = await opened(api, customer, policy="gold")
    assert minutes_after(made["opened_at"], made["due"]["first_response_at"]) == 60
    assert minutes_after(made["opened_at"], made["due"]["resolution_at"]) == 480
    (shown,) = (await section(api, customer))[0]["open_cases"]
    assert shown["due_at"] == made["due"]["first_response_at"] == made["due"]["next_at"]


async def test_a_policy_that_does_not_exist_is_refused_and_opens_nothing(api: Api) -> None:
    body = {"customer_id": await api.customer(), "type": "question", "subject": "?", "policy": "platinum"}
    answer = await api.post("/v1/cases", body)
    assert answer.status_code == 422
    assert await api.rows("SELECT count(*) FROM cases") == [(0,)]


async def test_an_answer_keeps_the_first_promise_and_waiting_stops_the_other(api: Api) -> None:
    await promised(api)
    customer = await api.customer()
    talk = (await received(api, mail(customer, "m-1")))["conversation_id"]
    made = (await opened(api, customer, policy="gold", conversation_id=talk))["id"]
    await act(api, made, "messages", {"body": "What is broken?", "waiting": True})
    stopped = await due(api, made)
    assert stopped["states"] == {"first_response": "met", "next_response": "none", "resolution": "paused"}
    assert stopped["resolution_at"] is None
    await received(api, mail(customer, "m-2"))
    going = await due(api, made)
    assert going["states"] == {"first_response": "met", "next_response": "running", "resolution": "running"}


async def test_an_escalation_is_due_by_the_promise_of_its_new_priority(api: Api) -> None:
    await promised(api)
    made = await opened(api, await api.customer(), policy="gold", priority="high")
    assert minutes_after(made["opened_at"], made["due"]["resolution_at"]) == 480
    raised = await act(api, made["id"], "escalate")
    assert minutes_after(made["opened_at"], raised["due"]["resolution_at"]) == 240


async def test_a_change_of_priority_moves_the_deadline(api: Api) -> None:
    await promised(api)
    made = await opened(api, await api.customer(), policy="gold")
    patch, headers = {"priority": "urgent"}, {"If-Match": '"1"'}
    changed = (await api.call("PATCH", f"/v1/cases/{made['id']}", patch, headers=headers)).json()
    assert minutes_after(made["opened_at"], changed["due"]["first_response_at"]) == 30


async def test_a_case_that_is_done_promises_nothing_more_until_it_comes_back(api: Api) -> None:
    await promised(api)
    made = (await opened(api, await api.customer(), policy="gold"))["id"]
    done = await act(api, made, "resolve")
    assert (done["due"]["next_at"], done["due"]["states"]["resolution"]) == (None, "met")
    again = await act(api, made, "reopen")
    assert again["due"]["states"]["resolution"] == "running"
