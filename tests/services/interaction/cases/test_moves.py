"""Resolving, closing, opening again, escalating, and the history of all of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from hamdel.clock import utc_now
from tests.services.interaction.cases.support import act, facts, opened, queue, refused
from tests.services.interaction.support import Api


async def history(api: Api, case_id: str) -> list[dict[str, Any]]:
    """All lines of a case's history."""
    found: list[dict[str, Any]] = (await api.get(f"/v1/cases/{case_id}/history")).json()["items"]
    return found


async def test_a_case_is_resolved_closed_and_opened_again(api: Api) -> None:
    customer = await api.customer()
    made = (await opened(api, customer))["id"]
    resolved = await act(api, made, "resolve", {"resolution": "refunded"})
    assert (resolved["status"], resolved["resolution"]) == ("resolved", "refunded")
    closed = await act(api, made, "close")
    assert (closed["status"], closed["resolution"]) == ("closed", "refunded")
    again = await act(api, made, "reopen")
    assert (again["status"], again["resolution"], again["closed_at"]) == ("open", None, None)
    told = [(name, data["status"]) for name, data in await facts(api, customer)]
    assert told == [
        ("case_opened", "open"),
        ("case_resolved", "resolved"),
        ("case_closed", "closed"),
        ("case_reopened", "open"),
    ]


async def test_moves_that_the_status_does_not_allow_are_refused(api: Api) -> None:
    made = (await opened(api, await api.customer()))["id"]
    assert await refused(api, made, "reopen") == (409, "case-status")
    await act(api, made, "close")
    for what in ("close", "resolve", "escalate"):
        assert await refused(api, made, what) == (409, "case-status"), what
    assert await refused(api, made, "messages", {"body": "Hello"}) == (409, "case-status")
    assert await refused(api, made, "assign", {"agent_id": "ann"}) == (409, "case-status")
    patched = await api.call("PATCH", f"/v1/cases/{made}", {"priority": "low"}, headers={"If-Match": '"2"'})
    assert patched.status_code == 409


async def test_a_case_that_was_closed_31_days_ago_stays_closed(api: Api) -> None:
    made = (await opened(api, await api.customer()))["id"]
    await act(api, made, "close")
    async with api.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE cases SET closed_at = $1", (utc_now() - timedelta(days=31),))
    assert await refused(api, made, "reopen") == (409, "case-status")


async def test_of_many_who_resolve_at_once_one_succeeds(api: Api) -> None:
    customer = await api.customer()
    made = (await opened(api, customer))["id"]
    answers = await asyncio.gather(*(api.post(f"/v1/cases/{made}/resolve", None) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    assert [name for name, _ in await facts(api, customer)] == ["case_opened", "case_resolved"]


async def test_an_escalation_raises_level_and_priority_and_hands_over(api: Api) -> None:
    await queue(api, "second-line")
    customer = await api.customer()
    made = (await opened(api, customer, owner_id="ann"))["id"]
    raised = await act(api, made, "escalate", {"reason": "angry", "to_queue": "second-line", "to": "bob"})
    shown = (raised["level"], raised["priority"], raised["queue"], raised["owner_id"])
    assert shown == (1, "high", "second-line", "bob")
    notes = (await api.get(f"/v1/cases/{made}/notes")).json()["items"]
    assert [(note["body"], note["author"]) for note in notes] == [("angry", "agent@hamdel")]
    told = (await facts(api, customer))[2:]
    assert [name for name, _ in told] == ["case_escalated", "case_assigned"]
    assert (told[0][1]["level"], told[1][1]["previous_owner_id"]) == (1, "ann")
    assert "angry" not in str(told)


async def test_every_change_is_in_the_history(api: Api) -> None:
    made = await opened(api, await api.customer(), priority="low")
    path = f"/v1/cases/{made['id']}"
    await api.call("PATCH", path, {"priority": "high", "subject": "New"}, headers={"If-Match": '"1"'}, role="manager")
    await act(api, made["id"], "assign", {"agent_id": "ann"})
    await act(api, made["id"], "messages", {"body": "Please wait", "waiting": True})
    await act(api, made["id"], "watchers", {"agent_id": "bob"})
    await act(api, made["id"], "resolve", {"resolution": "done"})
    lines = [
        (line["version"], line["actor"], line["action"], line["field"], line["before"], line["after"])
        for line in await history(api, made["id"])
    ]
    agent, manager = "agent@hamdel", "manager@hamdel"
    born = {"type": "complaint", "priority": "low", "queue": None, "owner_id": None}
    assert lines == [
        (1, agent, "open", "", None, born),
        (2, manager, "change", "priority", "low", "high"),
        (2, manager, "change", "subject", "It is broken", "New"),
        (3, agent, "assign", "owner_id", None, "ann"),
        (4, agent, "reply", "status", "open", "waiting"),
        (5, agent, "watch", "watchers", None, "bob"),
        (6, agent, "resolve", "status", "waiting", "resolved"),
        (6, agent, "resolve", "resolution", None, "done"),
    ]


async def test_what_changes_nothing_writes_no_history(api: Api) -> None:
    made = await opened(api, await api.customer())
    path = f"/v1/cases/{made['id']}"
    same = await api.call("PATCH", path, {"priority": "normal"}, headers={"If-Match": '"1"'})
    assert (same.status_code, same.json()["version"]) == (200, 1)
    assert len(await history(api, made["id"])) == 1


async def test_the_history_comes_page_by_page(api: Api) -> None:
    made = (await opened(api, await api.customer()))["id"]
    for agent in ("a", "b", "c"):
        await act(api, made, "watchers", {"agent_id": agent})
    first = (await api.get(f"/v1/cases/{made}/history?limit=3")).json()
    rest = (await api.get(f"/v1/cases/{made}/history?limit=3&cursor={first['next_cursor']}")).json()
    assert [line["after"] for line in first["items"][1:] + rest["items"]] == ["a", "b", "c"]
    assert rest["next_cursor"] is None
