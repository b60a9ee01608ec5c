"""Use cases of rules: writing, changing and reading them, and another try of what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.database import UnitOfWork
from hamdel.http.cursors import cut_page, decode_cursor
from hamdel.http.etag import check_version
from hamdel.http.problem import Conflict, FieldError, InvalidValue, NotFound
from hamdel.http.schemas import Paging
from hamdel.ids import new_id
from interaction_service.calendars.service import calendar_of
from interaction_service.rules import repository
from interaction_service.rules.active import ready
from interaction_service.rules.compilation import compiled, fact_type_of
from interaction_service.rules.domain import Happening
from interaction_service.rules.repository import Failure, Rule
from interaction_service.rules.service import follow

__all__ = ["change", "create", "deactivate", "page_of_failures", "page_of_rules", "replace_rule", "retry", "rule_of"]

LARGEST: Final = 32 * 1024
RETRIED_AT_ONCE: Final = 100
BEFORE_ALL: Final = UUID(int=0)


async def create(unit: UnitOfWork, code: str, on: str, definition: Mapping[str, Any], *, active: bool) -> Rule:
    """Makes a rule. Raises InvalidValue that names every wrong place, Conflict `rule-exists`."""
    rule = Rule(
        id=new_id(),
        code=code,
        active=active,
        fact_type=fact_type_of(on),
        definition=definition,
        created_at=unit.now,
        updated_at=unit.now,
        updated_by=unit.context.actor,
        version=1,
    )
    await _check(unit.connection, rule)
    if not await repository.add(unit.connection, rule):
        raise Conflict("rule-exists", "there is a rule with this code; PUT replaces it")
    return rule


async def replace_rule(
    unit: UnitOfWork, code: str, version: int, on: str, definition: Mapping[str, Any], *, active: bool
) -> Rule:
    """Writes a rule anew. Raises NotFound, PreconditionFailed, InvalidValue."""
    held = await _held(unit, code)
    check_version(held.version, version)
    return await _store(unit, replace(held, fact_type=fact_type_of(on), definition=definition, active=active))


async def change(unit: UnitOfWork, code: str, version: int, given: Mapping[str, Any]) -> Rule:
    """Replaces the members that are given. Raises NotFound, PreconditionFailed, InvalidValue."""
    held = await _held(unit, code)
    check_version(held.version, version)
    members = {**held.definition, **{name: value for name, value in given.items() if name not in ("on", "active")}}
    changed = replace(
        held,
        fact_type=fact_type_of(given.get("on", held.fact_type)),
        active=given.get("active", held.active),
        definition={name: value for name, value in members.items() if value is not None},
    )
    return await _store(unit, changed)


async def deactivate(unit: UnitOfWork, code: str) -> None:
    """The rule does nothing from now on; what it did stays. Again changes nothing. Raises NotFound."""
    held = await _held(unit, code)
    if held.active:
        await _write(unit, replace(held, active=False))


async def rule_of(connection: AsyncConnection, code: str) -> Rule:
    """The rule. Raises NotFound `unknown-rule`."""
    found = await repository.find(connection, code)
    if found is None:
        raise NotFound("unknown-rule", "there is no such rule")
    return found


async def page_of_rules(connection: AsyncConnection, paging: Paging) -> tuple[list[Rule], str | None]:
    """A page of rules in the order of their codes, and the cursor of the next one. Raises Malformed."""
    (after,) = decode_cursor(paging.cursor, str) or ("",)
    found = await repository.page(connection, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.code,))


async def page_of_failures(connection: AsyncConnection, code: str, paging: Paging) -> tuple[list[Failure], str | None]:
    """A page of what a rule could not follow yet, oldest first. Raises NotFound, Malformed."""
    (after,) = decode_cursor(paging.cursor, UUID) or (BEFORE_ALL,)
    rule = await rule_of(connection, code)
    found = await repository.failures(connection, rule.id, after, paging.limit + 1)
    return cut_page(found, paging.limit, lambda row: (row.id,))


async def retry(unit: UnitOfWork, code: str) -> tuple[int, int]:
    """Follows the oldest 100 failures of a rule as it is written now: how many went well, and how many failed again.
    An effect that is there already is not made twice. Raises NotFound."""
    rule = await rule_of(unit.connection, code)
    waiting = await repository.failures(unit.connection, rule.id, BEFORE_ALL, RETRIED_AT_ONCE)
    await unit.lock_streams({one.customer_id for one in waiting})
    held = await repository.hold_failures(unit.connection, rule.id, [one.id for one in waiting])
    resolved = 0
    for one in held:
        if await follow(unit, ready(rule), one.fact_type, _happening(one)):
            await repository.resolve(unit.connection, one.id, unit.now)
            resolved += 1
    return resolved, len(held) - resolved


def _happening(failure: Failure) -> Happening:
    return Happening(failure.customer_id, failure.occurred_at, failure.data, failure.fact_key)


async def _held(unit: UnitOfWork, code: str) -> Rule:
    found = await repository.hold(unit.connection, code)
    if found is None:
        raise NotFound("unknown-rule", "there is no such rule")
    return found


async def _store(unit: UnitOfWork, rule: Rule) -> Rule:
    await _check(unit.connection, rule)
    return await _write(unit, rule)


async def _write(unit: UnitOfWork, rule: Rule) -> Rule:
    stored = replace(rule, version=rule.version + 1, updated_at=unit.now, updated_by=unit.context.actor)
    await repository.store(unit.connection, stored)
    return stored


async def _check(connection: AsyncConnection, rule: Rule) -> None:
    if len(orjson.dumps(rule.definition)) > LARGEST:
        raise InvalidValue(errors=[FieldError("", "must be at most 32 KiB of JSON", "too_large")])
    delay = compiled(rule.fact_type, rule.definition).delay
    if delay is None or delay.calendar is None:
        return
    try:
        await calendar_of(connection, delay.calendar)
    except NotFound as error:
        place = FieldError("/delay/calendar", "there is no such calendar", "unknown_calendar")
        raise InvalidValue(errors=[place]) from error
