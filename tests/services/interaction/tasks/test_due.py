"""Reminders and due dates are told: each once, whoever else is at it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from hamdel.contracts.interaction import TaskDue
from hamdel.database import UnitOfWorkFactory
from hamdel.ids import new_id
from interaction_service.tasks import service
from interaction_service.tasks.background import ring
from interaction_service.tasks.service import TaskDraft, create_task
from tests.services.interaction.support import CONTEXT, Api

PAST = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAR = datetime(2190, 1, 1, tzinfo=UTC)


async def made(units: UnitOfWorkFactory, **changes: Any) -> UUID:
    """A task of a customer, due in the past unless it says otherwise."""
    values: dict[str, Any] = {"title": "t", "owner_id": "agent-7", "due_at": PAST, "customer_id": new_id()} | changes
    async with units(CONTEXT) as unit:
        return await create_task(unit, TaskDraft(**values))


async def told(engine: AsyncEngine) -> list[dict[str, Any]]:
    """The data of the facts in the outbox, in order."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT payload FROM outbox ORDER BY seq"))
        events = [orjson.loads(payload) for (payload,) in rows]
    assert {event["type"] for event in events} <= {TaskDue.fact_type}
    return [event["data"] for event in events]


async def test_the_reminder_and_the_due_date_are_told_once_each(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    customer = new_id()
    task_id = await made(units, customer_id=customer, remind_before_minutes=30)
    assert await ring(units) == 1
    assert await ring(units) == 0
    data = {
        "task_id": str(task_id),
        "customer_id": str(customer),
        "owner_id": "agent-7",
        "due_at": "2026-03-02T09:00:00Z",
    }
    assert await told(engine) == [data | {"reminder": True}, data | {"reminder": False}]


async def test_what_has_not_come_is_not_told(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    await made(units, due_at=FAR, remind_at=PAST)
    await made(units, due_at=FAR)
    assert await ring(units) == 1
    assert [one["reminder"] for one in await told(engine)] == [True]


async def test_a_task_that_ended_is_not_told(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    done, cancelled = await made(units), await made(units)
    async with units(CONTEXT) as unit:
        await service.complete(unit, done)
    async with units(CONTEXT) as unit:
        await service.cancel(unit, cancelled)
    assert await ring(units) == 0
    assert await told(engine) == []


async def test_a_task_without_a_customer_has_no_fact(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    await made(units, customer_id=None)
    assert await ring(units) == 0
    assert await told(engine) == []


async def test_a_due_date_that_moves_is_told_again(units: UnitOfWorkFactory, engine: AsyncEngine) -> None:
    task_id = await made(units)
    await ring(units)
    async with units(CONTEXT) as unit:
        await service.change(unit, task_id, 1, {"due_at": PAST + timedelta(hours=1)})
    await ring(units)
    assert [one["due_at"] for one in await told(engine)] == ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"]


async def test_workers_at_the_same_time_tell_every_moment_exactly_once(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customers = [new_id() for _ in range(10)]
    tasks = [await made(units, customer_id=customers[n % 10], remind_before_minutes=5) for n in range(60)]

    async def worker() -> int:
        total = 0
        while rung := await ring(units, at_once=7):
            total += rung
        return total

    await asyncio.gather(*(worker() for _ in range(4)))
    assert await ring(units) == 0
    facts = sorted((one["task_id"], one["reminder"]) for one in await told(engine))
    assert facts == sorted((str(task), reminder) for task in tasks for reminder in (True, False))


async def test_a_worker_and_people_at_the_same_tasks_do_not_stop_each_other(
    units: UnitOfWorkFactory, engine: AsyncEngine
) -> None:
    customer = new_id()
    tasks = [await made(units, customer_id=customer) for _ in range(20)]

    async def done(task_id: UUID) -> None:
        async with units(CONTEXT) as unit:
            await service.complete(unit, task_id)

    await asyncio.wait_for(asyncio.gather(ring(units, 5), ring(units, 5), *(done(one) for one in tasks)), 10)
    facts = [one["task_id"] for one in await told(engine)]
    assert len(facts) == len(set(facts))


async def test_the_running_service_tells_by_itself(api: Api) -> None:
    customer = await api.customer()
    body = {"title": "t", "owner_id": "o", "due_at": "2026-03-02T09:00:00Z", "customer_id": customer}
    task_id = (await api.post("/v1/tasks", body)).json()["id"]
    for _ in range(60):
        events = await api.events(customer)
        if events:
            break
        await asyncio.sleep(0.1)
    assert [(event["type"], event["data"]["task_id"]) for event in events] == [(TaskDue.fact_type, task_id)]
