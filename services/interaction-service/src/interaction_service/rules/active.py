"""The active rules as this process knows them: read again after a second, so a fact without rules costs nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from hamdel.http.problem import InvalidValue
from interaction_service.rules import repository
from interaction_service.rules.compilation import Compiled, compiled

__all__ = ["ActiveRule", "active_rules", "forget", "ready"]

log = structlog.get_logger(__name__)

FRESH_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """A rule ready to be asked."""

    id: UUID
    code: str
    said: Compiled
    max_age: timedelta | None


Known = tuple[float, Mapping[str, Sequence[ActiveRule]]]
_known: Final[WeakKeyDictionary[Any, Known]] = WeakKeyDictionary()
"""By the engine of the database they were read from."""


async def active_rules(connection: AsyncConnection, fact_type: str) -> Sequence[ActiveRule]:
    """The active rules on a fact, at most a second old."""
    engine = connection.sync_connection.engine if connection.sync_connection else None
    known = _known.get(engine)
    if known is None or monotonic() - known[0] > FRESH_SECONDS:
        known = _known[engine] = (monotonic(), await _read(connection))
    return known[1].get(fact_type, ())


def forget(engine: Any) -> None:
    """The rules of this engine's database have changed: the next fact reads them again."""
    _known.pop(engine, None)


def ready(rule: repository.Rule) -> ActiveRule:
    """The rule as it can be asked. Raises InvalidValue for one that the contracts of today do not know."""
    days = rule.definition.get("max_age_days")
    age = None if days is None else timedelta(days=days)
    return ActiveRule(rule.id, rule.code, compiled(rule.fact_type, rule.definition), age)


async def _read(connection: AsyncConnection) -> Mapping[str, Sequence[ActiveRule]]:
    found: dict[str, list[ActiveRule]] = {}
    for rule in await repository.active(connection):
        try:
            found.setdefault(rule.fact_type, []).append(ready(rule))
        except (InvalidValue, KeyError) as error:
            log.error("rule_unreadable", rule=rule.code, error=type(error).__name__)
    return found
