"""The worker that tells reminders and due dates. Any number of replicas may run it: each moment is told once."""

from __future__ import annotations

import asyncio
from typing import Final

from hamdel.clock import utc_now
from hamdel.context import own_work
from hamdel.contracts.interaction import TaskDue
from hamdel.database import UnitOfWork, UnitOfWorkFactory
from hamdel.http import Services
from interaction_service.rules.service import Happening, is_effect, tell
from interaction_service.tasks import repository
from interaction_service.tasks.domain import Task, told

__all__ = ["ring", "tell_due_tasks"]

AT_ONCE: Final = 100
LONGEST_SLEEP: Final = 2.0
"""Seconds; a task made meanwhile with a nearer moment is told at most this late."""


async def tell_due_tasks(services: Services) -> None:
    """Tells every moment soon after it has come; one read of an index in two seconds while nothing is due."""
    while True:
        if await ring(services.units) < AT_ONCE:
            async with services.units.reading() as connection:
                following = await repository.next_alarm(connection)
            left = LONGEST_SLEEP if following is None else (following - utc_now()).total_seconds()
            await asyncio.sleep(min(max(left, 0.0), LONGEST_SLEEP))


async def ring(units: UnitOfWorkFactory, at_once: int = AT_ONCE) -> int:
    """Tells what has come, at most `at_once` tasks of it, in one transaction; gives how many tasks that were.

    The streams come first, as in every writer: claiming the rows before would meet a writer who waits for a row.
    """
    context = own_work("interaction-service", "tasks")
    async with units(context) as unit:
        waiting = await repository.alarming(unit.connection, unit.now, at_once)
        if not waiting:
            return 0
        await unit.lock_streams(waiting.values())
        claimed = await repository.claim_alarming(unit.connection, list(waiting), unit.now)
        for task in claimed:
            await _tell(unit, task)
        return len(claimed)


async def _tell(unit: UnitOfWork, task: Task) -> None:
    after, moments = told(task, unit.now)
    await repository.store(unit.connection, after)
    for reminder in moments:
        at = task.remind_at if reminder and task.remind_at else task.due_at
        assert task.customer_id is not None
        fact = TaskDue(
            task_id=task.id, customer_id=task.customer_id, owner_id=task.owner_id, due_at=task.due_at, reminder=reminder
        )
        unit.record(task.customer_id, fact, occurred_at=at)
        if not is_effect(task.origin):
            key = f"{task.id}:{'reminder' if reminder else 'due'}:{int(at.timestamp())}"
            await tell(unit, fact.fact_type, [Happening(task.customer_id, at, fact.model_dump(mode="json"), key)])
