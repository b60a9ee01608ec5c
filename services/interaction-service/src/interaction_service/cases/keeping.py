"""Every change of a case goes through here: locked, versioned, written down, and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.contracts.interaction import CaseFact
from hamdel.database import UnitOfWork
from hamdel.http import Conflict, NotFound
from hamdel.ids import new_id
from interaction_service.cases.domain import Case, Change, Moved, Note, changes_between, move
from interaction_service.cases.repository import events, records
from interaction_service.rules import service as rules
from interaction_service.timeline.service import TimelineEntry, add_entry

__all__ = [
    "case_of",
    "changed",
    "check_open",
    "held",
    "moved",
    "noted",
    "refusal",
    "show_on_timeline",
    "tell",
    "write_down",
]


async def case_of(connection: AsyncConnection, case_id: UUID) -> Case:
    """The case. Raises NotFound `unknown-case`."""
    return _known(await records.by_id(connection, case_id))


async def held(unit: UnitOfWork, case_id: UUID) -> Case:
    """The case, locked after the stream of its customer. Raises NotFound `unknown-case`."""
    await unit.lock_streams([(await case_of(unit.connection, case_id)).customer_id])
    return _known(await records.lock(unit.connection, case_id))


async def changed(unit: UnitOfWork, case: Case, action: str, **fields: Any) -> Case:
    """Stores the held case with these fields and writes down which of them are new; nothing new changes nothing."""
    wanted = replace(case, **fields)
    if wanted == case:
        return case
    after = replace(wanted, version=case.version + 1)
    await records.save(unit.connection, after)
    await write_down(unit, after, action, changes_between(case, after))
    return after


async def write_down(unit: UnitOfWork, case: Case, action: str, changes: Sequence[Change]) -> None:
    """Adds lines to the case's history; the section of its customer is rendered again."""
    context = unit.context
    await events.add_history(
        unit.connection,
        case.id,
        case.version,
        action,
        changes,
        actor=context.actor,
        source=context.source,
        at=unit.now,
    )
    unit.touch(case.customer_id)


async def noted(unit: UnitOfWork, case: Case, body: str) -> Note:
    """Adds a note of the caller's to the held case, for staff alone; its words are nowhere else."""
    note = Note(new_id(), case.id, unit.context.actor, body, unit.now)
    await events.add_note(unit.connection, note)
    await write_down(unit, case, "note", [Change("notes", None, str(note.id))])
    return note


def moved(unit: UnitOfWork, case: Case, name: str) -> Moved:
    """The outcome of a move. Raises Conflict `case-status` where the status does not allow it."""
    done_at = case.closed_at or case.resolved_at
    found = None if case.merged_into else move(case.status, name, done_at=done_at, now=unit.now)
    if found is None:
        raise refusal(case)
    return found


def check_open(case: Case) -> None:
    """Raises Conflict `case-status` for a case that is closed."""
    if case.status == "closed":
        raise refusal(case)


def refusal(case: Case) -> Conflict:
    """Why a case stays as it is."""
    where = f", merged into case {case.merged_into}" if case.merged_into else ""
    return Conflict("case-status", f"the case is {case.status}{where}")


async def tell(unit: UnitOfWork, case: Case, kind: type[CaseFact], *, key: object = None, **more: Any) -> None:
    """Records a fact of the case as it stands and gives it to the rules; `key` is what makes it happen once (the
    version of the case where it is None)."""
    said = {name: getattr(case, name) for name in CaseFact.model_fields if name != "case_id"}
    fact = kind(case_id=case.id, **said, **more)
    unit.record(case.customer_id, fact)
    name = f"{case.id}:{key or case.version}"
    happening = rules.Happening(case.customer_id, unit.now, fact.model_dump(mode="json"), name)
    await rules.tell(unit, fact.fact_type, [happening])


async def show_on_timeline(unit: UnitOfWork, case: Case, kind: str) -> None:
    """A turning point of the case, without its words."""
    summary = {
        "case_id": str(case.id),
        "number": case.number,
        "type": case.type,
        "priority": case.priority,
        "status": case.status,
        "resolution": case.resolution,
    }
    entry = TimelineEntry(new_id(), case.customer_id, "case", kind, case.channel, unit.now, unit.now, summary)
    await add_entry(unit, entry)


def _known(found: Case | None) -> Case:
    if found is None:
        raise NotFound("unknown-case", "there is no such case")
    return found
