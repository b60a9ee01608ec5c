"""What happens when a fact is told: the active rules on it are asked, and what they say is done at once.

In the transaction of the fact, so an effect is there exactly when its fact is. A rule that fails loses its own effect
alone: a savepoint takes that back, and a row in `rule_failures` keeps the fact for another try.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson
import structlog
from prometheus_client import Counter
from sqlalchemy.exc import DataError, IntegrityError

from hamdel.database import UnitOfWork
from hamdel.http.problem import ProblemError
from hamdel.ids import new_id
from interaction_service.calendars.service import deadline
from interaction_service.rules import repository
from interaction_service.rules.actions import Occasion
from interaction_service.rules.active import ActiveRule, active_rules
from interaction_service.rules.domain import Happening, delayed, holds

__all__ = ["Happening", "follow", "is_effect", "tell"]

log = structlog.get_logger(__name__)

FAILURES: Final = Counter("hamdel_rule_failures", "Facts that a rule could not follow", ["error"])
EFFECT: Final = "rule:/"
"""How the origin of an effect begins. No client can send it as its source: the slash is not allowed there."""
EXPECTED: Final = (ProblemError, IntegrityError, DataError, ValueError, LookupError, ArithmeticError)
"""What a rule may fail with. A lost connection or a deadlock fails the transaction: it is tried again as a whole."""


async def tell(unit: UnitOfWork, fact_type: str, happenings: Iterable[Happening]) -> None:
    """Does what the active rules on `fact_type` (the wire type, such as `interaction.purchase_recorded.v1`) say, in
    the same transaction; free where there is no such rule. A failing rule never fails the caller.

    What a rule does starts no rule: `tell` within an effect does nothing, so no two rules can drive each other.
    """
    if is_effect(unit.context.source):
        return
    rules = await active_rules(unit.connection, fact_type)
    # whatever orjson can write is told, fragments included; rules see it as whoever reads the fact does
    seen = [replace(one, data=orjson.loads(orjson.dumps(one.data))) for one in happenings] if rules else []
    for rule in rules:
        await _follow_all(unit, rule, fact_type, [one for one in seen if _applies(rule, one, unit.now)])


async def follow(unit: UnitOfWork, rule: ActiveRule, fact_type: str, happening: Happening) -> bool:
    """Does what one rule says about one fact; False when it failed, which is kept."""
    try:
        await _perform(unit, rule, fact_type, [happening])
    except EXPECTED as error:
        await _keep(unit, rule, fact_type, happening, _code(error))
        return False
    return True


async def _follow_all(unit: UnitOfWork, rule: ActiveRule, fact_type: str, happenings: Sequence[Happening]) -> None:
    """Under one savepoint as long as all goes well, which is a third of the round trips; else one by one."""
    if len(happenings) > 1:
        with suppress(*EXPECTED):
            await _perform(unit, rule, fact_type, happenings)
            return
    for happening in happenings:
        await follow(unit, rule, fact_type, happening)


async def _perform(unit: UnitOfWork, rule: ActiveRule, fact_type: str, happenings: Sequence[Happening]) -> None:
    await unit.lock_streams({one.customer_id for one in happenings})
    async with unit.savepoint(), _as_effect(unit, rule):
        for happening in happenings:
            await rule.said.action.perform(unit, await _occasion(unit, rule, fact_type, happening))


def is_effect(origin: str | None) -> bool:
    """Whether an origin (of a task), or the source of a call, is a rule."""
    return origin is not None and origin.startswith(EFFECT)


def _applies(rule: ActiveRule, happening: Happening, now: datetime) -> bool:
    if rule.max_age is not None and happening.occurred_at < now - rule.max_age:
        return False
    return holds(rule.said.condition, happening.data)


@asynccontextmanager
async def _as_effect(unit: UnitOfWork, rule: ActiveRule) -> AsyncIterator[None]:
    """Within it the rule is the one who acts."""
    before = unit.context
    unit.context = replace(before, actor=f"rule:{rule.code}", source=f"{EFFECT}{rule.code}")
    try:
        yield
    finally:
        unit.context = before


async def _occasion(unit: UnitOfWork, rule: ActiveRule, fact_type: str, happening: Happening) -> Occasion:
    delay, due_at = rule.said.delay, happening.occurred_at
    if delay is not None and delay.calendar is not None and delay.business_minutes is not None:
        due_at = await deadline(unit.connection, delay.calendar, due_at, delay.business_minutes)
    elif delay is not None:
        due_at = delayed(due_at, delay, rule.said.action.zone)
    origin = f"{EFFECT}{rule.id}/{fact_type}/{happening.key}"
    return Occasion(happening.customer_id, dict(happening.data), due_at, origin)


async def _keep(unit: UnitOfWork, rule: ActiveRule, fact_type: str, happening: Happening, error: str) -> None:
    failure = repository.Failure(
        id=new_id(),
        fact_type=fact_type,
        fact_key=happening.key,
        customer_id=happening.customer_id,
        occurred_at=happening.occurred_at,
        data=happening.data,
        error=error,
        attempts=1,
        failed_at=unit.now,
    )
    await repository.add_failure(unit.connection, rule.id, failure)
    FAILURES.labels(error).inc()
    log.warning("rule_failed", rule=rule.code, fact=fact_type, key=happening.key, error=error)


def _code(error: Any) -> str:
    return error.code if isinstance(error, ProblemError) else type(error).__name__
