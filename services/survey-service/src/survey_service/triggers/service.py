"""Use cases of triggers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http import (
    Conflict,
    FieldError,
    InvalidValue,
    NotFound,
    Paging,
    check_version,
    cut_page,
    decode_cursor,
)
from hamdel.ids import new_id
from survey_service.surveys.domain import CLOSED
from survey_service.surveys.service import survey_of
from survey_service.triggers import repository
from survey_service.triggers.domain import Trigger

__all__ = ["TriggerDraft", "change", "create", "page_of_triggers", "remove", "trigger_of"]

ABOUT: Final = {
    "category": "purchase_recorded",
    "min_amount": "purchase_recorded",
    "case_types": "case_closed",
    "case_origin": "case_closed",
}
"""Which fact a condition is about, and where the body names it."""

NAMED: Final = {"min_amount": "min_total", "case_origin": "origin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerDraft:
    """A trigger to be made; see `Trigger`."""

    code: str
    fact: str
    category: str | None
    min_amount: Decimal | None
    min_currency: str | None
    case_types: tuple[str, ...]
    case_origin: str | None
    delay_minutes: int
    max_age_days: int
    channel: str | None
    ignore_recontact: bool
    active: bool


async def create(unit: UnitOfWork, survey_id: UUID, draft: TriggerDraft) -> Trigger:
    """A new trigger; it asks from the moment that the survey is published. Raises NotFound `unknown-survey`, Conflict
    `survey-closed`, `trigger-exists`, InvalidValue for a condition that its fact knows nothing of."""
    survey = await survey_of(unit.connection, survey_id)
    if survey.status == CLOSED:
        raise Conflict("survey-closed", "the survey is closed")
    trigger = Trigger(
        id=new_id(),
        survey_id=survey_id,
        **{name: getattr(draft, name) for name in TriggerDraft.__slots__},
        created_at=unit.now,
        updated_at=unit.now,
        updated_by=unit.context.actor,
        version=1,
    )
    _check(trigger)
    if not await repository.add(unit.connection, trigger):
        raise Conflict("trigger-exists", "the survey has a trigger with this code")
    return trigger


async def change(
    unit: UnitOfWork, survey_id: UUID, trigger_id: UUID, version: int, changes: Mapping[str, Any]
) -> Trigger:
    """Changes a trigger; invitations that wait already stay. Raises NotFound `unknown-trigger`, PreconditionFailed,
    InvalidValue."""
    held = _there(await repository.hold(unit.connection, survey_id, trigger_id))
    check_version(held.version, version, sorted(changes))
    changed = replace(held, **changes, updated_at=unit.now, updated_by=unit.context.actor, version=version + 1)
    _check(changed)
    await repository.store(unit.connection, changed)
    return changed


async def remove(unit: UnitOfWork, survey_id: UUID, trigger_id: UUID) -> None:
    """Takes the trigger away; invitations that it made stay. Raises NotFound `unknown-trigger`."""
    if not await repository.remove(unit.connection, survey_id, trigger_id):
        _there(None)


async def trigger_of(connection: AsyncConnection, survey_id: UUID, trigger_id: UUID) -> Trigger:
    """The trigger. Raises NotFound `unknown-trigger`."""
    return _there(await repository.find(connection, survey_id, trigger_id))


async def page_of_triggers(
    connection: AsyncConnection, survey_id: UUID, paging: Paging
) -> tuple[list[Trigger], str | None]:
    """Triggers of a survey in the order of their codes, and the cursor of the next page. Raises NotFound, Malformed."""
    await survey_of(connection, survey_id)
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page(connection, survey_id, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.code,))


def _check(trigger: Trigger) -> None:
    faults = [
        FieldError(f"/{NAMED.get(name, name)}", f"is about {fact} alone", "other_fact", {"fact": fact})
        for name, fact in ABOUT.items()
        if getattr(trigger, name) and trigger.fact != fact
    ]
    if faults:
        raise InvalidValue(errors=faults)


def _there(found: Trigger | None) -> Trigger:
    if found is None:
        raise NotFound("unknown-trigger", "there is no such trigger")
    return found
