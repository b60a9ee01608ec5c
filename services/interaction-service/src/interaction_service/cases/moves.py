"""A case is resolved, closed, opened again, or raised."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hamdel.contracts.interaction import CaseAssigned, CaseClosed, CaseEscalated, CaseReopened, CaseResolved
from hamdel.database import UnitOfWork
from interaction_service.cases.domain import OPEN_STATUSES, Case, escalated_priority, occasion_of
from interaction_service.cases.keeping import changed, held, moved, noted, refusal, show_on_timeline, tell
from interaction_service.queues.service import queue_of
from interaction_service.sla import service as sla
from interaction_service.sla.domain import SlaEvent

__all__ = ["Escalation", "close", "end", "escalate", "reopen", "resolve", "revive"]


@dataclass(frozen=True, slots=True)
class Escalation:
    """`reason` becomes an internal note; `to_queue` and `to` (an agent) are where the case goes."""

    reason: str | None = None
    to_queue: str | None = None
    to: str | None = None


async def resolve(unit: UnitOfWork, case_id: UUID, resolution: str | None) -> Case:
    """It is answered. Raises NotFound, Conflict `case-status`."""
    case = await held(unit, case_id)
    status = moved(unit, case, "resolve").status
    after = await changed(unit, case, "resolve", status=status, resolved_at=unit.now, resolution=resolution)
    await sla.case_event(unit, case_id, SlaEvent.RESOLVED, unit.now)
    await tell(unit, after, CaseResolved, resolution=after.resolution)
    await show_on_timeline(unit, after, "case_resolved")
    return after


async def close(unit: UnitOfWork, case_id: UUID, resolution: str | None) -> Case:
    """It is over. Raises NotFound, Conflict `case-status`."""
    case = await held(unit, case_id)
    moved(unit, case, "close")
    return await end(unit, case, resolution or case.resolution)


async def end(unit: UnitOfWork, case: Case, resolution: str | None, merged_into: UUID | None = None) -> Case:
    """Closes the held case, whatever its status; `merged_into` is the case that goes on for it."""
    fields = {"closed_at": case.closed_at or unit.now, "resolution": resolution, "merged_into": merged_into}
    after = await changed(unit, case, "merge" if merged_into else "close", status="closed", **fields)
    if case.status == "closed":
        return after
    await sla.case_event(unit, case.id, SlaEvent.CLOSED, unit.now)
    origin = occasion_of(case.origin)
    await tell(unit, after, CaseClosed, resolution=resolution, merged_into=merged_into, origin=origin)
    await show_on_timeline(unit, after, "case_closed")
    return after


async def reopen(unit: UnitOfWork, case_id: UUID) -> Case:
    """It was not over after all. Raises NotFound, Conflict `case-status`, also where it is over for too long."""
    case = await held(unit, case_id)
    moved(unit, case, "reopen")
    return await revive(unit, case, "agent")


async def revive(unit: UnitOfWork, case: Case, cause: str) -> Case:
    """Opens the held case again: `cause` is `agent` or `customer_reply`."""
    fields = {"resolved_at": None, "closed_at": None, "resolution": None}
    after = await changed(unit, case, "reopen", status="open", **fields)
    await sla.case_event(unit, case.id, SlaEvent.REOPENED, unit.now)
    await tell(unit, after, CaseReopened, cause=cause)
    await show_on_timeline(unit, after, "case_reopened")
    return after


async def escalate(unit: UnitOfWork, case_id: UUID, wanted: Escalation) -> Case:
    """Raises level and priority by one step. Raises NotFound, Conflict `case-status` for a case that is done."""
    case = await held(unit, case_id)
    if case.status not in OPEN_STATUSES:
        raise refusal(case)
    if wanted.to_queue:
        await queue_of(unit.connection, wanted.to_queue)
    fields = {"queue": wanted.to_queue or case.queue, "owner_id": wanted.to or case.owner_id}
    priority = escalated_priority(case.priority)
    after = await changed(unit, case, "escalate", level=case.level + 1, priority=priority, **fields)
    if wanted.reason:
        await noted(unit, after, wanted.reason)
    await sla.case_event(unit, case_id, SlaEvent.CHANGED, unit.now, priority=priority, policy=after.policy)
    await tell(unit, after, CaseEscalated, level=after.level)
    if after.owner_id != case.owner_id:
        await tell(unit, after, CaseAssigned, strategy="escalation", previous_owner_id=case.owner_id)
    return after
