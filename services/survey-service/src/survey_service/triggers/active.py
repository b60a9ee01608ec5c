"""The active triggers as this process knows them: read again after a second, so a fact that none is about costs
nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncConnection

from survey_service.triggers import repository
from survey_service.triggers.domain import Trigger

__all__ = ["ActiveTrigger", "active_triggers"]

ActiveTrigger = tuple[Trigger, str]
"""A trigger and the channel that it asks over."""

FRESH_SECONDS: Final = 1.0

Known = tuple[float, Mapping[str, Sequence[ActiveTrigger]]]
_known: Final[WeakKeyDictionary[Any, Known]] = WeakKeyDictionary()
"""By the engine of the database they were read from."""


async def active_triggers(connection: AsyncConnection, fact: str) -> Sequence[ActiveTrigger]:
    """The active triggers on a fact, at most a second old."""
    engine = connection.sync_connection.engine if connection.sync_connection else None
    known = _known.get(engine)
    if known is None or monotonic() - known[0] > FRESH_SECONDS:
        by_fact: dict[str, list[ActiveTrigger]] = {}
        for one in await repository.active(connection):
            by_fact.setdefault(one[0].fact, []).append(one)
        known = _known[engine] = (monotonic(), by_fact)
    return known[1].get(fact, ())
