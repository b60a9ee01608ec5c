"""Who answers for a case: named by hand, next in turn, the least busy, or who keeps the relationship."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hamdel.contracts.interaction import CaseAssigned
from hamdel.database import UnitOfWork, family_of
from hamdel.http import Conflict
from interaction_service.cases.domain import Case
from interaction_service.cases.keeping import changed, check_open, held, tell
from interaction_service.cases.repository import records, ties
from interaction_service.queues import repository as queues
from interaction_service.queues.domain import Queue, least_busy, round_robin
from interaction_service.queues.service import locked

__all__ = ["Assignment", "assign", "owned", "picked"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """An agent, or a way to find one, or neither: then as the queue does. `queue` is where the case goes first."""

    agent_id: str | None = None
    strategy: str | None = None
    queue: str | None = None


async def assign(unit: UnitOfWork, case_id: UUID, wanted: Assignment) -> Case:
    """Gives the case to somebody. Raises NotFound `unknown-case`, `unknown-queue`; Conflict `case-status`, `no-queue`,
    `empty-queue`, `no-owner`."""
    case = await held(unit, case_id)
    check_open(case)
    queue = await locked(unit, wanted.queue) if wanted.queue else None
    if wanted.agent_id:
        return await owned(unit, case, wanted.agent_id, "manual", queue.code if queue else case.queue)
    if queue is None and case.queue is not None and wanted.strategy != "relationship_owner":
        queue = await locked(unit, case.queue)
    strategy = wanted.strategy or (queue.strategy if queue else "manual")
    owner = await picked(unit, strategy, queue, case.customer_id, case.id)
    return await owned(unit, case, owner, strategy, queue.code if queue else case.queue)


async def picked(unit: UnitOfWork, strategy: str, queue: Queue | None, customer_id: UUID, case_id: UUID) -> str:
    """Whom the strategy finds for a case of the customer. The queue is locked, so two cases never get one turn, and
    each sees what the other was given. Raises Conflict `no-queue`, `empty-queue`, `no-owner`."""
    if strategy == "relationship_owner":
        owner = await ties.owner_of(unit.connection, await family_of(unit.connection, customer_id))
        if owner is None:
            raise Conflict("no-owner", "nobody keeps the relationship with this customer")
        return owner
    if queue is None or strategy == "manual":
        raise Conflict("no-queue", "name an agent, or a queue and a strategy")
    if not queue.members:
        raise Conflict("empty-queue", "nobody works in this queue")
    if strategy == "least_busy":
        return least_busy(queue.members, await records.loads(unit.connection, queue.members, case_id))
    await queues.take_turn(unit.connection, queue.code)
    return round_robin(queue.members, queue.turn)


async def owned(unit: UnitOfWork, case: Case, owner: str, strategy: str, queue: str | None) -> Case:
    """The held case with its new owner; told where it is another one."""
    after = await changed(unit, case, "assign", owner_id=owner, queue=queue)
    if after.owner_id != case.owner_id:
        await tell(unit, after, CaseAssigned, strategy=strategy, previous_owner_id=case.owner_id)
    return after
