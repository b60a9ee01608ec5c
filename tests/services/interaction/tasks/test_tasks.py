"""Tasks as their callers see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.section import InteractionsSection
from interaction_service.tasks.service import TaskDraft, create_task
from tests.services.interaction.support import CONTEXT, Api

MONDAY = "2026-03-23T08:00:00Z"


def task(**changes: Any) -> dict[str, Any]:
    """A whole, valid task: Monday at nine in Berlin, before summer time."""
    return {"title": "Call back", "owner_id": "agent-7", "due_at": MONDAY, "timezone": "Europe/Berlin"} | changes


async def made(api: Api, **changes: Any) -> dict[str, Any]:
    """A task that was made."""
    answer = await api.post("/v1/tasks", task(**changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def patched(api: Api, task_id: str, version: int, body: dict[str, Any]) -> Any:
    """The answer to a merge patch."""
    headers = {"If-Match": f'"{version}"', "Content-Type": "application/merge-patch+json"}
    return await api.call("PATCH", f"/v1/tasks/{task_id}", body, headers=headers)


async def next_tasks(api: Api, customer: str, *others: str) -> list[dict[str, Any]]:
    """What the section shows of a customer and those that are one with it."""
    family = [UUID(one) for one in (customer, *others)]
    async with api.engine.connect() as connection:
        rendered = await InteractionsSection().render(connection, {family[0]: family})
    found: list[dict[str, Any]] = orjson.loads(rendered[family[0]] or b"")["next_tasks"]
    return found


async def test_a_task_is_made_and_read_with_its_etag(api: Api) -> None:
    customer = await api.customer()
    body = {"customer_id": customer, "type": "request", "priority": "normal", "subject": "s", "channel": "phone"}
    case = (await api.post("/v1/cases", body)).json()["id"]
    found = await made(api, case_id=case, notes="n", priority="high", remind_before_minutes=30)
    read = await api.get(f"/v1/tasks/{found['id']}")
    assert read.json() == found
    assert read.headers["ETag"] == '"1"'
    wanted = {
        "customer_id": customer,
        "case_id": case,
        "title": "Call back",
        "notes": "n",
        "owner_id": "agent-7",
        "priority": "high",
        "status": "open",
        "due_at": MONDAY,
        "remind_at": "2026-03-23T07:30:00Z",
        "remind_before_minutes": 30,
        "timezone": "Europe/Berlin",
        "recurrence": None,
        "occurrence": 1,
        "version": 1,
        "closed_at": None,
    }
    assert {name: found[name] for name in wanted} == wanted


async def test_a_task_needs_no_customer(api: Api) -> None:
    answer = await api.post("/v1/tasks", task())
    assert (answer.status_code, answer.json()["customer_id"]) == (201, None)
    assert "Hamdel-Sequence" not in answer.headers


@pytest.mark.parametrize("what", ["customer", "case"])
async def test_a_task_for_nobody_or_nothing_known_is_refused(api: Api, what: str) -> None:
    answer = await api.post("/v1/tasks", task(**{f"{what}_id": str(new_id())}))
    assert (answer.status_code, answer.json()["type"]) == (404, f"urn:hamdel:problem:unknown-{what}")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"due_at": "2026-03-23T08:00:00"}, "/due_at"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"title": " "}, "/title"),
        ({"priority": "now"}, "/priority"),
        ({"recurrence": "FREQ=MINUTELY"}, "/recurrence"),
        ({"recurrence": "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"}, "/recurrence"),
        ({"remind_at": "2026-03-23T08:00:01Z"}, "/remind_at"),
        ({"remind_at": MONDAY, "remind_before_minutes": 5}, "/remind_before_minutes"),
    ],
)
async def test_a_wrong_task_names_its_place(api: Api, changes: dict[str, Any], pointer: str) -> None:
    answer = await api.post("/v1/tasks", task(**changes))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_completing_a_recurring_task_makes_the_next_by_the_wall_clock(api: Api) -> None:
    found = await made(api, recurrence="FREQ=WEEKLY", remind_at="2026-03-22T17:00:00Z")
    answer = (await api.post(f"/v1/tasks/{found['id']}/complete", {})).json()
    following = answer["next"]
    assert (answer["status"], answer["closed_by"]) == ("done", answer["created_by"])
    # nine in Berlin is 07:00 UTC from 29 March on; the reminder stays at six in the evening of the day before
    assert (following["due_at"], following["remind_at"]) == ("2026-03-30T07:00:00Z", "2026-03-29T16:00:00Z")
    assert (following["status"], following["occurrence"], following["series_id"]) == ("open", 2, found["series_id"])


async def test_a_series_ends_with_its_count(api: Api) -> None:
    found = await made(api, recurrence="FREQ=DAILY;COUNT=2")
    second = (await api.post(f"/v1/tasks/{found['id']}/complete", {})).json()["next"]
    assert (await api.post(f"/v1/tasks/{second['id']}/complete", {})).json()["next"] is None


async def test_an_occurrence_that_is_opened_and_done_again_makes_no_second_successor(api: Api) -> None:
    found = await made(api, recurrence="FREQ=DAILY")
    path = f"/v1/tasks/{found['id']}"
    assert (await api.post(f"{path}/complete", {})).json()["next"]["occurrence"] == 2
    assert (await api.post(f"{path}/complete", {})).json()["next"] is None
    assert (await api.post(f"{path}/reopen", {})).json()["status"] == "open"
    assert (await api.post(f"{path}/complete", {})).json()["next"] is None
    assert await api.rows("SELECT count(*) FROM tasks") == [(2,)]


async def test_moving_one_occurrence_does_not_move_the_series(api: Api) -> None:
    found = await made(api, recurrence="FREQ=WEEKLY")
    moved = await patched(api, found["id"], 1, {"due_at": "2026-03-24T12:00:00Z"})
    assert moved.json()["due_at"] == "2026-03-24T12:00:00Z"
    answer = await api.post(f"/v1/tasks/{found['id']}/complete", {})
    assert answer.json()["next"]["due_at"] == "2026-03-30T07:00:00Z"


async def test_cancelling_ends_the_series_and_completing_is_refused_then(api: Api) -> None:
    found = await made(api, recurrence="FREQ=WEEKLY")
    path = f"/v1/tasks/{found['id']}"
    assert (await api.post(f"{path}/cancel", {})).json()["status"] == "cancelled"
    refused = await api.post(f"{path}/complete", {})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:hamdel:problem:task-cancelled")
    assert await api.rows("SELECT count(*) FROM tasks") == [(1,)]


async def test_a_patch_needs_the_newest_version_and_a_stale_one_names_the_fields(api: Api) -> None:
    found = await made(api)
    assert (await api.call("PATCH", f"/v1/tasks/{found['id']}", {"title": "x"})).status_code == 428
    assert (await patched(api, found["id"], 1, {"owner_id": "agent-8", "notes": "n"})).json()["version"] == 2
    stale = await patched(api, found["id"], 1, {"owner_id": "agent-9", "title": "x"})
    assert stale.status_code == 412
    assert [error["pointer"] for error in stale.json()["errors"]] == ["/owner_id"]


async def test_null_takes_a_reminder_away_and_a_new_due_date_moves_one_that_is_a_lead(api: Api) -> None:
    found = await made(api, remind_before_minutes=60)
    moved = (await patched(api, found["id"], 1, {"due_at": "2026-03-25T08:00:00Z"})).json()
    assert moved["remind_at"] == "2026-03-25T07:00:00Z"
    gone = (await patched(api, found["id"], 2, {"remind_before_minutes": None})).json()
    assert (gone["remind_at"], gone["remind_before_minutes"]) == (None, None)


async def test_the_history_says_who_changed_what(api: Api) -> None:
    found = await made(api)
    await patched(api, found["id"], 1, {"due_at": "2026-03-24T12:00:00Z", "priority": "urgent"})
    await api.post(f"/v1/tasks/{found['id']}/complete", {}, role="manager")
    lines = (await api.get(f"/v1/tasks/{found['id']}/history")).json()["items"]
    assert sorted((line["version"], line["field"], line["before"], line["after"]) for line in lines) == [
        (2, "due_at", MONDAY, "2026-03-24T12:00:00Z"),
        (2, "priority", "normal", "urgent"),
        (3, "status", "open", "done"),
    ]
    assert len({line["by"] for line in lines}) == 2


async def test_a_list_is_walked_by_due_date_and_filtered(api: Api) -> None:
    customer = await api.customer()
    days = [await made(api, due_at=f"2026-04-0{day}T08:00:00Z", customer_id=customer) for day in (3, 1, 2)]
    other = await made(api, owner_id="agent-8", due_at="2026-04-01T00:00:00Z")
    await api.post(f"/v1/tasks/{days[0]['id']}/complete", {})
    seen, cursor = [], ""
    while cursor is not None:
        page = (await api.get(f"/v1/tasks?limit=1{cursor and '&cursor=' + cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [other["id"], days[1]["id"], days[2]["id"], days[0]["id"]]

    async def found(query: str) -> list[str]:
        return [item["id"] for item in (await api.get(f"/v1/tasks?{query}")).json()["items"]]

    assert await found("owner=agent-8") == [other["id"]]
    assert await found(f"customer_id={customer}&status=open") == [days[1]["id"], days[2]["id"]]
    assert await found("due_before=2026-04-02T08:00:00Z") == [other["id"], days[1]["id"]]
    assert await found(f"case_id={new_id()}") == []


async def test_the_section_shows_the_ten_soonest_open_tasks(api: Api) -> None:
    customer = await api.customer()
    tasks = [await made(api, customer_id=customer, due_at=f"2026-05-{day:02}T08:00:00Z") for day in range(12, 0, -1)]
    await api.post(f"/v1/tasks/{tasks[-1]['id']}/complete", {})
    shown = await next_tasks(api, customer)
    assert [one["due_at"] for one in shown] == [f"2026-05-{day:02}T08:00:00Z" for day in range(2, 12)]
    assert set(shown[0]) == {"id", "title", "due_at", "owner_id"}


async def test_customers_who_are_one_share_their_tasks_and_keep_them_afterwards(api: Api) -> None:
    survivor, absorbed = await api.customer(), await api.customer()
    mine = await made(api, customer_id=survivor, due_at="2026-05-02T08:00:00Z")
    theirs = await made(api, customer_id=absorbed, due_at="2026-05-01T08:00:00Z")
    assert [one["id"] for one in await next_tasks(api, survivor, absorbed)] == [theirs["id"], mine["id"]]
    link = "UPDATE event_streams SET linked_to = :to WHERE customer_id = :id"
    async with api.engine.begin() as connection:
        await connection.execute(text(link), {"to": UUID(survivor), "id": UUID(absorbed)})
    listed = (await api.get(f"/v1/tasks?customer_id={absorbed}")).json()["items"]
    assert [one["customer_id"] for one in listed] == [absorbed, survivor]


async def test_every_change_of_a_customers_task_counts_the_section_up(api: Api) -> None:
    customer = await api.customer()
    created = await api.post("/v1/tasks", task(customer_id=customer, due_at="2190-01-01T00:00:00Z"))
    task_id = created.json()["id"]
    answers = [
        created,
        await patched(api, task_id, 1, {"title": "x"}),
        await api.post(f"/v1/tasks/{task_id}/cancel", {}),
    ]
    assert [one.headers["Hamdel-Sequence"] for one in answers] == [f"interactions={n}" for n in (1, 2, 3)]


async def test_one_origin_makes_one_task(api: Api, units: UnitOfWorkFactory) -> None:
    customer = UUID(await api.customer())
    made_ids = []
    for _ in range(2):
        async with units(CONTEXT) as unit:
            draft = TaskDraft(title="t", owner_id="o", due_at=unit.now, customer_id=customer, origin="once")
            made_ids.append(await create_task(unit, draft))
    assert made_ids[0] == made_ids[1]
    assert await api.rows("SELECT count(*) FROM tasks") == [(1,)]


async def test_an_analyst_reads_and_does_not_write(api: Api) -> None:
    assert (await api.post("/v1/tasks", task(), role="analyst")).status_code == 403
    assert (await api.get("/v1/tasks", role="analyst")).status_code == 200
