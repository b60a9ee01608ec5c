"""Use cases of adjustments: asked for by one person, and above that person's limit agreed to by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.customers import CustomerDirectory
from hamdel.database import UnitOfWork, family_of
from hamdel.http import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidValue,
    NotFound,
    Paging,
    Principal,
    cut_page,
    decode_cursor,
)
from hamdel.ids import new_id
from loyalty_service.adjustments import repository
from loyalty_service.adjustments.domain import (
    Adjustment,
    AdjustmentDraft,
    decided,
    may_decide,
    needs_second_person,
)
from loyalty_service.adjustments.repository import Filters
from loyalty_service.enrolment.cards.service import issue
from loyalty_service.ledger.service import lock_families, open_book
from loyalty_service.programs.dates import expires_at
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import program_of

__all__ = ["Office", "Wanted", "adjust", "adjustment_of", "approve", "page_of_adjustments", "reject"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; None = whatever."""

    status: str | None = None
    program_id: UUID | None = None
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """Who acts, and how many points each role may move alone."""

    principal: Principal
    limits: Mapping[str, int]


async def adjust(
    unit: UnitOfWork, directory: CustomerDirectory, office: Office, customer_id: UUID, draft: AdjustmentDraft
) -> Adjustment:
    """Posts the adjustment, or lets it wait for a second person.

    Raises NotFound `unknown-customer` and `unknown-program`, InvalidValue for points that would have lapsed already,
    Conflict `not-a-member`, and `insufficient-points` where the balance would fall below zero and may not.
    """
    if draft.expires_at is not None and draft.expires_at <= unit.now:
        raise InvalidValue(errors=[FieldError("/expires_at", "must lie ahead", "not_ahead")])
    await directory.require(unit.connection, customer_id)
    await lock_families(unit, [customer_id])
    program = await program_of(unit.connection, draft.program_id)
    made = Adjustment(
        id=new_id(),
        program_id=draft.program_id,
        customer_id=customer_id,
        points=draft.points,
        reason=draft.reason,
        allow_negative=draft.allow_negative,
        expires_at=draft.expires_at,
        status="waiting",
        requested_by=office.principal.subject,
        requested_at=unit.now,
    )
    if not needs_second_person(office.limits, office.principal.roles, draft):
        made = replace(made, status="posted", entry_id=await _post(unit, program, made))
    await repository.add(unit.connection, made)
    return made


async def approve(unit: UnitOfWork, office: Office, adjustment_id: UUID) -> Adjustment:
    """Posts what was waiting. Raises NotFound `unknown-adjustment`, Conflict `adjustment-decided`, Forbidden
    `four-eyes` for the person who asked and `approval-limit` for a role that is not enough, and Conflict like
    `adjust`."""
    waiting = await _waiting(unit, office, adjustment_id)
    program = await program_of(unit.connection, waiting.program_id)
    entry_id = await _post(unit, program, waiting)
    return await _decide(unit, decided(waiting, "posted", office.principal.subject, unit.now, entry_id))


async def reject(unit: UnitOfWork, office: Office, adjustment_id: UUID) -> Adjustment:
    """No points move. Raises like `approve`."""
    waiting = await _waiting(unit, office, adjustment_id)
    return await _decide(unit, decided(waiting, "rejected", office.principal.subject, unit.now))


async def adjustment_of(connection: AsyncConnection, adjustment_id: UUID) -> Adjustment:
    """One adjustment. Raises NotFound `unknown-adjustment`."""
    found = await repository.find(connection, adjustment_id)
    if found is None:
        raise NotFound("unknown-adjustment", "there is no such adjustment")
    return found


async def page_of_adjustments(
    connection: AsyncConnection, wanted: Wanted, paging: Paging
) -> tuple[list[Adjustment], str | None]:
    """A page, newest first, and the cursor of the next one; a customer's adjustments are those of everybody who is one
    with them. Raises Malformed."""
    (before,) = decode_cursor(paging.cursor, UUID) or (None,)
    family = tuple(await family_of(connection, wanted.customer_id)) if wanted.customer_id else None
    filters = Filters(wanted.status, wanted.program_id, family, before)
    found = await repository.page(connection, filters, paging.limit + 1)
    return cut_page(found, paging.limit, lambda each: (each.id,))


async def _waiting(unit: UnitOfWork, office: Office, adjustment_id: UUID) -> Adjustment:
    customer_id = (await adjustment_of(unit.connection, adjustment_id)).customer_id
    await lock_families(unit, [customer_id])
    held = await repository.hold(unit.connection, adjustment_id)
    if held is None or held.status != "waiting":
        raise Conflict("adjustment-decided", "this adjustment does not wait for anybody")
    if held.requested_by == office.principal.subject:
        raise Forbidden("four-eyes", "another person has to decide about this adjustment")
    if not may_decide(office.limits, office.principal.roles, held.points):
        raise Forbidden("approval-limit", "so many points are above the limit of this role")
    return held


async def _decide(unit: UnitOfWork, after: Adjustment) -> Adjustment:
    await repository.store(unit.connection, after)
    return after


async def _post(unit: UnitOfWork, program: Program, adjustment: Adjustment) -> UUID:
    book = await open_book(unit, program, [adjustment.customer_id], enrol=program.enrolment == "automatic")
    await issue(unit, program, list(book.changes.joined))
    wallet = book.wallet(adjustment.customer_id)
    if wallet is None:
        raise Conflict("not-a-member", "the customer takes no part in this programme")
    entry = wallet.adjust(
        adjustment.customer_id,
        adjustment.points,
        key=str(adjustment.id),
        at=unit.now,
        reason=adjustment.reason,
        expires_at=adjustment.expires_at or expires_at(program, unit.now),
        allow_negative=adjustment.allow_negative,
    )
    await book.save()
    return entry.id
