"""Use cases of rules: every change is a new version, and the old ones stay for what was earned by them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
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
from loyalty_service.earning.repository import rules as repository
from loyalty_service.earning.repository.rules import StoredRule
from loyalty_service.earning.rules import PURCHASE_KINDS, parsed
from loyalty_service.earning.schemas import RuleBody, RuleReplacement, RuleTerms
from loyalty_service.earning.trial_schemas import DryRunBody
from loyalty_service.earning.trials import Trial, tried
from loyalty_service.programs import repository as programs
from loyalty_service.programs.domain import Program
from loyalty_service.programs.service import program_of

__all__ = ["check_terms", "create", "dry_run", "page_of_rules", "page_of_versions", "put", "retire", "rule_of"]

NEWEST_FIRST: Final = 2**31 - 1


async def create(unit: UnitOfWork, program_id: UUID, body: RuleBody) -> StoredRule:
    """Makes a rule. Raises NotFound, InvalidValue that names every wrong place, Conflict `earning-rule-exists`."""
    check_terms(await program_of(unit.connection, program_id), body)
    rule = StoredRule(
        program_id=program_id,
        code=body.code,
        version=1,
        rule_id=new_id(),
        definition=body.definition(),
        retired=False,
        effective_from=body.effective_from,
        created_at=unit.now,
        created_by=unit.context.actor,
    )
    return await _stored(unit, rule)


async def put(unit: UnitOfWork, program_id: UUID, code: str, version: int, body: RuleReplacement) -> StoredRule:
    """Adds a version; purchases from before it keep the old one, also when they are told or corrected later.

    Raises NotFound, PreconditionFailed, InvalidValue: also for a beginning in the past, which would change what has
    been earned.
    """
    check_terms(await program_of(unit.connection, program_id), body)
    held = await rule_of(unit.connection, program_id, code)
    check_version(held.version, version)
    if body.code not in (None, code):
        raise InvalidValue(errors=[FieldError("/code", "must be the code of the path", "other_code")])
    if body.effective_from is not None and body.effective_from < unit.now:
        raise InvalidValue(errors=[FieldError("/effective_from", "must not be in the past", "in_the_past")])
    begins = body.effective_from or unit.now
    return await _stored(unit, _next(unit, held, definition=body.definition(), retired=False, effective_from=begins))


async def retire(unit: UnitOfWork, program_id: UUID, code: str) -> None:
    """From now on the rule gives nothing; what it gave stays. Again changes nothing. Raises NotFound."""
    held = await rule_of(unit.connection, program_id, code)
    if not held.retired:
        await _stored(unit, _next(unit, held, retired=True, effective_from=unit.now))


async def rule_of(connection: AsyncConnection, program_id: UUID, code: str) -> StoredRule:
    """The newest version of a rule. Raises NotFound `unknown-program`, `unknown-earning-rule`."""
    await program_of(connection, program_id)
    found = await repository.newest(connection, program_id, code)
    if found is None:
        raise NotFound("unknown-earning-rule", "the programme has no such rule")
    return found


async def page_of_rules(
    connection: AsyncConnection, program_id: UUID, paging: Paging
) -> tuple[list[StoredRule], str | None]:
    """A page of rules in the order of their codes, each in its newest version. Raises NotFound, Malformed."""
    await program_of(connection, program_id)
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page_of_codes(connection, program_id, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.code,))


async def page_of_versions(
    connection: AsyncConnection, program_id: UUID, code: str, paging: Paging
) -> tuple[list[StoredRule], str | None]:
    """A page of the versions of a rule, the newest first. Raises NotFound, Malformed."""
    await rule_of(connection, program_id, code)
    (before,) = decode_cursor(paging.cursor, int) or (NEWEST_FIRST,)
    found = await repository.page_of_versions(connection, program_id, code, before, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.version,))


def check_terms(program: Program, terms: RuleTerms, under: str = "") -> None:
    """Raises InvalidValue that names everything which does not fit the kind of rule or the programme; the places lie
    `under` a pointer."""
    unfit = "means nothing for this kind of rule"
    errors = [FieldError(under + place, unfit, "misplaced") for place in terms.misplaced()]
    if terms.kind == "per_amount" and terms.per is None:
        errors.append(FieldError(f"{under}/per", "says for which amount the points are", "missing"))
    elif terms.per is not None and terms.kind == "per_amount" and terms.per.currency != program.currency:
        errors.append(FieldError(f"{under}/per/currency", "must be the programme's currency", "program_currency"))
    if errors:
        raise InvalidValue(errors=errors)


async def dry_run(unit: UnitOfWork, program_id: UUID, body: DryRunBody) -> Trial:
    """What a rule would have given if it had been there. Raises NotFound, InvalidValue."""
    program = await program_of(unit.connection, program_id)
    check_terms(program, body.rule, "/rule")
    if body.rule.kind not in PURCHASE_KINDS:
        raise InvalidValue(errors=[FieldError("/rule/kind", "must be a rule about purchases", "not_of_purchases")])
    rule = parsed(new_id(), body.rule.code or "dry-run", 1, body.rule.definition())
    return await tried(unit.connection, program, rule, body.since, body.until or unit.now)


def _next(unit: UnitOfWork, held: StoredRule, **changes: object) -> StoredRule:
    made = {"version": held.version + 1, "created_at": unit.now, "created_by": unit.context.actor}
    return replace(held, **made, **changes)  # type: ignore[arg-type]


async def _stored(unit: UnitOfWork, rule: StoredRule) -> StoredRule:
    if not await repository.add(unit.connection, rule):
        raise Conflict("earning-rule-exists", "the rule, or this version of it, is there already")
    await programs.changed(unit.connection)
    return rule
