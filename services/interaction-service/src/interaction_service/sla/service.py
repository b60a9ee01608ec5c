"""Use cases of clocks: a case opens, something happens to it, and how its promises stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork, family_of
from hamdel.http import FieldError, InvalidValue
from interaction_service.sla import repository
from interaction_service.sla.clocks import Terms, due, happened, opened
from interaction_service.sla.domain import DEFAULT_POLICY, Due, SlaEvent, SlaSubject, Unchanged, policy_for
from interaction_service.sla.renewal import keep
from interaction_service.sla.repository import Subject

__all__ = ["case_event", "due_of", "start"]


async def start(unit: UnitOfWork, subject: SlaSubject, at: datetime) -> Due:
    """Starts the clocks of a case that opens at `at`; the customer's stream is locked by the caller.

    A case that names no policy gets the one with the code `default`, and without such a one promises nothing. Raises
    InvalidValue `unknown-policy` for a code that no policy has.
    """
    await _check_code(unit.connection, subject.policy)
    stored = await repository.add_subject(unit.connection, subject, at)
    return await keep(unit, stored, opened(at), await _terms_for(unit.connection, stored))


async def case_event(
    unit: UnitOfWork,
    case_id: UUID,
    event: SlaEvent,
    at: datetime,
    *,
    priority: str | None = None,
    policy: str | Unchanged | None = Unchanged.UNCHANGED,
) -> Due:
    """Tells the clocks of a case what happened; the customer's stream is locked by the caller.

    `priority` and `policy` are the new ones of SlaEvent.CHANGED (None for the policy: it names none any more): the row
    that applies is chosen again, by the tier that the customer has now. Of a case that has no clocks nothing is due.
    Raises InvalidValue `unknown-policy`.
    """
    subject = await repository.hold_subject(unit.connection, case_id)
    if subject is None:
        return Due()
    if event is SlaEvent.CHANGED:
        code = subject.policy if isinstance(policy, Unchanged) else policy
        await _check_code(unit.connection, code)
        subject = replace(subject, priority=priority or subject.priority, policy=code)
        terms = await _terms_for(unit.connection, subject)
    else:
        terms = await _terms_of(unit.connection, subject.policy_id)
    clocks = happened(await repository.clocks_of(unit.connection, case_id), event, at)
    return await keep(unit, subject, clocks, terms)


async def due_of(connection: AsyncConnection, case_ids: Collection[UUID]) -> dict[UUID, Due]:
    """How the promises of cases stand; every id gets an answer."""
    newest = await repository.newest_of(connection, case_ids) if case_ids else {}
    return {case_id: due(newest.get(case_id, ())) for case_id in case_ids}


async def _check_code(connection: AsyncConnection, code: str | None) -> None:
    if code is not None and not await repository.code_exists(connection, code):
        raise InvalidValue(
            "unknown-policy", errors=[FieldError("/policy", "there is no such policy", "unknown_policy")]
        )


async def _terms_for(connection: AsyncConnection, subject: Subject) -> Terms | None:
    rows = await repository.all_of_code(connection, subject.policy or DEFAULT_POLICY)
    if not rows:
        return None
    family = await family_of(connection, subject.customer_id)
    chosen = policy_for(rows, subject.priority, await repository.tiers_of(connection, family))
    return await _terms_of(connection, chosen.id if chosen else None)


async def _terms_of(connection: AsyncConnection, policy_id: UUID | None) -> Terms | None:
    return (await repository.terms_of(connection, [policy_id]))[policy_id] if policy_id else None
